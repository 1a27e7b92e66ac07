"""Checks whether a warehouse can be opened, made before anything in it is changed.

A warehouse of a newer format is refused, and so is a lake whose catalog is lost. Without this check
a lost catalog would look like an empty warehouse, and new, empty tables would be published over the
old ones. The checks read small files with the standard library, because every command makes them.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.errors import DamagedWarehouseError, UsageError
from warehouse.format_file import format_number, moved_from
from warehouse.layout import CATALOG, DAMAGED, REPAIR, RUNS_FOLDER
from warehouse.metadata_files import (
    METADATA,
    json_object,
    metadata_number,
    named_metadata,
    table_folders,
)
from warehouse.restoring import require_restored
from warehouse.schema import SCHEMA_VERSION

RUN_PROPERTY = "run_id"
# A property of snapshots that only rewrote files: the table has the rows that it had before.
SAME_ROWS_PROPERTY = "broadsheet.same-rows"
# A property of snapshots by which a repair removed files that are lost or damaged.
LOST_PROPERTY = "broadsheet.lost"


def require_openable(warehouse: Path) -> None:
    """Check the format, the place and the catalog of a warehouse.

    Raises:
        UsageError: a newer Broadsheet wrote the warehouse.
        DamagedWarehouseError: a restore was interrupted, or it was moved and its paths are not
            repaired, or its catalog is lost, damaged or outdated.
    """
    require_restored(warehouse)
    require_format(warehouse)
    require_in_place(warehouse)
    require_catalog(warehouse)


def require_in_place(warehouse: Path) -> None:
    """Refuse a warehouse whose files name another place: files of the original would be read.

    Raises:
        DamagedWarehouseError: the warehouse was moved or copied, and its paths are not repaired.
    """
    if place := moved_from(warehouse):
        raise DamagedWarehouseError(
            f"The warehouse {warehouse} was moved or copied here from {place}: run `broadsheet "
            f"relocate --warehouse {warehouse}`, which repairs its paths, as the next run does."
        )


def require_catalog(warehouse: Path) -> None:
    """Refuse a warehouse whose catalog is lost, damaged or outdated.

    Raises:
        DamagedWarehouseError: it is; names the fault.
    """
    for fault in catalog_faults(warehouse):
        raise DamagedWarehouseError(f"{fault}; run `broadsheet repair --warehouse {warehouse}`.")


def require_format(warehouse: Path) -> None:
    """Refuse a warehouse of a newer format.

    Raises:
        UsageError: a newer Broadsheet wrote the warehouse; names both format numbers.
    """
    found = format_number(warehouse)
    if found > SCHEMA_VERSION:
        raise UsageError(
            f"The warehouse {warehouse} was written by a newer Broadsheet (it has format {found}, "
            f"this one knows formats up to {SCHEMA_VERSION}): upgrade Broadsheet."
        )


def require_repaired(warehouse: Path) -> None:
    """Refuse a warehouse whose repair has not ended: its tables may still lack rows.

    Raises:
        DamagedWarehouseError: a repair was interrupted.
    """
    if journal := unfinished_repair(warehouse):
        raise DamagedWarehouseError(
            f"A repair of the warehouse was interrupted, see {journal}: run `broadsheet repair "
            f"--warehouse {warehouse}` again."
        )


def catalog_faults(warehouse: Path) -> Iterator[str]:
    """Yield the faults of the catalog, each as the beginning of a sentence."""
    folders = {folder.parent.name: folder for folder in table_folders(warehouse)}
    path = warehouse / CATALOG
    try:
        named = named_metadata(path)
    except (sqlite3.Error, OSError) as error:
        if any(map(_was_committed, folders.values())):
            state = f"is damaged ({error})" if path.exists() else "is missing"
            yield f"The catalog {path} {state}, and the lake beside it holds tables"
        return
    for name, folder in folders.items():
        if name in named:
            yield from _metadata_faults(name, named[name], folder, warehouse)
        elif _was_committed(folder):
            yield f"The catalog {path} does not name the table {name}, which the lake holds"


def unfinished_repair(warehouse: Path) -> Path | None:
    """Return the journal of a repair that was interrupted, if there is one."""
    for journal in sorted((warehouse / DAMAGED).glob(f"*/{REPAIR}")):
        if not json_object(journal).get("done", False):
            return journal
    return None


def newer_metadata(named: Path, folder: Path, warehouse: Path) -> Path | None:
    """Return a committed metadata file that is newer than the one that the catalog names, if any.

    Such a file means that the catalog is outdated. But one newer file alone may also come from a
    kill between writing it and naming it in the catalog. Then its run is still unfinished, or was
    dropped together with its data files, and the catalog is right.
    """
    number = metadata_number(named)
    newest = max(folder.glob(METADATA), default=named, key=metadata_number)
    if metadata_number(newest) != number + 1:
        return newest if metadata_number(newest) > number else None
    run_id = _run_behind(json_object(newest), json_object(named))
    if run_id is None or (warehouse / RUNS_FOLDER / run_id).is_dir():
        return None
    return newest if any((folder.parent / "data").glob(f"{run_id}-*.parquet")) else None


def _was_committed(folder: Path) -> bool:
    """Return whether anything was committed to the table."""
    data = folder.parent / "data"
    return any(folder.glob("*.avro")) or any(data.glob("*.parquet"))


def _metadata_faults(name: str, named: Path, folder: Path, warehouse: Path) -> Iterator[str]:
    if not named.is_file():
        yield f"The metadata file {named} of the table {name} is missing"
        return
    if "current-schema-id" not in json_object(named):
        yield f"The metadata file {named} of the table {name} is damaged"
    elif newer := newer_metadata(named, folder, warehouse):
        yield f"The catalog is older than the table {name}, whose newest metadata file is {newer}"


def _run_behind(written: dict[str, Any], metadata: dict[str, Any]) -> str | None:
    """Return the run whose commit made the newer of two metadata files, if it was a run."""
    current = written.get("current-snapshot-id")
    if current == metadata.get("current-snapshot-id"):
        return None
    summaries = {one["snapshot-id"]: one.get("summary", {}) for one in written.get("snapshots", ())}
    run_id = summaries.get(current, {}).get(RUN_PROPERTY)
    return run_id if isinstance(run_id, str) else None
