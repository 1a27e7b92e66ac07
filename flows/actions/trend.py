"""The command `trend`: how often a query finds articles over time."""

import sys
from dataclasses import dataclass

import duckdb

from config.settings import Settings
from flows.actions.answers import PIPE_WIDTH, answer_table
from flows.terminal.screen import one_line, screen
from tasks.search.find import Question, open_desk
from tasks.search.trend import Period, Trend, trend, trend_table
from warehouse.answers import write_csv, write_json
from warehouse.query import rows

console = screen()
notes = screen(stderr=True, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class TrendOutput:
    """The form of a trend.

    Attributes:
        per: shares are per so many collected articles.
        format: "table", "csv" or "json".
    """

    by: Period = "month"
    per: int = 1_000
    format: str = "table"


def trend_command(question: Question, output: TrendOutput, settings: Settings) -> None:
    """Print the trend of each series of a query.

    Raises:
        UsageError: the query or an option is wrong, or there is no index.
    """
    with open_desk(settings.warehouse) as desk:
        found = trend(desk, question, output.by)
    _print(found, output)
    for series, count in found.undated.items():
        if count:
            notes.print(one_line(f"{series}: {count:,} articles without a date are in no period."))


def _print(found: Trend, output: TrendOutput) -> None:
    with duckdb.connect() as connection:
        connection.register("points", trend_table(found, output.per))
        query = "from points"
        if output.format == "csv":
            write_csv(connection, query, sys.stdout.buffer)
        elif output.format == "json":
            write_json(connection, query, sys.stdout.buffer)
        elif found.points:
            shown = answer_table(*rows(connection, _for_people(output)))
            console.print(shown, width=None if console.is_terminal else PIPE_WIDTH)
        else:
            notes.print("No article with a date was collected there.")


def _for_people(output: TrendOutput) -> str:
    """Return a query of the points that says where nothing was collected."""
    share = f"per_{output.per}"
    return (
        "select period, series, articles, collected, "
        f"coalesce(format('{{:.2f}}', {share}), 'nothing collected') as {share} from points"
    )
