"""Rebuilding of the catalog and the tables from the readable files of a lake.

Each table continues from its newest readable metadata file, with the snapshots and tags whose
manifests can be read. Files of later snapshots, whose metadata is lost, are registered again. Files
that are missing or damaged are taken out. If no metadata file can be read, the table is made anew
from its Parquet files.
"""

import sqlite3
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table.metadata import TableMetadataUtil

from warehouse.catalog import SqliteCatalog
from warehouse.condition import TableState
from warehouse.files import fsync, write_bytes
from warehouse.lake import NAMESPACE, Lake, bring_up_lake, open_catalog
from warehouse.layout import CATALOG, LAKE
from warehouse.metadata_files import metadata_number, named_metadata
from warehouse.schema import Table


def rebuild(warehouse: Path, states: Sequence[TableState]) -> Lake:
    """Make catalog and tables name the whole files of `states`, and no others."""
    catalog = open_catalog(warehouse)
    registered = named_metadata(warehouse / CATALOG)
    for state in states:
        if not state.is_whole or registered.get(state.table.name) != state.metadata:
            _register(catalog, state, warehouse / LAKE)
    lake = bring_up_lake(warehouse)
    for state in states:
        named = set(lake.files(state.table))
        whole = state.whole_files
        add = [path for path in whole if path not in named]
        remove = named - set(whole)
        if add or remove:
            lake.amend(state.table, add=add, remove=remove, are_lost=True)
    return lake


def is_readable(catalog: Path) -> bool:
    """Return whether the catalog exists and is not damaged."""
    try:
        named_metadata(catalog)
    except (sqlite3.Error, OSError):
        return False
    return True


def set_aside(path: Path, warehouse: Path, folder: Path) -> None:
    """Move a file or folder of the warehouse to the same place below `folder`."""
    if not path.exists() or not path.is_relative_to(warehouse):
        return
    target = folder / path.relative_to(warehouse)
    target.parent.mkdir(parents=True, exist_ok=True)
    path.rename(target)
    fsync(path.parent)
    fsync(target.parent)


def catalog_files(warehouse: Path) -> Iterable[Path]:
    """Return the catalog's file and the files that SQLite may have left beside it."""
    names = (CATALOG, f"{CATALOG}-journal", f"{CATALOG}-wal", f"{CATALOG}-shm")
    return (path for name in names if (path := warehouse / name).exists())


def _register(catalog: SqliteCatalog, state: TableState, lake: Path) -> None:
    identifier = (NAMESPACE, state.table.name)
    with suppress(NoSuchTableError):
        catalog.drop_table(identifier)  # the catalog's row only: no file is removed
    if state.metadata is not None:
        catalog.register_table(identifier, str(_healed_metadata(state, lake)))


def _healed_metadata(state: TableState, lake: Path) -> Path:
    """Return a metadata file that names only readable snapshots.

    It is the table's own file if all its snapshots can be read, else a new one without the others.
    """
    assert state.metadata is not None
    metadata: dict[str, Any] = orjson.loads(state.metadata.read_bytes())
    kept = set(state.snapshots)
    current = state.snapshots[0] if state.snapshots else -1
    if {one["snapshot-id"] for one in metadata.get("snapshots", ())} == kept and (
        metadata.get("current-snapshot-id") or -1
    ) == current:
        return state.metadata
    refs = {name: r for name, r in metadata.get("refs", {}).items() if r["snapshot-id"] in kept}
    refs.pop("main", None)
    if state.snapshots:
        refs["main"] = {"snapshot-id": current, "type": "branch"}
    metadata |= {
        "current-snapshot-id": current,
        "refs": refs,
        "last-updated-ms": int(time.time() * 1000),
        **{
            name: [one for one in metadata.get(name) or () if one["snapshot-id"] in kept]
            for name in ("snapshots", "snapshot-log", "statistics", "partition-statistics")
        },
    }
    return _write_metadata(metadata, _folder(state.table, lake))


def _folder(table: Table, lake: Path) -> Path:
    return lake / table.name / "metadata"


def _write_metadata(metadata: dict[str, Any], folder: Path) -> Path:
    newest = max(map(metadata_number, folder.glob("*.metadata.json")), default=0)
    path = folder / f"{newest + 1:05}-{uuid.uuid4()}.metadata.json"
    checked = TableMetadataUtil.parse_obj(metadata)
    write_bytes(path, checked.model_dump_json(exclude_none=True).encode())
    return path
