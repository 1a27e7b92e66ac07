"""Renamed sources: stored rows keep the old name, and views show the present one.

A rename is declared in the list of sources (`formerly`) and stored with the visits of each night,
so that a publication does not need that list.
"""

from collections.abc import Mapping, Sequence

import duckdb

from warehouse.reading import read_files
from warehouse.schema import NAMING_SOURCES, VISITS, Column, Table
from warehouse.statements import sql_quoted, statement
from warehouse.working import small_connection


def former_names(visits: Sequence[str], run_id: str = "") -> dict[str, str]:
    """Return the present name of each source that was renamed, by its former name.

    Args:
        visits: the Parquet files of the table `visits`.
        run_id: the run id of rows without one, whose run is not loaded yet.
    """
    with small_connection() as connection:
        connection.read_parquet(list(visits), union_by_name=True).create_view(VISITS.name)
        return dict(connection.execute(statement("former_names"), {"run_id": run_id}).fetchall())


def create_named_view(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    files: Sequence[str],
    names: Mapping[str, str],
    view: str | None = None,
) -> None:
    """Make a view of a table's files that shows sources' present names.

    Args:
        view: its name; None: that of the table.
    """
    rows = read_files(connection, files, table.arrow)
    rows.project(columns_shown(table, names)).create_view(view or table.name, replace=True)


def columns_shown(table: Table, names: Mapping[str, str]) -> str:
    """Return the columns of a select from a table's files, as SQL with sources' present names."""
    shown = _present_name(names) if names and table in NAMING_SOURCES else '"source"'
    return ", ".join(shown if column.name == "source" else _shown(column) for column in table)


def _shown(column: Column) -> str:
    name = f'"{column.name}"'
    return f"cast({name} as json) as {name}" if column.is_json else name


def source_shown(names: Mapping[str, str]) -> str:
    """Return the present name of the column `source`, as SQL with its alias."""
    return _present_name(names) if names else '"source" as "source"'


def _present_name(names: Mapping[str, str]) -> str:
    cases = (f"when {sql_quoted(former)} then {sql_quoted(now)}" for former, now in names.items())
    return f'case "source" {" ".join(cases)} else "source" end as "source"'
