"""Charts of the report over time, as Vega-Lite specifications by width."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from tasks.pictures.axes import count_axis, month_after, time_axis
from tasks.pictures.vega import Spec
from tasks.report.drawing import NARROW
from tasks.report.parts import Key

Row = dict[str, Any]
_MOST_BAR: Final = 56  # pixels of a bar over time, so that two days do not fill the page
_AXIS: Final = 40  # pixels beside the bars
_MANY: Final = 150  # from so many bars on there is no gap between them


@dataclass(frozen=True, slots=True)
class Series:
    """A series of a chart: its value in the rows, and its entry in the legend."""

    value: str
    key: Key

    @property
    def fill(self) -> str:
        """Return the colour as a page names it."""
        return f"var(--{self.key.colour})"


def over_time(
    rows: Sequence[Row], step: str, columns: tuple[str, str], series: Sequence[Series]
) -> Callable[[int], Spec]:
    """Return stacked bars by day, week, month or year.

    Args:
        rows: have `start`, a date.
        step: the length of a bar: `day`, `week`, `month` or `year`.
        columns: the column with the height, and the one with the series.
        series: in the order of the stack, from below.
    """
    value, kind = columns
    heights: dict[date, int] = {}
    bars = []
    for one in series:
        for row in rows:
            if row[kind] == one.value and row[value]:
                start, low = row["start"], heights.get(row["start"], 0)
                heights[start] = low + row[value]
                tip = f"{_named(start, step)}: {row[value]:,} {one.key.words}"
                bars.append(_bar(start, step, (low, heights[start]), one.fill, tip))
    return _bars(bars, step, max(heights.values(), default=0))


def within_each_other(
    rows: Sequence[Row], step: str, columns: Sequence[Series]
) -> Callable[[int], Spec]:
    """Return bars over time, one per column, each before the larger one that contains it."""
    bars = [
        _bar(
            row["start"],
            step,
            (0, row[column.value]),
            column.fill,
            f"{_named(row['start'], step)}: {row[column.value]:,} {column.value}",
        )
        for column in columns
        for row in rows
    ]
    return _bars(bars, step, max((bar["high"] for bar in bars), default=0))


def timelines(rows: Sequence[Row], series: Sequence[Series]) -> Callable[[int], Spec]:
    """Return one line per source, with a bar per run of days in one state."""
    sources = list(dict.fromkeys(str(row["source"]) for row in rows))
    states = {one.value: one for one in series}
    bars = [
        {
            "label": str(row["source"]),
            "start": row["first_day"].isoformat(),
            "end": (row["last_day"] + timedelta(days=1)).isoformat(),
            "fill": states[row["state"]].fill,
            "tip": f"{row['source']}, {_days(row)}: {states[row['state']].key.words}",
        }
        for row in rows
    ]
    first = min(row["first_day"] for row in rows)
    last = max(row["last_day"] for row in rows)

    def spec(width: int) -> Spec:
        label = 160 if width > NARROW else 105
        room = _room(width, (last - first).days + 1, label)
        return {
            "width": room,
            "height": {"step": 18},
            "data": {"values": bars},
            "mark": {"type": "bar", "height": {"band": 0.7}},
            "encoding": {
                "y": {
                    "field": "label",
                    "type": "nominal",
                    "sort": sources,
                    "axis": {"labelLimit": label, "labelColor": "var(--ink)"},
                },
                "x": time_axis((first, last), "day", room - label),
                "x2": {"field": "end"},
                "fill": {"field": "fill", "type": "nominal", "scale": None},
                "description": {"field": "tip"},
            },
        }

    return spec


def _bars(bars: Sequence[Row], step: str, most: int) -> Callable[[int], Spec]:
    """Return bars that are given by their corners."""
    starts = sorted({date.fromisoformat(bar["start"]) for bar in bars})
    first, last = starts[0], starts[-1]
    count = len(starts) if step != "day" else (last - first).days + 1
    gap = 1 if count < _MANY else 0

    def spec(width: int) -> Spec:
        room = _room(width, count, _AXIS)
        return {
            "width": room,
            "height": 200 if width > NARROW else 160,
            "data": {"values": bars},
            "mark": {"type": "rect", "x2Offset": -gap},
            "encoding": {
                "x": time_axis((first, last), step, room - _AXIS),
                "x2": {"field": "end"},
                "y": {"field": "low", "type": "quantitative"} | count_axis(most),
                "y2": {"field": "high"},
                "fill": {"field": "fill", "type": "nominal", "scale": None},
                "description": {"field": "tip"},
            },
        }

    return spec


def _room(width: int, bars: int, beside: int) -> int:
    return min(width, beside + max(bars * _MOST_BAR, 60))


def _bar(start: date, step: str, heights: tuple[int, int], fill: str, tip: str) -> Row:
    low, high = heights
    return {
        "start": start.isoformat(),
        "end": month_after(start, step).isoformat(),
        "low": low,
        "high": high,
        "fill": fill,
        "tip": tip,
    }


def _named(start: date, step: str) -> str:
    if step == "year":
        return f"{start:%Y}"
    if step == "month":
        return f"{start:%B %Y}"
    return f"{'week of ' if step == 'week' else ''}{start:%-d %B %Y}"


def _days(row: Row) -> str:
    first, last = row["first_day"], row["last_day"]
    return f"{first:%-d %B %Y}" if first == last else f"{first:%-d %B} to {last:%-d %B %Y}"
