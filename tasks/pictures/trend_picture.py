"""A trend as a picture: the shares of its series, and below them what was collected."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import groupby
from typing import Any, Final

from tasks.pictures.axes import count_axis, month_after, time_axis
from tasks.pictures.picture_file import PICTURE_WIDTH, series_colours, subtitle_lines
from tasks.pictures.vega import Spec, light_colours
from tasks.search.find import Question
from tasks.search.trend import Period, Trend, TrendPoint

_MOST_POINTS: Final = 120  # a line through more periods has no marks of its own
_Row = dict[str, Any]


def trend_picture(found: Trend, question: Question, by: Period, per: int) -> Spec:
    """Return the chart of a trend that has points.

    Periods without any collected article are shaded, and no line goes through them.
    """
    collected = {point.period: point.collected for point in found.points}
    periods = sorted(collected)
    gaps = [period for period in periods if not collected[period]]
    lines = [f"Articles per {per:,} collected ones, by {by}", *asked_of(question)]
    if gaps:
        lines.append(f"Shaded: nothing was collected ({len(gaps):,} of {len(periods):,} {by}s)")
    names = list(dict.fromkeys(point.series for point in found.points))
    along = time_axis((periods[0], periods[-1]), by, PICTURE_WIDTH)
    return {
        "title": {"text": subtitle_lines([" | ".join(names)]), "subtitle": subtitle_lines(lines)},
        "spacing": 14,
        "vconcat": [
            _shares(list(_runs(found.points, names, by, per)), gaps, along, by),
            _bars(collected, along, by),
        ],
    }


def asked_of(question: Question) -> list[str]:
    """Return which articles a question is asked of, if not of all, as the lines of a subtitle."""
    bounds = []
    if question.source is not None:
        bounds.append(f"source {question.source}")
    if question.language is not None:
        bounds.append(f"language {question.language}")
    if question.first is not None:
        bounds.append(f"from {question.first}")
    if question.last is not None:
        bounds.append(f"to {question.last}")
    return [", ".join(bounds).capitalize()] if bounds else []


def _shares(rows: Sequence[_Row], gaps: Sequence[date], along: Spec, by: Period) -> Spec:
    names = list(dict.fromkeys(row["series"] for row in rows))
    is_marked = len({row["middle"] for row in rows}) <= _MOST_POINTS
    placed = {
        "x": along | {"field": "middle", "axis": None},
        "y": {"field": "share", "type": "quantitative", "scale": {"zero": True}},
        "color": {"field": "series", "type": "nominal", "scale": series_colours(names)},
    }
    shape = {"field": "series", "type": "nominal", "scale": {"domain": names}}
    marks = {
        "data": {"values": [row for row in rows if is_marked or row["alone"]]},
        "mark": {"type": "point", "filled": True, "size": 36, "opacity": 1},
        "encoding": placed | {"shape": shape},
    }
    shaded = {
        "data": {"values": [{"start": str(gap), "end": str(month_after(gap, by))} for gap in gaps]},
        "mark": {"type": "rect", "color": light_colours()["rule"], "opacity": 0.7},
        "encoding": {"x": along | {"axis": None}, "x2": {"field": "end"}},
    }
    lines = {
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": placed | {"detail": {"field": "run"}},
    }
    return {"width": PICTURE_WIDTH, "height": 240, "layer": [shaded, lines, marks]}


def _runs(
    points: Sequence[TrendPoint], names: Sequence[str], by: Period, per: int
) -> Iterator[_Row]:
    """Yield the points of each series with the number of their run; a gap ends a run."""
    for name in names:
        series = [point for point in points if point.series == name]
        for run, (has_share, some) in enumerate(
            groupby(series, key=lambda point: point.articles is not None)
        ):
            members = list(some) if has_share else []
            for point in members:
                start = datetime.combine(point.period, time())
                end = datetime.combine(month_after(point.period, by), time())
                yield {
                    "series": name,
                    "middle": (start + (end - start) / 2).isoformat() + "Z",
                    "share": point.share(per),
                    "run": run,
                    "alone": len(members) == 1,
                }


def _bars(collected: dict[date, int], along: Spec, by: Period) -> Spec:
    rows = [
        {"start": str(start), "end": str(month_after(start, by)), "count": count}
        for start, count in collected.items()
    ]
    height: Spec = {"field": "count", "type": "quantitative"} | count_axis(max(collected.values()))
    height["axis"] |= {"title": "collected"}
    return {
        "width": PICTURE_WIDTH,
        "height": 60,
        "data": {"values": rows},
        "mark": {"type": "rect", "color": light_colours()["c5"]},
        "encoding": {"x": along, "x2": {"field": "end"}, "y": height, "y2": {"datum": 0}},
    }
