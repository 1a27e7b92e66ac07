"""Axes of charts, with ticks that are whole numbers and first days of months."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

_PIXELS: Final = 56  # that a label of a date needs


def time_axis(days: tuple[date, date], step: str, pixels: int) -> dict[str, Any]:
    """Return the channel x from the first to the last step, with labels that do not collide."""
    first, last = days
    end = month_after(last, step)
    ticks, form = _dates(first, last, step, max(pixels // _PIXELS, 1))
    # A label at the right end would make the picture wider than the page.
    latest = end - (end - first) * _PIXELS / max(pixels, _PIXELS)
    ticks = [tick for tick in ticks if tick <= latest] or ticks[:1]
    return {
        "field": "start",
        "type": "temporal",
        "scale": {
            "type": "utc",
            "nice": False,
            "domain": [first.isoformat(), end.isoformat()],
        },
        "axis": {
            "values": [tick.isoformat() for tick in ticks],
            "labelExpr": f"utcFormat(datum.value, '{form}')",
            "grid": False,
            "ticks": True,
            "tickSize": 4,
            "labelAlign": "left",
            "labelFlush": False,
            "labelOverlap": False,
            "labelPadding": 3,
        },
    }


def count_axis(most: float) -> dict[str, Any]:
    """Return the scale and the ticks of an axis of counts from zero."""
    ticks = counts(most)
    return {
        "scale": {"domain": [0, max(most, ticks[-1])], "nice": False},
        "axis": {
            "values": ticks,
            "labelExpr": "datum.value == 0 ? '0' : format(datum.value, '~s')",
        },
    }


def counts(most: float) -> list[int]:
    """Return about four round numbers from zero to the greatest value."""
    step = 1
    while most / step > 5:
        text = str(step)
        follows = {"1": 2, "2": 5, "5": 10}[text[0]]
        step = follows * 10 ** (len(text) - 1)
    return list(range(0, int(most) + 1, step)) if most >= 1 else [0, 1]


def month_after(start: date, step: str) -> date:
    """Return the first day after a step that begins at `start`."""
    if step == "day":
        return start + timedelta(days=1)
    if step == "week":
        return start + timedelta(days=7)
    if step == "month":
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return date(start.year + 1, 1, 1)


def _dates(first: date, last: date, step: str, most: int) -> tuple[Sequence[date], str]:
    """Return at most so many dates for labels, and how they are written."""
    days = (last - first).days + 1
    if step == "year" or days > 366 * most:
        every = -(-(last.year - first.year + 1) // most)
        years = range(first.year + (first > date(first.year, 1, 1)), last.year + 1, every)
        return [date(year, 1, 1) for year in years] or [first], "%Y"
    if days > 62:
        return _months(first, last, most), "%b %Y"
    every = -(-days // most)
    if step == "week":
        every = -(-every // 7) * 7
    return [first + timedelta(days=n) for n in range(0, days, every)], "%-d %b"


def _months(first: date, last: date, most: int) -> list[date]:
    month = first if first.day == 1 else month_after(first, "month")
    found = []
    while month <= last:
        found.append(month)
        month = month_after(month, "month")
    every = next(n for n in (1, 2, 3, 6, 12, 24) if -(-len(found) // n) <= most or n == 24)
    return found[::every] or [first]
