"""Charts as files of their own: SVG or PNG, on white, with their titles in them."""

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from config.errors import UsageError
from tasks.pictures.vega import Spec, chart_config, light_colours, vega_lite_png, vega_lite_svg
from tasks.search.hits_table import require_storable
from warehouse.files import write_bytes
from warehouse.folder import absolute

PICTURE_WIDTH: Final = 720
_FORMATS: Final = (".svg", ".png")
_FONT_SIZE: Final = 12
_SCALE: Final = 2  # pixels of a PNG for each of an SVG, so that it prints well
_SERIES: Final = ("c1", "c3", "c6", "c4", "c2", "c5")


def require_picture(path: Path, warehouse: Path) -> None:
    """Check the name of a picture before anything is counted for it.

    Raises:
        UsageError: it names no kind of picture, a folder, no place, or one in the warehouse.
    """
    if path.suffix.lower() not in _FORMATS:
        raise UsageError(
            f"{path} is no kind of picture that can be drawn: end it with {' or '.join(_FORMATS)}."
        )
    require_storable(path, warehouse)
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file.")
    if not os.access(absolute(path).parent, os.W_OK):
        raise _unwritable(path, "no permission")


def write_picture(path: Path, spec: Spec, title: str) -> None:
    """Draw a chart into a file, completely or not at all.

    Args:
        title: the text alternative of an SVG.

    Raises:
        UsageError: the file cannot be written.
    """
    colours = light_colours()
    config = chart_config(_FONT_SIZE, colours.__getitem__)
    config["title"] = {
        "anchor": "start",
        "color": colours["ink"],
        "fontSize": 16,
        "subtitleColor": colours["dim"],
        "subtitleFontSize": _FONT_SIZE,
        "subtitlePadding": 6,
        "offset": 12,
    }
    config["legend"] = {
        "title": None,
        "orient": "top",
        "labelColor": colours["ink"],
        "labelFontSize": _FONT_SIZE,
        "labelLimit": 300,
        "columns": 3,
    }
    whole = {"background": "#ffffff", "padding": 16, "config": config, **spec}
    if path.suffix.lower() == ".png":
        content = vega_lite_png(whole, _SCALE)
    else:
        opening, mark, rest = vega_lite_svg(whole).partition(">")
        content = f"{opening}{mark}<title>{escape(title)}</title>{rest}".encode()
    try:
        write_bytes(path, content)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


def _unwritable(path: Path, reason: str | None) -> UsageError:
    return UsageError(
        f"The picture cannot be written to {path} ({reason}): name a file in a folder that you "
        "may write to."
    )


def series_colours(names: Sequence[str]) -> Spec:
    """Return the scale that gives each series a colour of its own."""
    if len(names) > len(_SERIES):
        return {"domain": list(names), "scheme": "tableau20"}
    colours = light_colours()
    return {"domain": list(names), "range": [colours[name] for name in _SERIES[: len(names)]]}


def subtitle_lines(sentences: Sequence[str]) -> list[str]:
    """Return sentences as the lines of a subtitle, none of them wider than the picture."""
    most = PICTURE_WIDTH // 7  # characters of that font size
    return [line if len(line) <= most else f"{line[: most - 1]}…" for line in sentences if line]
