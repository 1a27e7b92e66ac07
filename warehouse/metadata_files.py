"""Small files that say what a lake holds, read with the standard library by every command."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson

from warehouse.layout import LAKE

METADATA = "*.metadata.json"
_BUSY_SECONDS = 60


def named_metadata(catalog: Path) -> dict[str, Path]:
    """Return the metadata file that the catalog names for each table.

    Raises:
        sqlite3.Error: the catalog is damaged, or not an SQLite database.
        FileNotFoundError: there is no catalog.
    """
    if not catalog.is_file():
        raise FileNotFoundError(catalog)
    with read_database(catalog) as connection:
        [(state,)] = connection.execute("pragma quick_check(1)").fetchall()
        if state != "ok":
            raise sqlite3.DatabaseError(state.splitlines()[-1])
        rows = connection.execute("select table_name, metadata_location from iceberg_tables")
        return {name: Path(location.removeprefix("file://")) for name, location in rows}


@contextmanager
def read_database(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an SQLite database that others write to, in order to read it.

    With `mode=ro` SQLite would refuse it after a writer was killed while it committed.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)) as connection:
        yield connection


def metadata_number(path: Path) -> int:
    """Return the number at the beginning of a metadata file's name; each commit adds one."""
    number = path.name.partition("-")[0]
    return int(number) if number.isdigit() else -1


def table_folders(warehouse: Path) -> Iterator[Path]:
    """Yield the folder `metadata` of each table."""
    yield from sorted((warehouse / LAKE).glob("*/metadata"))


def json_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; an empty one if it cannot be read."""
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
