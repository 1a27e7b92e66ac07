"""The tables of stories in a folder, loaded night by night without the rest of the pipeline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from tasks.stories.fingerprints import text_fingerprints
from tasks.stories.resolve import STORY_STATEMENTS, Search, find_stories
from tasks.stories.shingles import METHOD
from tasks.web.fingerprint import content_hash
from warehouse.schema import (
    ARTICLE_VERSIONS,
    CLUSTER_MEMBERS,
    FINGERPRINTS,
    TEXT_PAIRS,
    Table,
)
from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class Told:
    """A version of an article, by a name that stands for its address."""

    name: str
    text: str
    day: date | None
    version: int = 1
    site: str = "courier.example"

    @property
    def article_id(self) -> str:
        return id_of(self.name)


def id_of(name: str) -> str:
    """The article_id of an article with this name."""
    return xxhash.xxh3_128_hexdigest(name.encode())


@dataclass
class StoryTables:
    """The files of the four tables of stories, in a folder."""

    folder: Path
    files: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for table in (ARTICLE_VERSIONS, FINGERPRINTS, TEXT_PAIRS, CLUSTER_MEMBERS):
            self.files[table.name] = [self._write(table, "none", [])]

    def load(self, run_id: str, told: Sequence[Told], days: int = 60) -> None:
        """Load a night, as `tasks.load.rows.write_rows` does."""
        written = self.write(told, run_id)
        with duckdb.connect() as connection:
            find_stories(connection, self.files, written, Search(run_id, days))
            for table, name in STORY_STATEMENTS:
                rows = connection.execute(statement(name)).to_arrow_table()
                cast = rows.select(table.arrow.names).cast(table.arrow)
                written[table.name] = [self._path(table, run_id)]
                pq.write_table(cast, written[table.name][0])
        for name, paths in written.items():
            self.files[name] += paths

    def write(self, told: Sequence[Told], run_id: str) -> dict[str, list[str]]:
        """Write the rows of new versions, and return the files by table."""
        versions = [_version(one, run_id) for one in told]
        fingerprints = [_fingerprints(one, run_id) for one in told]
        return {
            ARTICLE_VERSIONS.name: [self._write(ARTICLE_VERSIONS, run_id, versions)],
            FINGERPRINTS.name: [self._write(FINGERPRINTS, run_id, fingerprints)],
        }

    def clusters(self) -> dict[str, str]:
        """The cluster of each article, by their names' ids."""
        query = (
            f"with cluster_members as ({self._rows(CLUSTER_MEMBERS)}), "
            f"clusters as ({statement('current_clusters')}) "
            "select distinct versions.article_id, coalesce(clusters.cluster_id, article_id) "
            f"from ({self._rows(ARTICLE_VERSIONS)}) as versions "
            "left join clusters using (article_id)"
        )
        return dict(duckdb.sql(query).fetchall())

    def pairs(self) -> dict[tuple[str, str], str]:
        """The kind of each pair of texts, by their hashes."""
        query = f"select content_hash, other_hash, kind from ({self._rows(TEXT_PAIRS)})"
        return {(one, other): kind for one, other, kind in duckdb.sql(query).fetchall()}

    def merges(self) -> set[tuple[str, str]]:
        """The ids of clusters that were replaced, with the ids that replaced them."""
        query = (
            f"select distinct previous_id, cluster_id from ({self._rows(CLUSTER_MEMBERS)}) "
            "where previous_id > cluster_id"
        )
        return set(duckdb.sql(query).fetchall())

    def _rows(self, table: Table) -> str:
        return f"from read_parquet({self.files[table.name]!r})"

    def _path(self, table: Table, run_id: str) -> str:
        return str(self.folder / f"{run_id}-{table.name}.parquet")

    def _write(self, table: Table, run_id: str, rows: list[dict[str, object]]) -> str:
        path = self._path(table, run_id)
        pq.write_table(pa.Table.from_pylist(rows, table.arrow), path)
        return path


def same_groups(groups: Iterable[tuple[str, str]]) -> set[frozenset[str]]:
    """The sets of members that have one key, of pairs of member and key."""
    members: dict[str, set[str]] = {}
    for member, key in groups:
        members.setdefault(key, set()).add(member)
    return {frozenset(found) for found in members.values()}


def _version(told: Told, run_id: str) -> dict[str, object]:
    return {
        "article_id": told.article_id,
        "version": told.version,
        "text": told.text,
        "content_hash": content_hash(told.text),
        "run_id": run_id,
    }


def _fingerprints(told: Told, run_id: str) -> dict[str, object]:
    found = text_fingerprints(told.text)
    return {
        "article_id": told.article_id,
        "version": told.version,
        "day": told.day,
        "site": told.site,
        "content_hash": content_hash(told.text),
        "method": METHOD,
        "shingles": found.shingles,
        "rate": found.rate,
        "hashes": found.hashes,
        "agencies": [],
        "run_id": run_id,
    }
