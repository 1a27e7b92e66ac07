"""The report as one HTML file that loads nothing and runs no script.

The template escapes every value. Only the pictures are inserted as they are; Vega escapes the texts
in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.visible import without_controls
from tasks.pictures.vega import colours_css
from tasks.report.parts import ReportSection
from warehouse.answers import plain_cell

_FOLDER: Final = Path(__file__).parent
_MOST_ROWS: Final = 40  # of an answer that the page itself shows; the CSV has all
_MOST_CELL: Final = 300


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The content of the page.

    Attributes:
        deck: the sentences below the headline.
        tiles: pairs of a number and its meaning.
        about: how and when the report was made.
    """

    headline: str
    deck: str
    tiles: Sequence[tuple[str, str]]
    sections: Sequence[ReportSection]
    about: str


def html_of(page: ReportPage) -> str:
    """Return the whole page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        page=page,
        style=colours_css() + (_FOLDER / "page.css").read_text("utf-8"),
        most_rows=_MOST_ROWS,
        plain=_plain,
        shown=_shown,
    )


def _plain(value: object) -> str:
    return "" if value is None else _shown(str(plain_cell(value)))


def _shown(text: str) -> str:
    """Return a text without controls of the writing direction, and of a bearable length."""
    return without_controls(text if len(text) <= _MOST_CELL else f"{text[: _MOST_CELL - 1]}…")
