"""Hits in the terminal fit it, and the matches of kwic stand below each other."""

import io
from datetime import date
from typing import Any

import pytest
from rich.cells import cell_len

from flows.terminal.hits import HitLines, kwic_lines, search_lines
from flows.terminal.screen import screen

DAY = date(2025, 3, 11)
LONG = "The harbour office said on Monday that the inner basin would open again in the spring "
JAPANESE = ("昨日の朝、岬の港から出た東京行きの", "フェリー", "は霧のため引き返した。" * 4)
HEBREW = ("אתמול בבוקר יצאה מן הנמל ", "המעבורת", " לעבר האיים ושבה בערב")
THAI = ("เมื่อวานนี้ที่ท่าเรือ", "เรือข้ามฟาก", "ออกจากฝั่ง" * 9)
KWIC: list[tuple[Any, ...]] = [
    ("a" * 32, 1, "Harbour Courier", DAY, LONG, "ferry", f" sails. {LONG}"),
    ("b" * 32, 1, "岬新報の夕刊と朝刊の全国版", DAY, *JAPANESE),
    ("c" * 32, 1, None, None, *HEBREW),
    ("d" * 32, 2, "Notes", DAY, "", "f\x1b[31merry", ""),
    ("e" * 32, 2, "Notes", DAY, *THAI),
]
SEARCH = [
    (row[0], 1, row[2], row[3], "en", row[4] or None, f"https://courier.example/{LONG}")
    for row in KWIC
]


def printed(lines: HitLines, width: int, *, terminal: bool = False) -> list[str]:
    console, out = screen(), io.StringIO()
    console.file, console._force_terminal = out, terminal
    console.width = width
    console.print(lines)
    return out.getvalue().splitlines()


def column_of(line: str, text: str) -> int:
    return cell_len(line[: line.index(text)])


@pytest.mark.parametrize("width", [20, 40, 80, 119, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for lines in (kwic_lines(KWIC, width), search_lines(SEARCH, width)):
        shown = printed(lines, width)
        assert len(shown) == len(KWIC) + 1
        assert max(map(cell_len, shown)) <= width


@pytest.mark.parametrize("width", [80, 132])
def test_matches_stand_below_each_other(width: int) -> None:
    shown = printed(kwic_lines(KWIC, width), width)[1:]
    matches = ["ferry", "フェリー", "המעבורת", r"f\x1b[31merry", "เรือข้ามฟาก"]
    columns = {column_of(line, match) for line, match in zip(shown, matches, strict=True)}
    assert len(columns) == 1


def test_the_side_that_is_near_the_match_is_shown() -> None:
    first = printed(kwic_lines(KWIC, 80), 80)[1]
    assert "in the spring  ferry" in first
    assert first.rstrip() == first


def test_only_a_terminal_is_told_the_direction_of_writing() -> None:
    lines = kwic_lines(KWIC, 80)
    assert "\u200e" not in "\n".join(printed(lines, 80))
    marked = [line for line in printed(lines, 80, terminal=True) if "\u200e" in line]
    assert len(marked) == 1
    assert "המעבורת" in marked[0]


def test_addresses_are_shown_where_there_is_room() -> None:
    assert "https://" not in "".join(printed(search_lines(SEARCH, 119), 119))
    assert "https://" in printed(search_lines(SEARCH, 120), 120)[1]
