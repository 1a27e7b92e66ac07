"""The command `broadsheet words`."""

from typing import Annotated, Literal

import typer

from flows.commands.options import ConfigOption, WarehouseOption, day_of
from flows.commands.query_options import (
    AnswerFormatOption,
    FirstDayOption,
    LanguageOption,
    LastDayOption,
    OneSourceOption,
    PlotOption,
)

_ByOption = Annotated[
    Literal["source", "domain", "section", "language", "month", "year"] | None,
    typer.Option(help="Count these apart.", show_default=False),
]
_KeynessOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        metavar="A B",
        help="Compare two sources, or what --by names; '*' is all others.",
        show_default=False,
    ),
]
_NearOption = Annotated[
    str | None,
    typer.Option(
        metavar="WORD",
        help="Count the words near a word or phrase; | separates several.",
        show_default=False,
    ),
]
_SpanOption = Annotated[
    int, typer.Option(metavar="N", help="Near is up to N words before and behind.")
]
_WordsLimitOption = Annotated[
    int, typer.Option(min=0, metavar="N", help="Give N words of each part; 0: all.")
]
_MinCountOption = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Leave out rarer words. [dim]Default: 5 with --keyness and --near, else 1[/dim]",
        show_default=False,
    ),
]
_MinArticlesOption = Annotated[
    int, typer.Option(min=1, metavar="N", help="Leave out words of fewer articles.")
]
_PerOption = Annotated[
    int, typer.Option(min=1, metavar="N", help="Shares of articles are per N of them.")
]


def words(
    by: _ByOption = None,
    keyness: _KeynessOption = None,
    near: _NearOption = None,
    span: _SpanOption = 5,
    limit: _WordsLimitOption = 50,
    min_count: _MinCountOption = None,
    min_articles: _MinArticlesOption = 1,
    per: _PerOption = 1_000,
    first: FirstDayOption = None,
    last: LastDayOption = None,
    source: OneSourceOption = None,
    language: LanguageOption = None,
    format: AnswerFormatOption = "table",
    plot: PlotOption = None,
    warehouse: WarehouseOption = None,
    config: ConfigOption = None,
) -> None:
    """Count words: how frequent they are, which set two sources apart, which stand together.

    Words are counted in titles and texts. --keyness is a log-likelihood, positive
    where A has the word more often than B. --near gives logDice and a
    log-likelihood. Chinese, Japanese, Thai and the like are counted by pairs of
    characters.

    [dim]broadsheet words --by source --limit 20[/dim]
    [dim]broadsheet words --keyness harbour-courier '*' --plot courier.svg[/dim]
    [dim]broadsheet words --near '"ferry strike"|bridge' --language en[/dim]
    """
    from config.settings import load_settings
    from flows.actions.words import WordsOutput, words_command
    from tasks.search.find import Question
    from tasks.words.request import WordLimits, WordsRequest

    question = Question("", day_of(first), day_of(last), source, language)
    limits = WordLimits(limit, min_count, min_articles, per)
    request = WordsRequest(question, by, keyness, near, span, limits)
    words_command(request, WordsOutput(format, plot), load_settings(config, warehouse=warehouse))
