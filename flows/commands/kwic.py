"""The command `broadsheet kwic`."""

from typing import Annotated, Literal

import typer

from flows.commands.options import ConfigOption, WarehouseOption, day_of
from flows.commands.query_options import (
    AccentsOption,
    CaseOption,
    FirstDayOption,
    HitsFormatOption,
    HitsLimitOption,
    IntoOption,
    LanguageOption,
    LastDayOption,
    OneSourceOption,
    QueryArgument,
)


def kwic(
    query: QueryArgument,
    width: Annotated[
        int, typer.Option(min=0, max=10_000, metavar="N", help="Characters on each side.")
    ] = 60,
    sort: Annotated[
        Literal["date", "left", "right"],
        typer.Option(help="By date, the newest first, or by the words left or right."),
    ] = "date",
    first: FirstDayOption = None,
    last: LastDayOption = None,
    source: OneSourceOption = None,
    language: LanguageOption = None,
    case: CaseOption = False,
    ignore_accents: AccentsOption = False,
    limit: HitsLimitOption = None,
    format: HitsFormatOption = "table",
    into: IntoOption = None,
    warehouse: WarehouseOption = None,
    config: ConfigOption = None,
) -> None:
    """Show each place of the words of a query, with the text around it.

    The query is as in `broadsheet search`. Each place in a title or text is a
    line. By --sort left, lines are sorted by the word before the match, then by
    the one before that.

    [dim]broadsheet kwic '"climate crisis"' --width 60 --sort right[/dim]
    [dim]broadsheet kwic 'ferr*' --from 2025-03-01 --format csv > ferries.csv[/dim]
    """
    from config.settings import load_settings
    from flows.actions.desk import HitsOutput, kwic_command
    from tasks.search.find import Question
    from tasks.search.tree import Folding

    folding = Folding(case, not ignore_accents)
    question = Question(query, day_of(first), day_of(last), source, language, folding)
    settings = load_settings(config, warehouse=warehouse)
    kwic_command(question, width, sort, HitsOutput(format, into, limit), settings)
