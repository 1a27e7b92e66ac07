"""Vega-Lite specifications as pictures, drawn by vl-convert without a browser or the network."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from config.visible import without_controls

Spec = dict[str, Any]
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_COLOURS = Path(__file__).with_name("colours.css")


def vega_lite_svg(spec: Spec) -> str:
    """Draw a chart as SVG."""
    import vl_convert  # 84 MB, so only where a chart is drawn

    return vl_convert.vegalite_to_svg(_complete(spec))


def vega_lite_png(spec: Spec, scale: float) -> bytes:
    """Draw a chart as PNG, with so many pixels for each of the specification."""
    import vl_convert

    return vl_convert.vegalite_to_png(_complete(spec), scale=scale)


def chart_config(font_size: float, colour: Callable[[str], str]) -> Spec:
    """Return the looks that all charts share.

    Args:
        colour: returns a colour by its name in `colours.css`.
    """
    return {
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {
            "labelColor": colour("dim"),
            "labelFontSize": font_size,
            "titleColor": colour("dim"),
            "titleFontSize": font_size,
            "titleFontWeight": "normal",
            "gridColor": colour("rule"),
            "tickColor": colour("dim"),
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
            "title": None,
        },
        "text": {"color": colour("ink"), "fontSize": font_size},
    }


def colours_css() -> str:
    """Return the colours of pages, for light and dark screens, as CSS variables."""
    return _COLOURS.read_text("utf-8")


@cache
def light_colours() -> dict[str, str]:
    """Return the colours for light screens and paper, by their names."""
    light = colours_css().partition("}")[0]
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", light))


def _complete(spec: Spec) -> Spec:
    cleaned: Spec = _clean(spec)
    return {"$schema": _SCHEMA, **cleaned}


def _clean(value: Any) -> Any:
    """Return a specification without invisible controls, which titles may have."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return without_controls(value) if isinstance(value, str) else value
