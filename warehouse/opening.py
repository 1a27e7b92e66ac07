"""Checks whether a warehouse can be opened, made before anything in it is changed.

A warehouse of a newer format is refused, and so is a lake whose catalog is lost. Without this check
a lost catalog would look like an empty warehouse, and new, empty tables would be published over the
old ones. The checks read small files with the standard library, because every command makes them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from config.errors import DamagedWarehouseError, UsageError
from warehouse.files import write_bytes
from warehouse.layout import CATALOG, DAMAGED, FORMAT, LAKE, REPAIR, RUNS_FOLDER
from warehouse.schema import SCHEMA_VERSION

SCHEMA_PROPERTY = "broadsheet.schema-version"
RUN_PROPERTY = "run_id"
# A property of snapshots that only rewrote files: the table has the rows that it had before.
SAME_ROWS_PROPERTY = "broadsheet.same-rows"
METADATA = "*.metadata.json"
KEYS_PROPERTY = "without_keys_since"  # in format.json


def require_openable(warehouse: Path) -> None:
    """Check the format and the catalog of a warehouse.

    Raises:
        UsageError: a newer Broadsheet wrote the warehouse.
        DamagedWarehouseError: its catalog is lost, damaged or outdated.
    """
    require_format(warehouse)
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


def format_number(warehouse: Path) -> int:
    """Return the number of the warehouse's format; 0 for a warehouse that does not exist yet.

    The number is stored in `format.json` and as a property of each Iceberg table. The largest one
    counts, so that the loss of one place changes nothing.
    """
    stated = _json(warehouse / FORMAT).get("format", 0)
    numbers = [stated if isinstance(stated, int) else 0]
    for folder in _table_folders(warehouse):
        newest = max(folder.glob(METADATA), default=None, key=metadata_number)
        properties = (_json(newest) if newest else {}).get("properties")
        if isinstance(properties, dict):
            numbers.append(int(properties.get(SCHEMA_PROPERTY, 0)))
    return max(numbers)


def write_format(warehouse: Path) -> None:
    """Write the present format to `format.json`, unless it is there already.

    A new warehouse is also marked as free of sources' keys: no version that can open this format
    stores any.
    """
    stated = _json(warehouse / FORMAT)
    if stated.get("format") == SCHEMA_VERSION:
        return
    if not stated and not any(_table_folders(warehouse)):
        stated = {KEYS_PROPERTY: _now()}
    _write_format(warehouse, stated)


def looked_through_for_keys(warehouse: Path) -> bool:
    """Return whether the warehouse was searched for sources' keys, which older versions stored.

    Versions up to format 4 stored them. They cannot open a warehouse of a later format, so that
    new keys can only get in by copying old files.
    """
    return KEYS_PROPERTY in _json(warehouse / FORMAT)


def mark_looked_through(warehouse: Path) -> None:
    """Record that the keys which earlier versions stored were removed."""
    _write_format(warehouse, {**_json(warehouse / FORMAT), KEYS_PROPERTY: _now()})


def _write_format(warehouse: Path, stated: dict[str, Any]) -> None:
    stated |= {"format": SCHEMA_VERSION, "written_by": f"broadsheet {version('broadsheet')}"}
    write_bytes(warehouse / FORMAT, orjson.dumps(stated) + b"\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def catalog_faults(warehouse: Path) -> Iterator[str]:
    """Yield the faults of the catalog, each as the beginning of a sentence."""
    folders = {folder.parent.name: folder for folder in _table_folders(warehouse)}
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


def named_metadata(catalog: Path) -> dict[str, Path]:
    """Return the metadata file that the catalog names for each table.

    Raises:
        sqlite3.Error: the catalog is damaged, or not an SQLite database.
        FileNotFoundError: there is no catalog.
    """
    if not catalog.is_file():
        raise FileNotFoundError(catalog)
    with closing(sqlite3.connect(f"{catalog.absolute().as_uri()}?mode=rw", uri=True)) as connection:
        [(state,)] = connection.execute("pragma quick_check(1)").fetchall()
        if state != "ok":
            raise sqlite3.DatabaseError(state.splitlines()[-1])
        rows = connection.execute("select table_name, metadata_location from iceberg_tables")
        return {name: Path(location.removeprefix("file://")) for name, location in rows}


def metadata_number(path: Path) -> int:
    """Return the number at the beginning of a metadata file's name; each commit adds one."""
    number = path.name.partition("-")[0]
    return int(number) if number.isdigit() else -1


def unfinished_repair(warehouse: Path) -> Path | None:
    """Return the journal of a repair that was interrupted, if there is one."""
    for journal in sorted((warehouse / DAMAGED).glob(f"*/{REPAIR}")):
        if not _json(journal).get("done", False):
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
    run_id = _run_behind(_json(newest), _json(named))
    if run_id is None or (warehouse / RUNS_FOLDER / run_id).is_dir():
        return None
    return newest if any((folder.parent / "data").glob(f"{run_id}-*.parquet")) else None


def _table_folders(warehouse: Path) -> Iterator[Path]:
    yield from sorted((warehouse / LAKE).glob("*/metadata"))


def _was_committed(folder: Path) -> bool:
    """Return whether anything was committed to the table."""
    data = folder.parent / "data"
    return any(folder.glob("*.avro")) or any(data.glob("*.parquet"))


def _metadata_faults(name: str, named: Path, folder: Path, warehouse: Path) -> Iterator[str]:
    if not named.is_file():
        yield f"The metadata file {named} of the table {name} is missing"
        return
    if "current-schema-id" not in _json(named):
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


def _json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; an empty one if it cannot be read."""
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
