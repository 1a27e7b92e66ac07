"""What strangers wrote reaches the terminal as visible characters only."""

import ast
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from flows.commands import answer_table
from flows.screen import one_line, screen, styled, visible

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("a\rb", r"a\x0db"),
        ("\x9b31m", r"\x9b31m"),
        ("invoice\u202efdp.exe", r"invoice\u202efdp.exe"),
        ("name-\udcff.html", r"name-\udcff.html"),
        ("two\nlines", "two\nlines"),
        ("Fähre, 船, ✓", "Fähre, 船, ✓"),
    ],
)
def test_controls_are_written_as_escapes(written: str, shown: str) -> None:
    assert visible(written) == shown


def test_one_line_is_one_line() -> None:
    assert one_line("HTTP 500\nfine  warehouse") == r"HTTP 500\nfine  warehouse"


@given(st.text(st.characters()))
def test_what_is_visible_stays_so_and_can_be_written(text: str) -> None:
    shown = one_line(text)
    assert one_line(shown) == shown
    assert len(shown.encode("utf-8").splitlines()) <= 1


def printed(*items: object) -> str:
    out = io.StringIO()
    console = screen()
    console.file = out
    for item in items:
        console.print(item)
    return out.getvalue()


@pytest.mark.parametrize("name", ["[/x].html", "[bold]x[/bold]", "[red", ":smile:", "[link=x]y"])
def test_brackets_in_names_are_no_markup(name: str) -> None:
    table = Table()
    table.add_row(name)
    answer = answer_table(["name"], [(name,)])
    assert printed(name, table, answer, styled("red", name, name)).count(name) == 5


def test_the_console_shows_no_control_that_a_caller_forgot() -> None:
    table = Table(title="\x1b[31m")
    table.add_row("\x1b[2J")
    assert "\x1b" not in printed("a\x1b[2Jb", table, styled("bold", "\x1b]0;x\x07"))


def test_every_console_is_a_screen() -> None:
    """A console of rich's own reads markup in names and passes escapes on."""
    for path in (ROOT / "flows").rglob("*.py"):
        calls = [
            node.func.id
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert "Console" not in calls, path
