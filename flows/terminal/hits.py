"""Hits in the terminal: a line each, no wider than the terminal, with the matches of kwic aligned.

Widths are counted in cells, of which a Chinese character takes two and a combining mark none.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions
from rich.segment import ControlType, Segment
from rich.style import Style

from flows.terminal.screen import one_line

_DAY = len("2025-03-11")
_GAP = "  "
_MOST_SOURCE = 18
_MOST_MATCH = 30
_FOR_URL = 120  # cells, from which on there is room for addresses
_BOLD, _DIM = Style(bold=True), Style(dim=True)
# In a terminal that orders right-to-left text by itself, this mark keeps such a column from
# exchanging its place with its neighbour. It takes no cell.
_LEFT_TO_RIGHT = Segment("\u200e", None, [(ControlType.CURSOR_FORWARD, 0)])

Cells = tuple[tuple[str, Style | None], ...]


class HitLines:
    """Lines of cells that have their widths already."""

    def __init__(self, lines: Sequence[Cells]) -> None:
        self.lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for line in self.lines:
            yield from _segments(line)
            yield Segment.line()


def _segments(line: Cells) -> Iterator[Segment]:
    has_two_directions = any(_is_right_to_left(text) for text, _ in line)
    *most, (text, style) = line
    for number, cell in enumerate((*most, (text.rstrip(), style))):
        if number:
            yield Segment(_GAP)
            if has_two_directions:
                yield _LEFT_TO_RIGHT
        yield Segment(*cell)


def search_lines(rows: Sequence[tuple[Any, ...]], width: int) -> HitLines:
    """Return articles as lines: day, source, language and title; addresses where there is room.

    Args:
        rows: with the columns of SEARCH_COLUMNS.
        width: that of the terminal in cells.
    """
    for_source = _width_of_sources(rows, width)
    rest = width - _DAY - for_source - 3 * len(_GAP) - len("lang")
    with_url = width >= _FOR_URL
    for_title = rest // 2 if with_url else max(rest, 1)
    for_url = rest - for_title - len(_GAP)

    def line(day: str, source: str, language: str, title: str, url: str) -> list[str]:
        cells = [_fitted(day, _DAY), _fitted(source, for_source), _fitted(language, 4)]
        return [*cells, _fitted(title, for_title), *([_fitted(url, for_url)] if with_url else [])]

    head = tuple((cell, _BOLD) for cell in line("date", "source", "lang", "title", "url"))
    lines: list[Cells] = [head]
    for _, _, source, day, language, title, url in rows:
        cells = line(_day(day), source or "", language or "", title or "", url or "")
        lines.append(tuple((cell, None) for cell in cells))
    return HitLines(lines)


def kwic_lines(rows: Sequence[tuple[Any, ...]], width: int) -> HitLines:
    """Return the lines of a concordance: day, source, and the aligned match between its sides.

    Args:
        rows: with the columns of KWIC_COLUMNS.
        width: that of the terminal in cells.
    """
    for_source = _width_of_sources(rows, width)
    longest = max((cell_len(one_line(row[5])) for row in rows), default=0)
    for_match = min(max(longest, len("match")), _MOST_MATCH, max(width // 3, 1))
    rest = max(width - _DAY - for_source - for_match - 4 * len(_GAP), 2)
    # What is left of the shorter side goes to the right one.
    left_side = max((cell_len(one_line(row[4]).rstrip()) for row in rows), default=0)
    for_left = min(max(left_side, len("left")), rest // 2)
    for_right = rest - for_left

    def line(day: str, source: str, left: str, match: str, right: str) -> list[str]:
        sides = [_end_of(left, for_left), _fitted(match, for_match), _start_of(right, for_right)]
        return [_fitted(day, _DAY), _fitted(source, for_source), *sides]

    head = tuple((cell, _BOLD) for cell in line("date", "source", "left", "match", "right"))
    lines: list[Cells] = [head]
    for _, _, source, day, left, match, right in rows:
        styles = (_DIM, _DIM, None, _BOLD, None)
        cells = line(_day(day), source or "", left, match, right)
        lines.append(tuple(zip(cells, styles, strict=True)))
    return HitLines(lines)


def _width_of_sources(rows: Sequence[tuple[Any, ...]], width: int) -> int:
    longest = max((cell_len(one_line(row[2] or "")) for row in rows), default=0)
    return min(max(longest, len("source")), _MOST_SOURCE, max(width // 6, 1))


def _day(day: date | None) -> str:
    return "no date" if day is None else day.isoformat()


def _fitted(text: str, width: int) -> str:
    """Return a text in a number of cells, its end replaced by an ellipsis if it is too long."""
    text = one_line(text)
    if cell_len(text) > width:
        text = f"{set_cell_size(text, width - 1).rstrip()}…"
    return set_cell_size(text, width)


def _start_of(text: str, width: int) -> str:
    """Return the beginning of a text in a number of cells."""
    return set_cell_size(one_line(text).lstrip(), width)


def _end_of(text: str, width: int) -> str:
    """Return the end of a text in a number of cells, with spaces before it."""
    text = one_line(text).rstrip()
    start = len(text)
    while start > 0 and cell_len(text[start - 1 :]) <= width:
        start -= 1
    shown = text[start:]
    while shown and unicodedata.combining(shown[0]):  # its letter had no room
        shown = shown[1:]
    return " " * (width - cell_len(shown)) + shown


def _is_right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(one) in ("R", "AL") for one in text)
