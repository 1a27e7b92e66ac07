"""The command `broadsheet trend`."""

from typing import Annotated, Literal

import typer

from flows.commands.options import ConfigOption, WarehouseOption, day_of
from flows.commands.query_options import (
    AccentsOption,
    AnswerFormatOption,
    CaseOption,
    FirstDayOption,
    LanguageOption,
    LastDayOption,
    OneSourceOption,
    PlotOption,
    QueryArgument,
)


def trend(
    query: QueryArgument,
    by: Annotated[
        Literal["day", "week", "month", "year"], typer.Option(help="Length of a period.")
    ] = "month",
    per: Annotated[
        int, typer.Option(min=1, metavar="N", help="Shares are per N collected articles.")
    ] = 1_000,
    first: FirstDayOption = None,
    last: LastDayOption = None,
    source: OneSourceOption = None,
    language: LanguageOption = None,
    case: CaseOption = False,
    ignore_accents: AccentsOption = False,
    format: AnswerFormatOption = "table",
    plot: PlotOption = None,
    warehouse: WarehouseOption = None,
    config: ConfigOption = None,
) -> None:
    """Show how many articles a query finds in each period, and their share.

    The sign | separates series. Beside each count stands the number of articles
    that were collected in that period, in the same source and language. Where
    none was collected, there is no count: a gap is not a silence.

    [dim]broadsheet trend 'ferry|bridge' --by month --per 1000[/dim]
    [dim]broadsheet trend '"climate crisis"|"climate change"' --by year --format csv[/dim]
    [dim]broadsheet trend 'ferry|bridge' --plot ferries.svg[/dim]
    """
    from config.settings import load_settings
    from flows.actions.trend import TrendOutput, trend_command
    from tasks.search.find import Question
    from tasks.search.tree import Folding

    folding = Folding(case, not ignore_accents)
    question = Question(query, day_of(first), day_of(last), source, language, folding)
    settings = load_settings(config, warehouse=warehouse)
    trend_command(question, TrendOutput(by, per, format, plot), settings)
