"""The command `sql`: a query's answer as a table in the terminal, CSV, JSON or Parquet."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.table import Table
from rich.text import Text

from config.errors import UsageError
from flows.terminal.screen import one_line, screen, styled
from warehouse.answers import CutCell, write_csv, write_excel_csv, write_json, write_parquet
from warehouse.query import opened, rows

console = screen()
# The width of tables that are printed into a pipe, so that they are not wrapped or cut.
_PIPE_WIDTH = 10_000
_MOST_NAMED = 20  # cut cells that are named one by one


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """The form of an answer of `broadsheet sql`.

    Attributes:
        format: "table", "csv", "json" or "parquet".
        excel: write CSV that Excel opens safely.
        attached: further DuckDB databases that the query may read.
    """

    format: str = "table"
    excel: bool = False
    attached: tuple[Path, ...] = ()


def sql_command(query: str, warehouse: Path, answer: AnswerOptions) -> None:
    """Print a query's answer to standard output.

    Raises:
        UsageError: the query does more than read, or the options do not go together.
    """
    require_printable(answer.format)
    if answer.excel and answer.format != "csv":
        raise UsageError("--excel is for CSV: add --format csv.")
    with opened(warehouse, answer.attached) as connection:
        print_answer(connection, query, answer)


def require_printable(form: str) -> None:
    """Check before an answer is computed that it can be printed.

    Raises:
        UsageError: Parquet would be printed on a terminal.
    """
    if form == "parquet" and sys.stdout.isatty():
        raise UsageError("Parquet is not for terminals: redirect it, as in `... > answer.parquet`.")


def print_answer(connection: duckdb.DuckDBPyConnection, query: str, answer: AnswerOptions) -> None:
    """Print a query's answer to standard output."""
    out = sys.stdout.buffer
    if answer.excel:
        name_cut_cells(write_excel_csv(connection, query, out))
    elif answer.format == "csv":
        write_csv(connection, query, out)
    elif answer.format == "json":
        write_json(connection, query, out)
    elif answer.format == "parquet":
        write_parquet(connection, query, out)
    else:
        print_table(answer_table(*rows(connection, query)))


def print_table(table: Table) -> None:
    """Print a table, as wide as it needs to be where no terminal shows it."""
    console.print(table, width=None if console.is_terminal else _PIPE_WIDTH)


def name_cut_cells(cut: Sequence[CutCell]) -> None:
    """Print to standard error which cells were cut because Excel cannot show them whole."""
    messages = screen(stderr=True, soft_wrap=True)
    for cell in cut[:_MOST_NAMED]:
        messages.print(
            f"note: row {cell.row:,}, column {cell.column} was cut: it has {cell.characters:,} "
            "characters, and Excel shows 32,767."
        )
    if len(cut) > _MOST_NAMED:
        messages.print(f"note: {len(cut) - _MOST_NAMED:,} more cells were cut.")


def answer_table(names: list[str], rows: list[tuple[object, ...]]) -> Table:
    """Return a query's answer as a table for the terminal; columns of numbers are right-aligned."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for index, name in enumerate(names):
        is_numeric = all(isinstance(row[index], int | float) for row in rows)
        table.add_column(name, justify="right" if is_numeric and rows else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_shown(value) for value in row))
    return table


def _shown(value: object) -> Text:
    if value is None:
        return styled("dim", "NULL")
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return Text(one_line(str(value)))
