"""The paths of a warehouse's files, as views and tables name them, in another place.

Whatever folder a path begins with, the part from `lake/TABLE/` on says which file of the warehouse
it is. So paths are read by their ends: in a warehouse that was reached by several links, files are
named in several ways, and a relocation that was killed has changed some of the names.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb

from warehouse.layout import LAKE
from warehouse.statements import sql_quoted

_QUOTED_FILE = re.compile(
    rf"'((?:[^']|'')*)(/{LAKE}/[^/']+/(?:data/)?(?:[^/']|'')+\.parquet)'", re.IGNORECASE
)
_TABLE_FILE = re.compile(
    rf"(?:file://)?(.*)(/{LAKE}/[^/]+(?:/(?:data|metadata)/[^/]+)?)", re.DOTALL
)


def path_here(location: str, warehouse: Path) -> str:
    """Return the present path of a table's folder or file; any other location as it is.

    Args:
        location: the path or `file://` address that metadata state.
        warehouse: the absolute path of the warehouse.
    """
    found = _TABLE_FILE.fullmatch(location)
    return f"{warehouse}{found[2]}" if found else location


def statement_here(sql: str, warehouse: Path) -> str:
    """Return the statement of a view with the present paths of the Parquet files that it names."""
    here = str(warehouse).replace("'", "''")
    return _QUOTED_FILE.sub(lambda found: f"'{here}{found[2]}'", sql)


def statement_renamed(sql: str, names: Mapping[str, str]) -> str:
    """Return the statement of a view with other names of the Parquet files that it names.

    Args:
        names: the new name of each file by its path.
    """
    return _QUOTED_FILE.sub(lambda found: sql_quoted(names[found[0][1:-1].replace("''", "'")]), sql)


def published_place(connection: duckdb.DuckDBPyConnection) -> Path | None:
    """Return the warehouse that the views of a published file name; None if they name none."""
    views = connection.execute(
        "select sql from duckdb_views() where not internal "
        # Files that older versions published have no `stored_versions`.
        "and view_name in ('stored_versions', 'article_versions')"
    ).fetchall()
    found = next(filter(None, (_QUOTED_FILE.search(sql) for (sql,) in views)), None)
    return Path(found[1].replace("''", "'")) if found else None


def is_elsewhere(place: Path, warehouse: Path) -> bool:
    """Return whether a path leads to another folder than the warehouse's, or nowhere."""
    try:
        return not place.samefile(warehouse)
    except OSError:
        return True


def names_elsewhere(published: Path, warehouse: Path) -> bool:
    """Return whether the views of a published file name files of another folder.

    Raises:
        duckdb.Error: it cannot be opened.
    """
    with duckdb.connect(str(published), read_only=True) as connection:
        place = published_place(connection)
    return place is not None and is_elsewhere(place, warehouse)


def redirect_views(connection: duckdb.DuckDBPyConnection, moved: Callable[[str], str]) -> None:
    """Let the views of a published file, which is open for writing, name other files.

    Args:
        moved: returns the statement of a view with the names that it is to have.
    """
    comments = list(_comments(connection))
    connection.execute("begin")
    for sql in _views(connection):
        if (changed := moved(sql)) != sql:
            connection.execute(changed.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
    for comment in comments:
        connection.execute(comment)
    connection.execute("commit")


def overlay_views(file: Path, warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection that shows a published file, with views of the files in another place.

    Nothing is written. The views are made in memory, in a database of the name that they know, and
    the tables of the file are views there, too.
    """
    connection = duckdb.connect()
    name = _identifier(file.stem)
    connection.execute(f"attach {sql_quoted(str(file))} as published (read_only)")
    connection.execute(f"attach ':memory:' as {name}")
    connection.execute("use published")
    views, comments = list(_views(connection)), list(_comments(connection))
    connection.execute(f"use {name}")
    for (schema,) in connection.execute(
        "select schema_name from duckdb_schemas() where database_name = 'published'"
    ).fetchall():
        connection.execute(f"create schema if not exists {_identifier(schema)}")
    for (table,) in connection.execute(
        'select format(\'"{}"."{}"\', schema_name, table_name) from duckdb_tables() '
        "where database_name = 'published'"
    ).fetchall():
        connection.execute(f"create view {table} as from published.{table}")
    _create_all([statement_here(sql, warehouse) for sql in views], connection)
    connection.execute("begin")
    for comment in comments:
        connection.execute(comment.replace("comment on table", "comment on view", 1))
    connection.execute("commit")
    return connection


def _create_all(views: list[str], connection: duckdb.DuckDBPyConnection) -> None:
    """Make views of which some need others; DuckDB does not store in which order they were made."""
    while views:
        left = []
        for sql in views:
            try:
                connection.execute(sql)
            except duckdb.CatalogException:
                left.append(sql)
        if len(left) == len(views):
            connection.execute(left[0])  # raises the error again
        views = left


def _views(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield the statements of all views of the present database.

    Those in the schema `marts` come first: others that name files need them.
    """
    found = connection.execute(
        "select sql from duckdb_views() where not internal "
        "and database_name = current_database() order by schema_name = 'main', view_oid"
    )
    yield from (sql for (sql,) in found.fetchall())


def _comments(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield the statements of all comments of the present database."""
    own = "where comment is not null and database_name = current_database()"
    found = connection.execute(
        "select 'view', schema_name, view_name, null, comment from duckdb_views() "
        f"{own} union all "
        "select 'table', schema_name, table_name, null, comment from duckdb_tables() "
        f"{own} union all "
        "select 'column', schema_name, table_name, column_name, comment from duckdb_columns() "
        f"{own}"
    )
    for kind, *names, comment in found.fetchall():
        name = ".".join(_identifier(part) for part in names if part is not None)
        yield f"comment on {kind} {name} is {sql_quoted(comment)}"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
