"""Each command has a page in docs/commands/, whose help and examples are those of the program."""

import re
import runpy
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer

from flows.cli import app

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "commands"
MADE = runpy.run_path(str(ROOT / "docs" / "make_command_pages.py"))
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
REMEDY = "run `make docs`; for the help alone `docs/make_command_pages.py --help-only`"


def read(name: str) -> str:
    return (PAGES / f"{name}.md").read_text("utf-8")


def words(text: str) -> list[str]:
    """The words of a page: tables may be some cells wider, and runs may leave more files."""
    text = re.sub(r"\d[\d,]* (?=files|linked|metadata|others|of its files|Parquet)", "N ", text)
    return text.replace("─", " ").replace("━", " ").split()


def test_every_command_has_an_entry_and_a_page_and_no_other_has() -> None:
    assert sorted(entry.name for entry in MADE["entries"]()) == COMMANDS
    pages = sorted(path.stem for path in PAGES.glob("*.md") if path.name != "README.md")
    assert pages == COMMANDS, REMEDY


def test_the_help_on_each_page_is_what_the_program_says() -> None:
    for entry in MADE["entries"]():
        page = read(entry.name)
        assert page == MADE["page_of"](entry, MADE["transcript_on"](page)), REMEDY
        shown = MADE["transcript_on"](page)
        assert [line for line in entry.examples if f"$ {line}\n" not in f"{shown}\n"] == [], REMEDY


def test_the_list_of_commands_leads_to_every_page() -> None:
    assert (PAGES / "README.md").read_text("utf-8") == MADE["index_page"](), REMEDY
    for entry in MADE["entries"]():
        assert (ROOT / "docs" / entry.see).is_file(), entry.name


@pytest.mark.slow
def test_the_examples_print_what_their_pages_show() -> None:
    """Run all but those that start Prefect, which the tests of the service run.

    The folder has a short path: longer ones are broken over two lines.
    """
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        made: Mapping[str, Any] = {
            entry.name: transcript
            for entry, transcript in MADE["transcripts"](Path(folder), service=False)
        }
    shown = {name: MADE["transcript_on"](read(name)) for name in made}
    different = [name for name in made if words(made[name]) != words(shown[name])]
    assert not different, "\n".join(f"{name}:\n{made[name]}" for name in different)
