"""Make the tables of stories anew from the versions: fingerprints, pairs of texts, and clusters."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from config.settings import LoadSettings, Settings
from tasks.process.credits import credited_agencies
from tasks.stories.fingerprints import MOSTLY_LEARNED, text_fingerprints
from tasks.stories.resolve import STORY_STATEMENTS, FilesByTable, find_stories, search_of
from tasks.stories.shingles import METHOD
from warehouse.files import write_table_files
from warehouse.lake import Lake
from warehouse.reading import create_view
from warehouse.schema import (
    ARTICLE_VERSIONS,
    CLUSTER_MEMBERS,
    FINGERPRINTS,
    TEXT_PAIRS,
)
from warehouse.snapshots import take_snapshot
from warehouse.statements import statement
from warehouse.working import working_connection

_READ = (
    *("article_id", "version", "published_date", "fetched_at", "domain", "source"),
    *("content_hash", "text", "authors", "quality_flags", "run_id"),
)
_ROWS_AT_ONCE = 2_048
# A process takes a second to start, in which the texts of so many bytes are read.
_BYTES_WORTH_PROCESSES = 8_000_000


@dataclass(frozen=True, slots=True)
class MovedArticle:
    """An article whose cluster differs: its title, and the clusters before and now."""

    title: str | None
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class StoriesReport:
    """The differences after the tables of stories were made anew.

    Attributes:
        versions: versions of which fingerprints were computed.
        pairs: pairs of different texts that have enough in common.
        added, dropped: pairs that were not known before, and pairs that are no more.
        moved: articles in another cluster than before.
        examples: some of them.
    """

    versions: int
    pairs: int
    added: int
    dropped: int
    moved: int
    examples: tuple[MovedArticle, ...]


def make_story_tables(lake: Lake, run_id: str, folder: Path, settings: Settings) -> StoriesReport:
    """Compute all fingerprints, pairs and clusters anew, and replace the tables by them.

    Changes of clusters are appended, so that an id that was published can be followed. A kill
    between two of the commits leaves tables that the next call replaces.

    Args:
        run_id: a new id, in which the names of the files begin.
        folder: an existing folder for data that does not fit into memory.
    """
    stored = take_snapshot(lake).files
    written = {FINGERPRINTS.name: _write_fingerprints(lake, run_id, settings)}
    kept = _keep_of_removed_texts(lake, run_id, folder, settings)
    emptied = {
        name: [*stored[name][:1], *files]
        for name, files in ((one.name, kept[one.name]) for one in (FINGERPRINTS, TEXT_PAIRS))
    }
    search = replace(search_of(run_id, settings), anew=True)
    with working_connection(settings, folder / "spill") as connection:
        find_stories(connection, {**stored, **emptied}, written, search)
        for table, name in STORY_STATEMENTS:
            rows = connection.execute(statement(name)).to_arrow_reader(_ROWS_AT_ONCE)
            target = partial(_file, lake.folder(table), run_id)
            files = write_table_files(rows, table, settings.load, target)
            written[table.name] = [file.path for file in files]
        report = _report(connection, stored)
    for table in (FINGERPRINTS, TEXT_PAIRS):
        made = [*written[table.name], *kept[table.name]]
        lake.amend(table, add=made, remove=set(stored[table.name][1:]))
    lake.amend(CLUSTER_MEMBERS, add=written[CLUSTER_MEMBERS.name])
    return report


def _keep_of_removed_texts(
    lake: Lake, run_id: str, folder: Path, settings: Settings
) -> dict[str, list[str]]:
    """Write the stored rows of texts that `prune` has removed: they cannot be made again."""
    kept, stored = {}, take_snapshot(lake).files
    with working_connection(settings, folder / "spill") as connection:
        for table in (ARTICLE_VERSIONS, FINGERPRINTS, TEXT_PAIRS):
            create_view(connection, table.name, stored[table.name], table.arrow)
        for table in (FINGERPRINTS, TEXT_PAIRS):
            rows = connection.execute(statement(f"kept_{table.name}"))
            files = write_table_files(
                rows.to_arrow_reader(_ROWS_AT_ONCE),
                table,
                settings.load,
                partial(_file, lake.folder(table), f"{run_id}-kept"),
            )
            kept[table.name] = [file.path for file in files]
    return kept


def _write_fingerprints(lake: Lake, run_id: str, settings: Settings) -> list[str]:
    """Compute the fingerprints of all versions in worker processes; return the files."""
    folder = lake.folder(FINGERPRINTS)
    paths = lake.files(ARTICLE_VERSIONS)
    jobs = [(path, _file(folder, run_id, number)) for number, path in enumerate(paths)]
    write = partial(_write_fingerprints_of, settings=settings.load)
    if sum(Path(path).stat().st_size for path in paths) < _BYTES_WORTH_PROCESSES:
        return [path for path in map(write, jobs) if path]
    # Forking a process that has threads, as DuckDB and pyarrow have, may block the child.
    context = get_context("spawn")
    with ProcessPoolExecutor(settings.worker_count, mp_context=context) as pool:
        return [path for path in pool.map(write, jobs) if path]


def _file(folder: Path, run_id: str, number: int) -> Path:
    return folder / f"{run_id}-{number:05}.parquet"


def _write_fingerprints_of(job: tuple[str, Path], settings: LoadSettings) -> str | None:
    """Write the fingerprints of the versions in one file to another; None if there are none."""
    source, target = job
    whole = settings.model_copy(update={"file_rows": 1 << 60})
    written = write_table_files(_fingerprint_rows(source), FINGERPRINTS, whole, lambda _: target)
    return written[0].path if written else None


def _fingerprint_rows(source: str) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(source) as file:
        names = set(file.schema_arrow.names)
        columns = [name for name in _READ if name in names]
        for batch in file.iter_batches(_ROWS_AT_ONCE, columns=columns):
            rows = [_fingerprint_row(row) for row in batch.to_pylist() if row["text"] is not None]
            yield pa.RecordBatch.from_pylist(rows, FINGERPRINTS.arrow)


def _fingerprint_row(row: dict[str, Any]) -> dict[str, Any]:
    text, fetched_at = row["text"] or "", row["fetched_at"]
    flags, authors = row["quality_flags"] or (), row["authors"] or ()
    is_learned = any(flag.startswith(MOSTLY_LEARNED) for flag in flags)
    found = None if is_learned else text_fingerprints(text)
    return {
        **{name: row[name] for name in ("article_id", "version", "content_hash", "run_id")},
        "day": row["published_date"] or (fetched_at.date() if fetched_at else None),
        "site": row["domain"] or row["source"],
        "method": METHOD,
        "shingles": found.shingles if found else None,
        "rate": found.rate if found else None,
        "hashes": found.hashes if found else (),
        "agencies": credited_agencies(text.split("\n\n"), authors),
    }


def _report(connection: duckdb.DuckDBPyConnection, stored: FilesByTable) -> StoriesReport:
    """Compare the tables that were made with the stored ones."""
    create_view(connection, "pairs_before", stored[TEXT_PAIRS.name], TEXT_PAIRS.arrow)
    create_view(connection, "versions", stored[ARTICLE_VERSIONS.name], ARTICLE_VERSIONS.arrow)
    [counts] = connection.execute(statement("story_differences")).fetchall()
    versions, pairs, added, dropped, moved_articles = counts
    examples = connection.execute(statement("moved_articles")).fetchall()
    moved = tuple(MovedArticle(*row) for row in examples)
    return StoriesReport(versions, pairs, added, dropped, moved_articles, moved)
