"""The commands `search` and `kwic`: what a query finds, as a table, a file or a stream."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from config.settings import Settings
from flows.actions.answers import AnswerOptions, print_answer, require_printable
from flows.terminal.hits import kwic_lines, search_lines
from flows.terminal.screen import one_line, screen
from tasks.search.concordance import (
    KWIC_COLUMNS,
    SEARCH_COLUMNS,
    KwicOrder,
    concordance,
    found_rows,
)
from tasks.search.find import Desk, Question, open_desk
from tasks.search.hits_table import HITS, HitsTable, hits_table, require_storable
from warehouse.query import rows

console = screen()
notes = screen(stderr=True, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class HitsOutput:
    """The form and place of the hits.

    Attributes:
        format: "table", "csv", "json" or "parquet".
        into: a DuckDB file that gets them as its table `hits`, instead of the output.
        limit: the number of hits to show; None: all.
    """

    format: str = "table"
    into: Path | None = None
    limit: int | None = None


def search_command(question: Question, output: HitsOutput, settings: Settings) -> None:
    """Print or store the articles that a query finds, the newest first.

    Raises:
        UsageError: the query or an option is wrong, or there is no index.
    """
    _show(lambda desk: found_rows(desk, question), SEARCH_COLUMNS, output, settings)


def kwic_command(
    question: Question, width: int, order: KwicOrder, output: HitsOutput, settings: Settings
) -> None:
    """Print or store each place of a query's words with its context.

    Raises:
        UsageError: the query or an option is wrong, or there is no index.
    """
    _show(lambda desk: concordance(desk, question, width, order), KWIC_COLUMNS, output, settings)


def _show(
    find: Callable[[Desk], Iterator[tuple[Any, ...]]],
    columns: pa.Schema,
    output: HitsOutput,
    settings: Settings,
) -> None:
    if output.into is not None:
        require_storable(output.into, settings.warehouse)
    else:
        require_printable(output.format)
    with (
        open_desk(settings.warehouse) as desk,
        hits_table(find(desk), columns, settings, output.limit) as table,
    ):
        if output.into is not None:
            table.store(output.into)
        else:
            _print(table, columns, output.format)
        notes.print(one_line(_summary(table, columns, output)))


def _summary(table: HitsTable, columns: pa.Schema, output: HitsOutput) -> str:
    """Return a sentence on how many hits there are, and where they went."""
    kind = "lines" if columns is KWIC_COLUMNS else "articles"
    found = f"{table.rows:,} {kind if table.rows != 1 else kind.removesuffix('s')}"
    if output.limit is not None and output.limit < table.rows:
        found += f", of which the first {output.limit:,} are given"
    return f"{found}: table {HITS} of {output.into}." if output.into else f"{found}."


def _print(table: HitsTable, columns: pa.Schema, form: str) -> None:
    if form != "table":
        print_answer(table.connection, table.query, AnswerOptions(form))
    elif table.rows:
        lines = kwic_lines if columns is KWIC_COLUMNS else search_lines
        _, found = rows(table.connection, table.query)
        console.print(lines(found, console.width))
