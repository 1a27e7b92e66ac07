"""How many articles a query finds in each period, beside the articles that were collected.

A period without any collected article has no counts: a gap in collection is no silence.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import pyarrow as pa

from config.errors import UsageError
from tasks.search.find import Desk, Question
from tasks.search.query import split_series

Period = Literal["day", "week", "month", "year"]
# A mistyped date of one article would otherwise make a table of a hundred thousand days.
MOST_PERIODS = 50_000


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A series in a period.

    Attributes:
        period: its first day; weeks begin on Monday.
        collected: the articles of the period in the same sources and language.
        articles: those of them that the query finds; None if there are none to look in.
    """

    period: date
    series: str
    collected: int
    articles: int | None

    def share(self, per: int) -> float | None:
        """Return the articles that the query finds per so many collected ones."""
        if self.articles is None:
            return None
        return round(self.articles * per / self.collected, 4)


@dataclass(frozen=True, slots=True)
class Trend:
    """A trend.

    Attributes:
        points: one for each period and series, in the order of time.
        undated: the number of articles that each series finds and that have no date.
    """

    points: list[TrendPoint]
    undated: dict[str, int]


def trend(desk: Desk, question: Question, by: Period) -> Trend:
    """Return the trend of the series of a query, which the sign | separates.

    The periods reach from the first to the last with collected articles, or to the bounds of the
    question.

    Raises:
        UsageError: a series cannot be understood, or there are too many periods.
    """
    names = split_series(question.query)
    if len(set(names)) < len(names):
        raise UsageError("Two series of the query are the same: leave out one of them.")
    everything = replace(question, query="")
    collected = _by_period(desk.all_days(everything), by)
    found = {name: desk.find_days(replace(question, query=name)) for name in names}
    counts = {name: _by_period(days, by) for name, days in found.items()}
    periods = list(_periods(sorted(collected), question, by))
    points = [
        TrendPoint(
            period,
            name,
            collected[period],
            counts[name][period] if collected[period] else None,
        )
        for period in periods
        for name in names
    ]
    return Trend(points, {name: days.count(None) for name, days in found.items()})


def trend_table(found: Trend, per: int) -> pa.Table:
    """Return a trend as a table with a row for each period and series."""
    points = found.points
    return pa.table(
        {
            "period": pa.array([point.period for point in points], pa.date32()),
            "series": pa.array([point.series for point in points], pa.string()),
            "articles": pa.array([point.articles for point in points], pa.int64()),
            "collected": pa.array([point.collected for point in points], pa.int64()),
            f"per_{per}": pa.array([point.share(per) for point in points], pa.float64()),
        }
    )


def first_day_of(day: date, by: Period) -> date:
    """Return the first day of the period that a day lies in."""
    if by == "week":
        return day - timedelta(days=day.weekday())
    if by == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if by == "year" else day


def _by_period(days: Sequence[date | None], by: Period) -> Counter[date]:
    counts: Counter[date] = Counter()
    for day, count in Counter(days).items():
        if day is not None:
            counts[first_day_of(day, by)] += count
    return counts


def _periods(collected: Sequence[date], question: Question, by: Period) -> Iterator[date]:
    first = question.first or next(iter(collected), None)
    last = question.last or next(reversed(collected), None)
    if first is None or last is None:
        return
    period, number = first_day_of(first, by), 0
    while period <= last:
        yield period
        period, number = _next_period(period, by), number + 1
        if number > MOST_PERIODS:
            raise UsageError(
                f"There are more than {MOST_PERIODS:,} {by}s from {first} to {last}: give --from "
                "and --to, or a longer period by --by."
            )


def _next_period(period: date, by: Period) -> date:
    if by == "month":
        return (period + timedelta(days=31)).replace(day=1)
    if by == "year":
        return period.replace(year=period.year + 1)
    return period + timedelta(days=7 if by == "week" else 1)
