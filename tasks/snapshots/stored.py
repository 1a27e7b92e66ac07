"""The rows of the table `snapshots`."""

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.exceptions import NoSuchTableError

from config.errors import UsageError
from config.settings import LoadSettings
from tasks.snapshots.datasheet import Citation
from warehouse.catalog import SqliteCatalog
from warehouse.files import write_table_files
from warehouse.lake import Lake
from warehouse.layout import CATALOG, LAKE
from warehouse.opening import require_openable
from warehouse.restoring import require_restored
from warehouse.schema import RUNS, SNAPSHOTS

SNAPSHOT_FLOW = "snapshot"


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


def stored_snapshots(lake: Lake) -> dict[str, StoredSnapshot]:
    """Return all snapshots by name, from the oldest on."""
    rows: list[dict[str, Any]] = []
    with suppress(NoSuchTableError):  # in a warehouse that was not written to since an upgrade
        for file in lake.files(SNAPSHOTS):
            rows += pq.read_table(file).to_pylist()
    return {row["name"]: _stored(row) for row in sorted(rows, key=lambda row: row["created_at"])}


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
            given = orjson.loads(run["parameters"] or "{}") if run["flow"] == SNAPSHOT_FLOW else {}
            if given.get("name") == name:
                return Citation(name, given["title"], tuple(given["authors"]))
    return Citation(name)


def write_stored_snapshots(
    lake: Lake, stored: Sequence[StoredSnapshot], run_id: str, settings: LoadSettings
) -> list[str]:
    """Write rows of the table to the file of a run, and return its path."""
    batch = pa.RecordBatch.from_pylist([one.row() for one in stored], SNAPSHOTS.arrow)
    path = lake.folder(SNAPSHOTS) / f"{run_id}-00000.parquet"
    return [file.path for file in write_table_files([batch], SNAPSHOTS, settings, lambda _: path)]


def lake_to_read(warehouse: Path) -> Lake:
    """Return the lake of a warehouse without the lock; nothing is written to it.

    Raises:
        UsageError: there is no warehouse.
        DamagedWarehouseError: it was moved, or its catalog is lost.
    """
    require_warehouse(warehouse)
    require_openable(warehouse)
    return Lake(warehouse / LAKE, SqliteCatalog(warehouse / CATALOG, warehouse / LAKE))


def require_warehouse(warehouse: Path) -> None:
    """Raise an error if there is no warehouse."""
    require_restored(warehouse)
    if not (warehouse / CATALOG).is_file():
        raise UsageError(f"There is no warehouse at {warehouse}: name it by --warehouse.")


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
