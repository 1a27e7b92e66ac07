"""`format.json`: the number of a warehouse's format, its place, and whether it holds keys.

The place is the absolute path by which views, tables and unfinished runs name the files of the
warehouse. A warehouse that was moved or copied is recognised by it. The file is read with the
standard library, because every command looks at it.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from warehouse.files import write_bytes
from warehouse.folder import absolute
from warehouse.layout import CATALOG, FORMAT
from warehouse.metadata_files import (
    METADATA,
    json_object,
    metadata_number,
    named_metadata,
    table_folders,
)
from warehouse.schema import SCHEMA_VERSION

SCHEMA_PROPERTY = "broadsheet.schema-version"
KEYS_PROPERTY = "without_keys_since"
_PLACE = "place"
_FORMER_PLACES = "former_places"


def format_number(warehouse: Path) -> int:
    """Return the number of the warehouse's format; 0 for a warehouse that does not exist yet.

    The number is stored in `format.json` and as a property of each Iceberg table. The largest one
    counts, so that the loss of one place changes nothing.
    """
    stated = json_object(warehouse / FORMAT).get("format", 0)
    numbers = [stated if isinstance(stated, int) else 0]
    for folder in table_folders(warehouse):
        newest = max(folder.glob(METADATA), default=None, key=metadata_number)
        properties = (json_object(newest) if newest else {}).get("properties")
        if isinstance(properties, dict):
            numbers.append(int(properties.get(SCHEMA_PROPERTY, 0)))
    return max(numbers)


def write_format(warehouse: Path) -> None:
    """Write the present format and place to `format.json`, unless they are there already.

    A new warehouse is also marked as free of sources' keys: no version that can open this format
    stores any.
    """
    stated = json_object(warehouse / FORMAT)
    if stated.get("format") == SCHEMA_VERSION and _PLACE in stated:
        return
    place = str(recorded_place(warehouse) or absolute(warehouse))
    if not stated and not any(table_folders(warehouse)):
        stated = {KEYS_PROPERTY: _now()}
    _write_format(warehouse, {**stated, _PLACE: place})


def moved_from(warehouse: Path) -> Path | None:
    """Return the place that a warehouse was moved or copied from; None if it is in its place.

    A link or another mount is no move: the recorded place then leads to the same folder.
    """
    place, here = recorded_place(warehouse), absolute(warehouse)
    if place is None or place == here:
        return None
    with suppress(OSError):  # the old place is gone, or may not be looked at
        if place.samefile(here):
            return None
    return place


def recorded_place(warehouse: Path) -> Path | None:
    """Return the place by which the files of a warehouse name each other; None if none do yet.

    Earlier versions did not record it: then the catalog or a table's metadata file shows it.
    """
    stated = json_object(warehouse / FORMAT).get(_PLACE)
    if isinstance(stated, str):
        return Path(stated)
    with suppress(sqlite3.Error, OSError):
        for path in named_metadata(warehouse / CATALOG).values():
            return path.parents[3]  # PLACE/lake/TABLE/metadata/FILE
    for folder in table_folders(warehouse):
        newest = max(folder.glob(METADATA), default=None, key=metadata_number)
        location = (json_object(newest) if newest else {}).get("location")
        if isinstance(location, str):
            return Path(location.removeprefix("file://")).parents[1]  # PLACE/lake/TABLE
    return None


def record_place(warehouse: Path, place: Path) -> None:
    """Record the place that the files of a warehouse name, and keep the earlier ones.

    The number of the format stays as it is: the tables may be of an older one.
    """
    stated, before = json_object(warehouse / FORMAT), recorded_place(warehouse)
    former = dict.fromkeys(stated.get(_FORMER_PLACES, ()))
    if before is not None:
        former[str(before)] = None
    former.pop(str(place), None)
    _store(warehouse, {**stated, _PLACE: str(place), _FORMER_PLACES: list(former)})


def inputs_here(inputs: Iterable[str], warehouse: Path) -> list[str]:
    """Return the inputs of an earlier run; those that lay in the warehouse by their present paths.

    Args:
        inputs: absolute paths and globs, as in the table `runs`.
    """
    former = [f"{place}/" for place in json_object(warehouse / FORMAT).get(_FORMER_PLACES, ())]
    here = f"{absolute(warehouse)}/"
    return [
        next((here + one[len(old) :] for old in former if _is_below(one, old, here)), one)
        for one in inputs
    ]


def looked_through_for_keys(warehouse: Path) -> bool:
    """Return whether the warehouse was searched for sources' keys, which older versions stored.

    Versions up to format 4 stored them. They cannot open a warehouse of a later format, so that
    new keys can only get in by copying old files.
    """
    return KEYS_PROPERTY in json_object(warehouse / FORMAT)


def mark_looked_through(warehouse: Path) -> None:
    """Record that the keys which earlier versions stored were removed."""
    _write_format(warehouse, {**json_object(warehouse / FORMAT), KEYS_PROPERTY: _now()})


def _is_below(path: str, old: str, here: str) -> bool:
    """Return whether a path lies below a former place, and not below the present one in it."""
    return path.startswith(old) and not path.startswith(here)


def _write_format(warehouse: Path, stated: dict[str, Any]) -> None:
    stated |= {"format": SCHEMA_VERSION, "written_by": f"broadsheet {version('broadsheet')}"}
    _store(warehouse, stated)


def _store(warehouse: Path, stated: dict[str, Any]) -> None:
    write_bytes(warehouse / FORMAT, orjson.dumps(stated) + b"\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
