"""Named snapshots: a tag on every table, a row in `snapshots`, and a folder with the articles."""

import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from config.errors import UsageError
from config.settings import Settings
from tasks.keep.datasheet import Citation
from tasks.keep.snapshot_folder import PACKAGE, write_folder
from tasks.load.commit import finish_if_committed, publish_tables, run_row
from tasks.load.compaction import publish_if_outdated
from tasks.pipeline import Stages
from tasks.runs.run import unfinished_runs
from warehouse.export_tables import Choice, choose
from warehouse.files import fsync, write_table_files
from warehouse.folder import absolute
from warehouse.lake import Lake, open_lake
from warehouse.layout import CATALOG
from warehouse.load import commit_run
from warehouse.metadata_files import json_object
from warehouse.query import opened
from warehouse.schema import SNAPSHOTS
from warehouse.tagged import state_id, tag_tables

FLOW = "snapshot"
_MOST_BYTES = 100  # of a name, which is also the name of a folder
_UNUSABLE = re.compile(r"[/\\\x00-\x1f\x7f-\x9f\ud800-\udfff]|^[.\-]|^\s|\s$")


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """The options of `snapshot create`.

    Attributes:
        out: the folder to write; None: one with the snapshot's name.
    """

    name: str
    where: str = "true"
    out: Path | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    wait: bool = False

    @property
    def folder(self) -> Path:
        """Return the absolute path of the folder."""
        return absolute(self.out or Path(self.name))


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A row of the table `snapshots`; `tables` has the Iceberg snapshot of each table."""

    name: str
    created_at: datetime
    where: str
    publication_id: str
    tables: dict[str, int]
    articles: int
    checksum: str
    old_checksum: str | None = None

    def row(self) -> dict[str, Any]:
        """Return the row of the table."""
        return {
            "name": self.name,
            "created_at": self.created_at,
            "where_sql": self.where,
            "publication_id": self.publication_id,
            "tables": orjson.dumps(self.tables, option=orjson.OPT_SORT_KEYS).decode(),
            "articles": self.articles,
            "checksum": self.checksum,
            "old_checksum": self.old_checksum,
        }


def create_snapshot(request: SnapshotRequest, stages: Stages) -> StoredSnapshot:
    """Name the present state of the articles that meet a condition, and write their folder.

    The tags come first, then the folder, the row, and the publication. The row makes the name
    used. A killed command is repeated: tags and a folder without a row are made anew.

    Raises:
        UsageError: the name, the condition or the folder cannot be used.
    """
    name, out = require_name(request.name), request.folder
    warehouse = absolute(stages.settings.warehouse)
    require_warehouse(warehouse)
    stages = stages.prepared()
    settings = stages.settings
    with stages.locked(FLOW, wait=request.wait):
        for run in list(unfinished_runs(warehouse)):
            if notice := finish_if_committed(run, settings):
                stages.listener.notice(notice)
        lake = open_lake(warehouse)
        if name in stored_snapshots(lake):
            raise UsageError(
                f"There is a snapshot {name} already, and a name is used once: choose another."
            )
        require_out(out, warehouse, name)
        publish_if_outdated(lake, settings)
        citation = Citation(name, request.title, request.authors)
        with opened_state(warehouse, settings) as connection:
            articles = choose(connection, Choice(request.where))
            tables = tag_tables(lake, name)
            with _folder_aside(out) as aside:
                checksum = write_folder(connection, aside, request.where, citation)
        now = datetime.now(UTC)
        stored = StoredSnapshot(
            name, now, request.where, state_id(tables), tables, articles, checksum
        )
        _commit(lake, stored, citation, settings)
        publish_tables(warehouse, settings)
    return stored


def require_name(name: str) -> str:
    """Return the name in its normal form.

    Raises:
        UsageError: it cannot be the name of a folder everywhere.
    """
    normal = unicodedata.normalize("NFC", name)
    if not normal or _UNUSABLE.search(normal) or len(normal.encode()) > _MOST_BYTES:
        raise UsageError(
            f"{name!r} cannot be the name of a snapshot: use up to {_MOST_BYTES} letters, digits, "
            "dots, hyphens and the like, without slashes, and no dot or hyphen at the beginning."
        )
    return normal


def require_warehouse(warehouse: Path) -> None:
    """Raise an error if there is no warehouse."""
    if not (warehouse / CATALOG).is_file():
        raise UsageError(f"There is no warehouse at {warehouse}: name it by --warehouse.")


def require_out(out: Path, warehouse: Path, name: str) -> None:
    """Raise an error unless a folder can be written; that of a killed command is removed."""
    if out.resolve().is_relative_to(warehouse.resolve()):
        raise UsageError(f"{out} lies in the warehouse: name a place outside of it by --out.")
    if not out.parent.is_dir():
        raise UsageError(f"There is no folder {out.parent}: make it first, or name another.")
    if out.exists() or out.is_symlink():
        if json_object(out / PACKAGE).get("version") != name:
            raise UsageError(f"{out} exists already: name another folder by --out.")
        shutil.rmtree(out)


@contextmanager
def opened_state(
    warehouse: Path, settings: Settings, published: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file, or another state of the tables, to read all of it."""
    limits: dict[str, str | int] = {"memory_limit": settings.load.memory, "threads": 2}
    spill = warehouse / f".snapshot-spill-{secrets.token_hex(4)}"
    limits["temp_directory"] = str(spill)
    try:
        with opened(warehouse, settings=limits, published=published) as connection:
            yield connection
    finally:
        shutil.rmtree(spill, ignore_errors=True)


@contextmanager
def _folder_aside(out: Path) -> Iterator[Path]:
    """Yield a new folder, which gets its final name if the context ends well."""
    aside = out.with_name(f".snapshot.{secrets.token_hex(8)}")
    try:
        aside.mkdir()
        yield aside
        for path in aside.rglob("*"):
            fsync(path)
        aside.rename(out)
        fsync(out.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _commit(lake: Lake, stored: StoredSnapshot, citation: Citation, settings: Settings) -> None:
    """Commit the row as a run without documents, whose parameters have the citation."""
    key = xxhash.xxh3_64_hexdigest(stored.name.encode())[:8]
    run_id = f"{stored.created_at:%Y%m%dT%H%M%S%fZ}-{key}"
    batch = pa.RecordBatch.from_pylist([stored.row()], SNAPSHOTS.arrow)
    path = lake.folder(SNAPSHOTS) / f"{run_id}-00000.parquet"
    files = write_table_files([batch], SNAPSHOTS, settings.load, lambda _: path)
    row = run_row(run_id, FLOW, stored.created_at)
    given = {"name": stored.name, "title": citation.stated_title, "authors": citation.authors}
    row["parameters"] = orjson.dumps(given).decode()
    commit_run(lake, {SNAPSHOTS.name: [file.path for file in files]}, row, settings.load)


def stored_snapshots(lake: Lake) -> dict[str, StoredSnapshot]:
    """Return all snapshots by name, from the oldest on."""
    rows = [row for file in lake.files(SNAPSHOTS) for row in pq.read_table(file).to_pylist()]
    return {row["name"]: _stored(row) for row in sorted(rows, key=lambda row: row["created_at"])}


def _stored(row: dict[str, Any]) -> StoredSnapshot:
    return StoredSnapshot(
        row["name"],
        row["created_at"],
        row["where_sql"],
        row["publication_id"],
        orjson.loads(row["tables"]),
        row["articles"],
        row["checksum"],
        row.get("old_checksum"),
    )
