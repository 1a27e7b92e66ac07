"""The answers of `broadsheet words` as a picture: bars in order."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from tasks.pictures.picture_file import PICTURE_WIDTH, subtitle_lines
from tasks.pictures.trend_picture import asked_of
from tasks.pictures.vega import Spec, light_colours
from tasks.words.request import REST, WordsRequest

_MOST_BARS: Final = 25  # of each panel
_MOST_PANELS: Final = 8
_BAR: Final = 17
_LABELS: Final = 150  # pixels beside the bars
_Row = dict[str, Any]


def words_picture(rows: Sequence[_Row], request: WordsRequest, notes: Sequence[str]) -> Spec:
    """Return the chart of an answer that has rows.

    Args:
        rows: the rows of the answer, in their order.
        notes: what was counted.
    """
    panels = list(_panels(rows, request))
    values = [bar["value"] for panel in panels for bar in panel["data"]["values"]]
    scale = {"domain": [min(0, *values), max(0, *values)], "nice": True}
    for panel in panels:  # one scale for all, so that bars can be compared
        panel["encoding"]["x"] |= {"scale": scale}
    lines = [_measure(request), *asked_of(request.question), *notes[:3]]
    if len(panels) > _MOST_PANELS:
        lines.append(f"The first {_MOST_PANELS} of {len(panels):,} are drawn")
    return {
        "title": {"text": subtitle_lines([_title(request)]), "subtitle": subtitle_lines(lines)},
        "spacing": 20,
        "vconcat": panels[:_MOST_PANELS],
    }


def _title(request: WordsRequest) -> str:
    if request.pair is not None:
        first, second = request.pair
        return f"Key words: {first} and {'all others' if second == REST else second}"
    if request.near is not None:
        return f"Words near {request.near}"
    return f"Words by {request.grouping}" if request.grouping else "Words"


def _measure(request: WordsRequest) -> str:
    if request.pair is not None:
        return "Keyness (log-likelihood): to the right more frequent in a, to the left in b"
    if request.near is not None:
        return f"logDice, up to {request.span} words on each side"
    return "Times per million words"


def _panels(rows: Sequence[_Row], request: WordsRequest) -> Iterator[Spec]:
    if request.pair is not None:
        sides = [[row for row in rows if (row["keyness"] > 0) == side] for side in (True, False)]
        shown = [row for side in sides for row in side[:_MOST_BARS]]
        yield _bars(shown, "keyness", "")
        return
    value = "log_dice" if request.near is not None else "per_million"
    key = "near" if request.near is not None else request.grouping
    parts = list(dict.fromkeys(row[key] for row in rows)) if key else [None]
    for part in parts:
        shown = [row for row in rows if key is None or row[key] == part][:_MOST_BARS]
        has_name = key is not None and len(parts) > 1
        yield _bars(shown, value, ("none" if part is None else str(part)) if has_name else "")


def _bars(rows: Sequence[_Row], value: str, title: str) -> Spec:
    colours = light_colours()
    values = [{"word": row["word"], "value": row[value]} for row in rows]
    panel: Spec = {
        "width": PICTURE_WIDTH - _LABELS,
        "height": {"step": _BAR},
        "data": {"values": values},
        "mark": {"type": "bar", "height": {"band": 0.75}},
        "encoding": {
            "y": {
                "field": "word",
                "type": "nominal",
                "sort": [row["word"] for row in values],
                "axis": {"labelLimit": _LABELS, "labelColor": colours["ink"]},
            },
            "x": {"field": "value", "type": "quantitative", "axis": {"tickCount": 6}},
            "color": {
                "condition": {"test": "datum.value < 0", "value": colours["c3"]},
                "value": colours["c1"],
            },
        },
    }
    return panel | {"title": {"text": title, "fontSize": 13, "offset": 4}} if title else panel
