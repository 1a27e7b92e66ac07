"""Vega-Lite specifications as inline SVG that follows the colours of the page.

Colours are CSS variables, so that one picture is readable in light and dark. Each chart is drawn
twice, for wide and for narrow screens, because a picture that is only scaled has unreadable labels
on a phone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Final

from tasks.pictures.vega import Spec, chart_config, vega_lite_svg

WIDE: Final = 720
NARROW: Final = 310
# Browsers draw many fonts wider than Vega measures them. So texts are measured a little larger than
# they are drawn, and none leaves its picture.
_MEASURED: Final = 14.5
_DRAWN: Final = 12
# Roles and labels within the picture are left out, because the picture has one label as a whole.
_ARIA = re.compile(r' (?:aria-roledescription|aria-hidden|role|class|pointer-events)="[^"]*"')
_LABEL = re.compile(r'<(path|line|text|g)( aria-label="([^"]*)")([^<>]*?)(/?)>')
_EMPTY = re.compile(r'<path(?: aria-hidden="true")? d=""[^>]*/>|<path d="M0,0h0v0h0Z"/>')
_DEFAULTS = re.compile(r' (?:opacity="1"|font-family="[^"]*"|stroke-miterlimit="10")')
_HEAD = re.compile(r'\A<svg [^>]*width="([\d.]+)" height="([\d.]+)"[^>]*>')


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as SVG for wide screens and paper, and for narrow screens."""

    wide: str
    narrow: str


def draw(spec_for: Callable[[int], Spec], label: str) -> Drawing:
    """Draw a chart at both widths.

    Args:
        spec_for: returns the specification for a width in pixels.
        label: the text alternative.
    """
    return Drawing(_svg(spec_for(WIDE), label, "wide"), _svg(spec_for(NARROW), label, "narrow"))


def _svg(spec: Spec, label: str, kind: str) -> str:
    config = chart_config(_MEASURED, lambda name: f"var(--{name})")
    drawn = vega_lite_svg(
        {
            "background": None,
            "autosize": {"type": "fit-x", "contains": "padding"},
            "padding": 0,
            "config": config | {"legend": {"disable": True}},
            **spec,
        }
    )
    return _slim(drawn, label, kind)


def _slim(svg: str, label: str, kind: str) -> str:
    """Return the picture without what a page does not need; labels of marks become tooltips."""
    svg = _ARIA.sub("", svg).replace(f'"{_MEASURED}px"', f'"{_DRAWN}px"')
    svg = _LABEL.sub(_with_title, svg)
    svg = _DEFAULTS.sub("", _EMPTY.sub("", svg))
    return _HEAD.sub(partial(_head, label=label, kind=kind), svg, count=1)


def _head(found: re.Match[str], *, label: str, kind: str) -> str:
    width, height = found.groups()
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'class="{kind}" aria-label="{escape(label)}">'
    )


def _with_title(found: re.Match[str]) -> str:
    tag, _, label, rest, closed = found.groups()
    if tag == "g" or not closed:
        return f"<{tag}{rest}{closed}>"
    return f"<{tag}{rest}><title>{label}</title></{tag}>"
