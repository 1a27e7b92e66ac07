"""Charts of the report without time: bars in order, stories over sites, site by site."""

from collections.abc import Callable, Sequence
from typing import Final

from tasks.pictures.vega import Spec
from tasks.report.charts import Row, Series
from tasks.report.drawing import NARROW

_BAR_HEIGHT: Final = 24
_MOST_LABEL: Final = 44  # characters that are passed to the chart; pixels cut it further
_HOURS: Final = (0, 1, 6, 24, 72, 168, 720, 2160, 8760, 43800)


def ranked(
    rows: Sequence[Row], columns: tuple[str, str], series: Sequence[Series], kind: str = ""
) -> Callable[[int], Spec]:
    """Return horizontal bars in the order of the rows, each with its number.

    Args:
        columns: the column with the label, and the one with the value.
        series: the colours; bars of one label are stacked in this order.
        kind: the column with the series; "": all rows are of the first one.
    """
    label, value = columns
    labels = list(dict.fromkeys(cut(str(row[label])) for row in rows))
    ends: dict[str, int] = {}
    bars = []
    for one in series:
        for row in rows:
            if not kind or row[kind] == one.value:
                name = cut(str(row[label]))
                low = ends.get(name, 0)
                ends[name] = low + row[value]
                tip = f"{row[label]}: {row[value]:,} {one.key.words}"
                bars.append({"label": name, "low": low, "high": ends[name]} | _look(one.fill, tip))
    totals = [{"label": name, "end": end, "text": f"{end:,}"} for name, end in ends.items()]
    most = max(ends.values(), default=1)
    y = {"field": "label", "type": "nominal", "sort": labels}

    def spec(width: int) -> Spec:
        domain = [0, most * (1.14 if width > NARROW else 1.32)]
        x = {"type": "quantitative", "scale": {"domain": domain}, "axis": None}
        axis = {"labelLimit": _label_width(width), "labelColor": "var(--ink)"}
        return {
            "width": width,
            "height": {"step": _BAR_HEIGHT},
            "encoding": {"y": y | {"axis": axis}},
            "layer": [
                {
                    "data": {"values": bars},
                    "mark": {"type": "bar", "height": {"band": 0.7}},
                    "encoding": {
                        "x": x | {"field": "low"},
                        "x2": {"field": "high"},
                        "fill": {"field": "fill", "type": "nominal", "scale": None},
                        "description": {"field": "tip"},
                    },
                },
                {
                    "data": {"values": totals},
                    "mark": {"type": "text", "align": "left", "dx": 6, "color": "var(--dim)"},
                    "encoding": {"x": x | {"field": "end"}, "text": {"field": "text"}},
                },
            ],
        }

    return spec


def spread(rows: Sequence[Row], titles: dict[int, str]) -> Callable[[int], Spec]:
    """Return one line per story with a dot per site, by the hours after the first.

    The axis is that of the square root: most copies follow within a day, and some after weeks.
    """
    dots = [
        {
            "label": f"{row['place']}. {cut(titles.get(row['place'], ''))}",
            "hours": max(row["hours"], 0),
        }
        | _look(
            "var(--c1)" if row["is_instant"] else "var(--paper)",
            f"{row['site']}: {_delay(row['hours'])}"
            + ("" if row["is_instant"] else " (only the day is known)"),
        )
        for row in rows
    ]
    labels = list(dict.fromkeys(dot["label"] for dot in dots))
    most = max(24, *(dot["hours"] for dot in dots))
    ticks = [hour for hour in _HOURS if hour <= most]

    def spec(width: int) -> Spec:
        is_wide = width > NARROW
        marks = [hour for hour in ticks if is_wide or hour in (0, 24, 168, 720, 8760)][-6:]
        return {
            "width": width,
            "height": {"step": 26},
            "data": {"values": dots},
            "mark": {"type": "circle", "size": 64, "opacity": 1, "strokeWidth": 1.5},
            "encoding": {
                "y": {
                    "field": "label",
                    "type": "nominal",
                    "sort": labels,
                    "axis": {
                        "labelLimit": 290 if is_wide else 130,
                        "labelColor": "var(--ink)",
                        "grid": True,
                    },
                },
                "x": {
                    "field": "hours",
                    "type": "quantitative",
                    "scale": {"type": "sqrt", "domain": [0, most * 1.04], "nice": False},
                    "axis": {
                        "values": marks,
                        "labelFlush": False,
                        "grid": False,
                        "labelExpr": "datum.value == 0 ? 'first' : datum.value < 48 ? "
                        "datum.value + ' h' : datum.value / 24 + ' d'",
                    },
                },
                "fill": {"field": "fill", "type": "nominal", "scale": None},
                "stroke": {"value": "var(--c1)"},
                "description": {"field": "tip"},
            },
        }

    return spec


def matrix(rows: Sequence[Row], names: Sequence[str]) -> Callable[[int], Spec]:
    """Return a table of coloured squares: how many stories went from each site to each other."""
    chosen = [
        {
            "from": cut(row["from_domain"]),
            "to": cut(row["to_domain"]),
            "stories": row["stories"],
            "shade": 0.15 + 0.75 * (row["stories"] / rows[0]["stories"]) ** 0.5,
            "tip": f"{row['from_domain']} → {row['to_domain']}: {row['stories']:,} stories",
        }
        for row in rows
        if row["from_domain"] in names and row["to_domain"] in names
    ]
    order = [cut(name) for name in names]

    def spec(width: int) -> Spec:
        is_wide = width > NARROW
        label = {"labelLimit": 150 if is_wide else 84, "labelColor": "var(--ink)"}
        shared = {"type": "nominal", "scale": {"domain": order}}
        squares: list[Spec] = [
            {
                "mark": {"type": "rect", "fill": "var(--c2)", "cornerRadius": 2},
                "encoding": {
                    "opacity": {"field": "shade", "type": "quantitative", "scale": None},
                    "description": {"field": "tip"},
                },
            }
        ]
        if is_wide:
            number = {"field": "stories", "format": ","}
            squares.append({"mark": {"type": "text", "fontSize": 12}, "encoding": {"text": number}})
        return {
            "width": width,
            "height": {"step": 30 if is_wide else 18},
            "data": {"values": chosen},
            "encoding": {
                "y": shared | {"field": "from", "axis": label},
                "x": shared | {"field": "to", "axis": label | {"orient": "top", "labelAngle": -45}},
            },
            "layer": squares,
        }

    return spec


def cut(text: str) -> str:
    """Return a label of a bearable length; the tooltip and the table have the whole text."""
    return text if len(text) <= _MOST_LABEL else f"{text[: _MOST_LABEL - 1].rstrip()}…"


def _look(fill: str, tip: str) -> dict[str, str]:
    return {"fill": fill, "tip": tip}


def _label_width(width: int) -> int:
    return 170 if width > NARROW else 105


def _delay(hours: float) -> str:
    if hours <= 0:
        return "first"
    return f"after {hours:,.1f} hours" if hours < 72 else f"after {hours / 24:,.0f} days"
