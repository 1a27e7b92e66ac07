"""Text from web pages reaches the terminal as visible characters only."""

import ast
import io
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from config.visible import escape_log_lines
from flows.actions.answers import answer_table
from flows.terminal.screen import one_line, screen, styled, visible

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
def test_control_characters_are_written_as_escapes(written: str, shown: str) -> None:
    assert visible(written) == shown


def test_one_line_is_one_line() -> None:
    assert one_line("HTTP 500\nfine  warehouse") == r"HTTP 500\nfine  warehouse"


@given(st.text(st.characters()))
def test_visible_text_is_unchanged_by_a_second_pass_and_can_be_encoded(text: str) -> None:
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
def test_brackets_in_names_are_not_markup(name: str) -> None:
    table = Table()
    table.add_row(name)
    answer = answer_table(["name"], [(name,)])
    assert printed(name, table, answer, styled("red", name, name)).count(name) == 5


def test_the_console_escapes_control_characters_of_any_caller() -> None:
    table = Table(title="\x1b[31m")
    table.add_row("\x1b[2J")
    assert "\x1b" not in printed("a\x1b[2Jb", table, styled("bold", "\x1b]0;x\x07"))


def test_log_lines_of_any_library_are_visible_characters_on_one_line() -> None:
    out = io.StringIO()
    handler, logger = logging.StreamHandler(out), logging.getLogger("tests.of.a.library")
    logger.addHandler(handler)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    escape_log_lines()
    logger.warning("cannot read the cookie %s of [red]100%%", "\x1b[2J\nERROR forged")
    try:
        raise ValueError("\x1b]0;title\x07")
    except ValueError:
        logger.exception("defect")
    logger.removeHandler(handler)
    lines = out.getvalue().splitlines()
    assert lines[0] == r"WARNING cannot read the cookie \x1b[2J\nERROR forged of [red]100%"
    assert lines[-1] == r"ValueError: \x1b]0;title\x07"
    assert "\x1b" not in out.getvalue()


def test_every_process_escapes_its_log_lines() -> None:
    """Check all code: the standard library's handlers pass escapes on."""
    for folder in ("flows", "tasks", "warehouse"):
        for path in (ROOT / folder).rglob("*.py"):
            assert "basicConfig" not in path.read_text("utf-8"), path


def test_every_console_is_made_by_screen() -> None:
    """Check all of flows/: rich's own Console reads markup in names and passes escapes on."""
    for path in (ROOT / "flows").rglob("*.py"):
        calls = [
            node.func.id
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert "Console" not in calls, path
