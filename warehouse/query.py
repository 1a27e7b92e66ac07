"""Read-only SQL queries on the published file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

from config.errors import UsageError
from warehouse.folder import absolute
from warehouse.interrupting import interrupted_by_ctrl_c
from warehouse.layout import PUBLISHED
from warehouse.place_names import is_elsewhere, overlay_views, published_place
from warehouse.restoring import require_restored
from warehouse.statements import sql_quoted

# DuckDB's grammar allows the options of EXPLAIN as a word or in parentheses before the statement.
EXPLAIN = re.compile(r"\s*explain\b\s*(?:analyze\b|\([^()]*\))?", re.IGNORECASE)
# The only function that writes files from within a select: DuckDB 1.5 puts its log into a folder.
WRITES = re.compile(r"\benable_logging\b", re.IGNORECASE)


@contextmanager
def opened(
    warehouse: Path,
    attached: Sequence[Path] = (),
    *,
    settings: Mapping[str, str | int] = MappingProxyType({}),
    published: Path | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file read-only, with times in UTC.

    The connection can read files below the warehouse. It cannot read any other file or the network,
    and no statement can change that.

    Args:
        attached: further DuckDB databases that queries may read, each by the name of its file.
        settings: DuckDB's settings of the connection, such as `memory_limit`.
        published: another file that shows tables of this warehouse; None: its own.

    Raises:
        UsageError: nothing is published there, or a file cannot be opened.
        DamagedWarehouseError: a restore was interrupted.
    """
    require_restored(warehouse)
    path = published or warehouse / PUBLISHED
    if not path.is_file():
        raise UsageError(
            f"There is no {path} yet: run `broadsheet ingest PATH --warehouse {warehouse}` first."
        )
    try:
        connection = _connected(path, warehouse)
    except duckdb.Error as error:
        raise UsageError(
            f"Cannot open {path} ({_first_line(error)}): `broadsheet repair` publishes it anew."
        ) from error
    # The watch outlasts the connection, because closing waits for a function that is at work.
    with interrupted_by_ctrl_c(connection), connection:
        try:
            _prepare(connection, warehouse, attached, settings)
            yield connection
        finally:
            connection.interrupt()  # closing would wait for a statement's end


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    warehouse: Path,
    attached: Sequence[Path],
    settings: Mapping[str, str | int],
) -> None:
    # DuckDB prints a progress bar to standard output, among the rows of a long query.
    connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
    for name, value in settings.items():
        connection.execute(f"set {name} = $value", {"value": value})
    for database in attached:
        _attach(connection, database)
    _lock_down(connection, warehouse)


def _connected(path: Path, warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Open a published file. If the warehouse was moved, show its own files in their new place."""
    connection = _alone(path)
    here = absolute(warehouse)
    place = published_place(connection)
    if place is None or place == here or not is_elsewhere(place, here):
        return connection
    connection.close()
    return overlay_views(path, here)


def _alone(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a file read-only in a DuckDB of its own.

    A file that a process opens twice by `duckdb.connect(path)` has one DuckDB for both: the second
    connection could not be given settings, because the first one has locked them.
    """
    connection = duckdb.connect()
    try:
        connection.execute(f"set temp_directory = {sql_quoted(f'{path}.tmp')}")
        name = '"' + path.stem.replace('"', '""') + '"'
        connection.execute(f"attach {sql_quoted(str(path))} as {name} (type duckdb, read_only)")
        connection.execute(f"use {name}")
    except duckdb.Error:
        connection.close()
        raise
    return connection


def rows(
    connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any] | None = None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the column names and the rows of a query.

    Args:
        values: values of the query's named parameters, written `$name` in it.

    Raises:
        UsageError: the query does more than read, or DuckDB refuses it.
    """
    cursor = executed(connection, query, values)
    return [column[0] for column in cursor.description or ()], cursor.fetchall()


def executed(
    connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """Execute one statement that only reads and return the cursor with its answer.

    Raises:
        UsageError: the query does more than read, or DuckDB refuses it.
    """
    try:
        require_reading(query)
        return connection.execute(query, values)
    except duckdb.InterruptException:  # Ctrl-C
        raise
    except duckdb.OutOfMemoryException as error:
        raise UsageError(
            f"The query needs more memory than it may use ({str(error).splitlines()[0]}): ask for "
            "less, or raise the setting load.memory."
        ) from error
    except duckdb.Error as error:
        raise UsageError(f"DuckDB refuses the query: {error}") from error


def require_reading(query: str) -> None:
    """Refuse everything but a single statement that only reads.

    A read-only database is not enough: `copy ... to` writes files through it, even within
    `explain analyze`. The kind of the statement decides instead.

    Raises:
        UsageError: there is no statement, or several, or one that does more than read.
        duckdb.Error: the statement cannot be parsed.
    """
    if WRITES.search(query):
        raise UsageError(
            "The function enable_logging is refused, for it writes files: use a DuckDB of your own."
        )
    statements = duckdb.extract_statements(query)
    if not statements:
        raise UsageError("There is no statement in the query: write one, such as `from articles`.")
    if _is_pivot(statements):
        return
    if len(statements) > 1:
        raise UsageError(f"The query has {len(statements)} statements: ask one at a time.")
    kind = statements[0].type
    if kind == duckdb.StatementType.EXPLAIN:
        require_reading(_explained(query))
    elif kind != duckdb.StatementType.SELECT:
        raise UsageError(
            f"A statement of the kind {kind.name} is refused, for queries are read-only: `attach` "
            "the file in a DuckDB of your own to do more."
        )


def _is_pivot(statements: list[duckdb.Statement]) -> bool:
    """Return whether these statements come from one `pivot` without a list of values.

    DuckDB splits it into statements that make a temporary type, and a select. None of them has a
    text of its own.
    """
    return (
        len(statements) > 1
        and statements[-1].type == duckdb.StatementType.SELECT
        and not any(statement.query for statement in statements)
    )


def _explained(query: str) -> str:
    """Return the statement that an `explain` explains, without comments before it."""
    plain = re.sub(r"\A(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+", "", query, flags=re.DOTALL)
    return EXPLAIN.sub("", plain, count=1)


def _attach(connection: duckdb.DuckDBPyConnection, database: Path) -> None:
    if not database.is_file():
        raise UsageError(f"There is no {database} to attach: name a DuckDB database file.")
    name = '"' + database.stem.replace('"', '""') + '"'
    try:
        connection.execute(f"attach {sql_quoted(str(database))} as {name} (type duckdb, read_only)")
    except duckdb.Error as error:
        raise UsageError(f"Cannot attach {database}: {_first_line(error)}") from error


def _lock_down(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    """Restrict a connection to the warehouse's files, for good.

    The order matters: folders can be allowed only while external access is still enabled, and the
    views need the warehouse's folder.
    """
    folders = ", ".join(sql_quoted(str(folder)) for folder in _folders(connection, warehouse))
    connection.execute(f"set allowed_directories = [{folders}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def _folders(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> list[Path]:
    """Return the warehouse's folder under its own name and under the name that its views use.

    The two differ if the folder was reached by a link or another mount when it was published.
    """
    folders = [absolute(warehouse)]
    place = published_place(connection)
    if place is not None and not is_elsewhere(place, warehouse):
        folders.append(place)
    return folders


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
