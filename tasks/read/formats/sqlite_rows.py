"""Rows of SQLite databases: each table is read, views and virtual tables are not."""

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tasks.read.fields import names_text
from tasks.read.formats.json_values import row_bytes
from tasks.read.locators import quoted
from tasks.read.place import Place
from tasks.read.rows import read_row
from tasks.read.streams import path_on_disk
from tasks.read.text_columns import text_remedy
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]

# Names of columns and messages about them are decoded strictly, whatever `text_factory` says.
_DAMAGE = (sqlite3.Error, OverflowError, UnicodeDecodeError)
_SAMPLE = 20  # rows that show which column may be the text
_TABLES = """
    select name from sqlite_schema
    where type = 'table' and name not glob 'sqlite_*' and sql not like 'create virtual%'
    order by name
"""


def read_sqlite(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield one outcome per row of each table, and one for a table that names no text."""
    connection = _opened(stream, place)
    if connection is None:
        yield from place.drop(Reason.TOO_LARGE, "a database in an archive: unpack it first")
        return
    with closing(connection):
        try:
            names = [name for (name,) in connection.execute(_TABLES)]
        except _DAMAGE as error:
            yield from place.drop(Reason.CORRUPT, _said(error))
            return
        for name in names:
            table = place.member(f"{place.locator}!{quoted(name)}", name)
            yield from _read_table(connection, name, table)


def _opened(stream: io.BufferedReader, place: Place) -> sqlite3.Connection | None:
    """Open a database so that nothing can change it; None if it is too large for memory.

    `immutable` also keeps SQLite from making files beside it. What a program that is still writing
    has only in its log (`-wal`) is not read.
    """
    path = path_on_disk(stream)
    if path is not None:
        uri = f"{Path(path).absolute().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True)
    else:
        data = stream.read(place.settings.batch_bytes + 1)
        if len(data) > place.settings.batch_bytes:
            return None
        connection = sqlite3.connect(":memory:")
        connection.deserialize(data)
    # A stranger's schema must not call functions, and a value must not fill the memory.
    connection.execute("pragma trusted_schema = off")
    connection.execute("pragma cell_size_check = on")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, row_bytes(place))
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _read_table(connection: sqlite3.Connection, name: str, place: Place) -> _Outcomes:
    number = 0
    escaped = name.replace('"', '""')
    try:
        cursor = connection.execute(f'select * from "{escaped}"')
        columns = [column[0] for column in cursor.description]
        if not names_text(columns, place.columns):
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchmany(_SAMPLE)]
            detail = f"{', '.join(columns)[:300]}; {text_remedy(columns, rows)}"
            yield from place.drop(Reason.NO_KNOWN_COLUMNS, detail)
            return
        for number, row in enumerate(cursor, 1):
            yield from read_row(dict(zip(columns, row, strict=True)), place, f"#row={number}")
    except _DAMAGE as error:
        detail = f"{_said(error)}; and what follows"
        yield from place.drop(Reason.CORRUPT, detail, suffix=f"#row={number + 1}")


def _said(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8: {error.object.decode('utf-8', 'replace')}"[:200]
    return str(error)[:200]
