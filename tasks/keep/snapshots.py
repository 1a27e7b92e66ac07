"""Named snapshots: a tag on every table, a row in `snapshots`, and a folder with the articles."""

import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash
from pyiceberg.exceptions import NoSuchTableError

from config.errors import UsageError
from config.settings import Settings
from tasks.keep.datasheet import Citation
from tasks.keep.snapshot_folder import write_folder
from tasks.load.commit import finish_if_committed, publish_tables, run_row
from tasks.load.compaction import publish_if_outdated
from tasks.pipeline import Stages
from tasks.runs.run import unfinished_runs
from warehouse.catalog import SqliteCatalog
from warehouse.export_tables import Choice, choose
from warehouse.files import fsync, write_table_files
from warehouse.folder import absolute
from warehouse.lake import Lake, open_lake
from warehouse.layout import CATALOG, LAKE
from warehouse.load import commit_run
from warehouse.opening import require_openable
from warehouse.query import opened
from warehouse.schema import RUNS, SNAPSHOTS
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

    The tags come first, then the files, the row, the folder's name, and the publication. The row
    makes the name used. After a kill before it, the command is repeated and moves the tags; after
    a kill behind it, `snapshot export` writes the folder.

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
        publish_if_outdated(lake, settings)
        if name in stored_snapshots(lake):
            raise UsageError(
                f"There is a snapshot {name} already, and a name is used once: choose another, or "
                f"write its folder again by `broadsheet snapshot export {name}`."
            )
        require_out(out, warehouse)
        citation = Citation(name, request.title, request.authors)
        with opened_state(warehouse, settings) as connection:
            articles = choose(connection, Choice(request.where))
            tables = tag_tables(lake, name)
            with folder_aside(out) as aside:
                checksum = write_folder(connection, aside, request.where, citation)
                stored = StoredSnapshot(
                    name,
                    datetime.now(UTC),
                    request.where,
                    state_id(tables),
                    tables,
                    articles,
                    checksum,
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


def require_out(out: Path, warehouse: Path, *, replaceable: bool = False) -> None:
    """Raise an error unless a folder can be written; `replaceable`: it may exist already."""
    if out.resolve().is_relative_to(warehouse.resolve()):
        raise UsageError(f"{out} lies in the warehouse: name a place outside of it by --out.")
    if not out.parent.is_dir():
        raise UsageError(f"There is no folder {out.parent}: make it first, or name another.")
    if (out.exists() or out.is_symlink()) and not replaceable:
        raise UsageError(f"{out} exists already: name another folder by --out.")


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
def folder_aside(out: Path) -> Iterator[Path]:
    """Yield a new folder, which gets its final name if the context ends well."""
    aside = out.with_name(f".snapshot.{secrets.token_hex(8)}")
    replaced = aside.with_name(f"{aside.name}.old")
    try:
        aside.mkdir()
        yield aside
        for path in aside.rglob("*"):
            fsync(path)
        if out.exists():
            out.rename(replaced)
        aside.rename(out)
        fsync(out.parent)
    finally:
        for left in (aside, replaced):
            shutil.rmtree(left, ignore_errors=True)


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
    rows: list[dict[str, Any]] = []
    with suppress(NoSuchTableError):  # in a warehouse that was not written to since an upgrade
        for file in lake.files(SNAPSHOTS):
            rows += pq.read_table(file).to_pylist()
    return {row["name"]: _stored(row) for row in sorted(rows, key=lambda row: row["created_at"])}


def lake_to_read(warehouse: Path) -> Lake:
    """Return the lake of a warehouse without the lock; nothing is written to it.

    Raises:
        UsageError: there is no warehouse.
        DamagedWarehouseError: it was moved, or its catalog is lost.
    """
    require_warehouse(warehouse)
    require_openable(warehouse)
    return Lake(warehouse / LAKE, SqliteCatalog(warehouse / CATALOG, warehouse / LAKE))


def stored_snapshot(lake: Lake, name: str) -> StoredSnapshot:
    """Return the snapshot of a name.

    Raises:
        UsageError: there is none.
    """
    found = stored_snapshots(lake)
    if stored := found.get(unicodedata.normalize("NFC", name)):
        return stored
    known = f"there are {', '.join(found)}" if found else "there is none yet"
    raise UsageError(f"There is no snapshot {name}: {known}.")


def stored_citation(lake: Lake, name: str) -> Citation:
    """Return the title and the authors that a snapshot was made with."""
    for file in lake.files(RUNS):
        for run in pq.read_table(file, columns=["flow", "parameters"]).to_pylist():
            given = orjson.loads(run["parameters"] or "{}") if run["flow"] == FLOW else {}
            if given.get("name") == name:
                return Citation(name, given["title"], tuple(given["authors"]))
    return Citation(name)


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
