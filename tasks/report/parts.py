"""The parts of the report's page: sections, figures and tables."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tasks.report.answers import QueryAnswer
from tasks.report.drawing import Drawing

_MOST_ADDRESS: Final = 70
_MOST_TITLE: Final = 90
CellKind = Literal["text", "code", "number", "share", "link"]


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a legend: the CSS variable of its colour, and its words."""

    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its legend, and the answer that it shows."""

    title: str
    drawing: Drawing
    answer: QueryAnswer
    note: str = ""
    keys: Sequence[Key] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; `address` makes it a link, `bar` draws a share of its width."""

    text: str
    kind: CellKind = "text"
    address: str | None = None
    bar: float | None = None


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table of texts and numbers, and the answer that it is taken from."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    answer: QueryAnswer
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A section of the page.

    Attributes:
        key: its name in addresses, such as "coverage".
        lead: sentences that say what it shows.
        empty: the sentence that stands alone where there is nothing to show; "" otherwise.
    """

    key: str
    title: str
    lead: str
    blocks: Sequence[Figure | ReportTable] = ()
    empty: str = ""


def number(value: float | None, places: int = 0) -> Cell:
    """Return a cell with a number; a dash stands for an unknown one."""
    return Cell("–" if value is None else f"{value:,.{places}f}", "number")


def share(part: float) -> Cell:
    """Return a cell with a share in per cent, and a bar."""
    return Cell(percent(part), "share", bar=part)


def percent(part: float) -> str:
    """Return a share in per cent, which is never rounded to nothing or to all."""
    if 0 < part < 0.01:
        return "< 1 %"
    if 0.99 < part < 1:
        return "> 99 %"
    return f"{part:.0%}".replace("%", " %")


def linked(text: str | None, address: str | None) -> Cell:
    """Return a cell that links to a page, if its address is one of the web."""
    is_web = bool(address) and str(address).lower().startswith(("http://", "https://"))
    return Cell(text or address or "–", "link" if is_web else "text", address if is_web else None)


def address_shown(address: str | None) -> str:
    """Return an address without its scheme, and not longer than a line or two."""
    text = re.sub(r"^https?://", "", address or "")
    return text if len(text) <= _MOST_ADDRESS else f"{text[: _MOST_ADDRESS - 1]}…"


def short_title(title: str | None) -> str:
    """Return a title of a bearable length."""
    text = title or "(no title)"
    return text if len(text) <= _MOST_TITLE else f"{text[: _MOST_TITLE - 1].rstrip()}…"
