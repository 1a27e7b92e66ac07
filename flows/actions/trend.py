"""The command `trend`: how often a query finds articles over time, as a table and a picture."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from config.settings import Settings
from config.wording import counted
from flows.actions.answers import (
    AnswerOptions,
    answer_table,
    print_answer,
    print_table,
    require_printable,
)
from flows.terminal.screen import one_line, screen
from tasks.pictures.picture_file import require_picture, write_picture
from tasks.pictures.trend_picture import trend_picture
from tasks.search.find import Question, open_desk
from tasks.search.trend import Period, Trend, trend, trend_table
from warehouse.query import rows

notes = screen(stderr=True, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class TrendOutput:
    """The form of a trend.

    Attributes:
        per: shares are per so many collected articles.
        format: "table", "csv", "json" or "parquet".
        plot: a file that gets the trend as a picture, too.
    """

    by: Period = "month"
    per: int = 1_000
    format: str = "table"
    plot: Path | None = None


def trend_command(question: Question, output: TrendOutput, settings: Settings) -> None:
    """Print the trend of each series of a query, and draw it if a picture is wanted.

    Raises:
        UsageError: the query or an option is wrong, there is no index, or the picture cannot be
            written.
    """
    require_printable(output.format)
    if output.plot is not None:
        require_picture(output.plot, settings.warehouse)
    with open_desk(settings.warehouse) as desk:
        found = trend(desk, question, output.by)
    is_drawn = output.plot is not None and _draw(found, question, output, output.plot)
    _print(found, output)
    for series, count in found.undated.items():
        if count:
            articles = counted(count, "article")
            notes.print(one_line(f"{series}: {articles} without a date, in no period."))
    if is_drawn:
        notes.print(one_line(f"The picture is {output.plot}."))


def _draw(found: Trend, question: Question, output: TrendOutput, path: Path) -> bool:
    """Draw a trend that has points; return whether it has any."""
    if found.points:
        spec = trend_picture(found, question, output.by, output.per)
        write_picture(path, spec, f"Share of articles by {output.by}: {question.query}")
    return bool(found.points)


def _print(found: Trend, output: TrendOutput) -> None:
    with duckdb.connect() as connection:
        connection.register("points", trend_table(found, output.per))
        query = "from points"
        if output.format != "table":
            print_answer(connection, query, AnswerOptions(output.format))
        elif found.points:
            print_table(answer_table(*rows(connection, _for_people(output))))
        else:
            notes.print("No article with a date was collected there.")


def _for_people(output: TrendOutput) -> str:
    """Return a query of the points that says where nothing was collected."""
    share = f"per_{output.per}"
    return (
        "select period, series, articles, collected, "
        f"coalesce(format('{{:.2f}}', {share}), 'nothing collected') as {share} from points"
    )
