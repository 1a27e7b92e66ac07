"""Rows of the data files of Stata and SPSS.

The golden files in `downloads/` were written by pandas (Stata) and by ReadStat (SPSS).
"""

import os
import zipfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from config.errors import UsageError
from config.settings import load_settings
from tasks.read.batch import read_batch
from tasks.read.header import table_head
from tasks.read.outline import outline
from tasks.read.spans import Batch, Span
from tests.read.samples import by_locator, documents, page, read, reasons

GOLDEN = Path(__file__).parents[1] / "downloads"
FILES = sorted(GOLDEN.glob("rows*"))
NAMES = [path.name for path in FILES if path.suffix != ".json"]


@pytest.mark.parametrize("name", NAMES)
def test_a_data_file_is_recognised_without_its_name_and_within_a_zip(
    tmp_path: Path, name: str
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(GOLDEN / name, "data")

    assert by_locator(read(tmp_path)) == {
        "a.zip!data#row=1": "",
        "a.zip!data#row=2": "",
        "a.zip!data#row=3": "no_text",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_data_file_that_is_cut_off_raises_nothing(tmp_path: Path, name: str) -> None:
    data = (GOLDEN / name).read_bytes()
    for size in (40, len(data) // 3, len(data) * 2 // 3, len(data) - 9):
        (tmp_path / name).write_bytes(data[:size])
        found = read(tmp_path)
        assert len(documents(found)) + len(reasons(found)) == len(found) > 0


def test_rows_are_numbered_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.read.formats.statistics_rows._MOST_ROWS", 2)

    found = read(GOLDEN / "rows.sav")

    assert list(by_locator(found)) == [f"rows.sav#row={number}" for number in (1, 2, 3)]


def test_a_data_file_without_a_known_text_is_refused_with_the_labels_of_its_columns(
    tmp_path: Path,
) -> None:
    data = (GOLDEN / "rows.sav").read_bytes()
    (tmp_path / "a.sav").write_bytes(data.replace(b"TEXT", b"VARA").replace(b"=text", b"=vara"))

    [row] = read(tmp_path)

    assert getattr(row, "reason", "") == "no_known_columns"
    assert "titel (Headline)" in str(getattr(row, "detail", ""))
    assert "--map text=" in str(getattr(row, "detail", ""))
    with pytest.raises(UsageError, match="--map text="):
        read(tmp_path / "a.sav")


def test_the_users_column_is_the_text(tmp_path: Path) -> None:
    found = documents(read(GOLDEN / "rows.sav", columns={"text": "titel"}))

    assert [document.body.decode() for document in found][1:] == ["Ferry sails", "No text"]


@pytest.mark.parametrize(
    "head",
    [b"\0" * 12 + b"\xc2\xea\x81\x60\xb3\x14", b"HEADER RECORD*******LIBRARY HEADER RECORD!"],
)
def test_a_file_of_sas_is_refused_by_name(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "a.data").write_bytes(head + b"\0" * 99)

    with pytest.raises(UsageError, match="SAS"):
        read(tmp_path / "a.data")


def crashing() -> bytes:
    """Return a file of SPSS with a string of more segments than ReadStat 1.1.9 has room for."""
    data = (GOLDEN / "rows.sav").read_bytes()
    return data[:344] + data[312:344] * 1_900 + data[344:]


def test_a_file_that_crashes_its_library_costs_itself_only(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page(1))
    (tmp_path / "b.sav").write_bytes(crashing())
    (tmp_path / "c.html").write_bytes(page(2))

    found = read(tmp_path)

    assert by_locator(found) == {"a.html": "", "b.sav": "corrupt", "c.html": ""}
    assert getattr(found[1], "detail", "").endswith("; export it as CSV")


def test_a_preview_of_a_file_that_crashes_its_library_shows_no_table(tmp_path: Path) -> None:
    path = tmp_path / "b.sav"
    path.write_bytes(crashing())
    settings = load_settings().read

    assert table_head(str(path), outline(str(path), {}, settings), {}, settings) is None


@pytest.fixture
def at_row_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that says what the reading process does instead of reading row 3."""

    def install(statement: str) -> None:
        (tmp_path / "sitecustomize.py").write_text(
            "import sys\n"
            "if 'tasks.read.formats.statistics_process' in sys.orig_argv:\n"
            "    import os, pyreadstat, signal\n"
            "    read = pyreadstat.read_sav\n"
            "    def read_two(file, **options):\n"
            "        if options.get('row_offset') == 2:\n"
            f"            {statement}\n"
            "        return read(file, **options)\n"
            "    pyreadstat.read_sav = read_two\n"
        )

    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path.cwd()}")
    monkeypatch.setattr("tasks.read.formats.statistics_rows._MOST_ROWS", 2)
    return install


@pytest.mark.parametrize(
    ("died", "said"),
    [("SIGSEGV", "crashed (SIGSEGV)"), ("SIGPROF", "took too long")],
)
def test_rows_before_the_death_of_the_reading_process_are_kept(
    at_row_3: Callable[[str], None], died: str, said: str
) -> None:
    at_row_3(f"os.kill(os.getpid(), signal.{died})")

    found = read(GOLDEN / "rows.sav")

    assert by_locator(found) == {
        "rows.sav#row=1": "",
        "rows.sav#row=2": "",
        "rows.sav#row=3": "corrupt",
    }
    assert said in getattr(found[2], "detail", "")


def test_a_reader_that_is_closed_early_ends_its_process(
    tmp_path: Path, at_row_3: Callable[[str], None]
) -> None:
    hung = tmp_path / "hung"
    os.mkfifo(hung)  # to open it waits for the other end
    at_row_3(f"open({str(hung)!r}, 'w').write(str(os.getpid())) and signal.pause()")
    span = Span(0, str(GOLDEN / "rows.sav"), "rows.sav", 2_370)
    outcomes = read_batch(Batch(0, (span,), span.bytes), load_settings().read, {})

    assert len(documents(list(islice(outcomes, 2)))) == 2
    process = hung.read_text()
    del outcomes

    assert not Path(f"/proc/{process}").exists()
