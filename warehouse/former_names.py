"""Sources that were renamed: stored rows keep the name of their time, views show the present one.

A rename is declared in the list of sources (`formerly`) and stored with the visits of each night,
so that every publication knows it without that list.
"""

from collections.abc import Mapping, Sequence

import duckdb

from warehouse.reading import read_files
from warehouse.schema import NAMING_SOURCES, VISITS, Table
from warehouse.statements import statement


def former_names(visits: Sequence[str], run_id: str = "") -> dict[str, str]:
    """Returns the present name of each source that had another one before, by the former name.

    Args:
        visits: the Parquet files of the table `visits`.
        run_id: of the rows that have none, for their run is not loaded yet.
    """
    with duckdb.connect() as connection:
        connection.read_parquet(list(visits), union_by_name=True).create_view(VISITS.name)
        return dict(connection.execute(statement("former_names"), {"run_id": run_id}).fetchall())


def create_view(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    files: Sequence[str],
    names: Mapping[str, str],
) -> None:
    """Creates the view of a table's files, named after it, in which sources have present names."""
    rows = read_files(connection, files, table.arrow)
    rows.project(columns_shown(table, names)).create_view(table.name, replace=True)


def columns_shown(table: Table, names: Mapping[str, str]) -> str:
    """Returns the table's columns as SQL, for a select from its files."""
    shown = _present_name(names) if names and table in NAMING_SOURCES else '"source"'
    return ", ".join(shown if column.name == "source" else f'"{column.name}"' for column in table)


def _present_name(names: Mapping[str, str]) -> str:
    cases = (f"when {quoted(former)} then {quoted(now)}" for former, now in names.items())
    return f'case "source" {" ".join(cases)} else "source" end as "source"'


def quoted(text: str) -> str:
    """Returns a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
