"""Rows of spreadsheets and databases, each sheet and table by itself."""

import io
import sqlite3
import zipfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

import pytest

from config.errors import UsageError
from tests.read.samples import by_locator, documents, read, reasons

STORY = "The council met on Monday."
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEADER = ("url", "Titel", "text", "label")


def sheet(rows: Sequence[Sequence[object]]) -> str:
    body = []
    for number, row in enumerate(rows, 1):
        cells = []
        for column, value in zip("ABCDEFG", row, strict=False):
            place = f"{column}{number}"
            if isinstance(value, int | float):
                cells.append(f'<c r="{place}"><v>{value}</v></c>')
            elif value:
                text = escape(str(value))
                cells.append(f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>')
        body.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(body)}</sheetData></worksheet>'


def workbook(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    """Return an .xlsx file with these sheets."""
    out = io.BytesIO()
    numbered = list(enumerate(sheets, 1))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
            f'ContentType="{_TYPES}.worksheet+xml"/>'
            for n, _ in numbered
        )
        package.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f"{overrides}</Types>",
        )
        links = "http://schemas.openxmlformats.org/package/2006/relationships"
        package.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{links}"><Relationship Id="r" '
            f'Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in numbered)
        package.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{names}</sheets></workbook>',
        )
        targets = "".join(
            f'<Relationship Id="r{n}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n, _ in numbered
        )
        package.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{links}">{targets}</Relationships>',
        )
        for n, name in numbered:
            package.writestr(f"xl/worksheets/sheet{n}.xml", sheet(sheets[name]))
    return out.getvalue()


def row(number: int) -> tuple[object, ...]:
    return (f"https://a.example/{number}", f"T {number}", f"{STORY} {number}", number)


def test_each_sheet_of_a_workbook_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheets = {
        "May": [("Export of May",), (), HEADER, row(1), row(2)],
        "June": [HEADER, row(3)],
        "Empty": [],
        "Codes": [("code", "meaning"), ("a", "b")],
    }
    path.write_bytes(workbook(sheets))

    found = read(path)

    assert by_locator(found) == {
        "a.xlsx!May#row=1": "",
        "a.xlsx!May#row=2": "",
        "a.xlsx!June#row=1": "",
        "a.xlsx!Codes": "no_known_columns",
    }
    first = documents(found)[0]
    assert (first.body.decode(), first.declared.title) == (f"{STORY} 1", "T 1")
    assert first.declared.extra == {"label": 1}


def test_a_workbook_in_a_zip_without_its_suffix_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data", workbook({"May": [HEADER, row(1)]}))

    assert by_locator(read(path)) == {"a.zip!data!May#row=1": ""}


def test_a_sheet_without_a_header_is_read_by_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook({"May": [row(1), row(2)]}))

    found = documents(read(path, columns={"text": "3"}))

    assert [document.body.decode() for document in found] == [f"{STORY} 1", f"{STORY} 2"]


def test_a_damaged_workbook_and_a_bomb_raise_nothing(tmp_path: Path) -> None:
    data = workbook({"May": [HEADER, row(1)]})
    (tmp_path / "a.xlsx").write_bytes(data[: len(data) // 2])
    large = workbook({"May": [HEADER, ("u", "t", "x" * 3_000_000, 1)]})
    (tmp_path / "b.xlsx").write_bytes(large)

    found = read(tmp_path, expansion_bytes=1_000_000)

    assert sorted(reasons(found)) == ["bomb", "corrupt"]


def test_a_workbook_that_makes_its_library_abort_costs_itself_only(tmp_path: Path) -> None:
    made = workbook({"May": [HEADER, row(1)]})
    with (
        zipfile.ZipFile(io.BytesIO(made)) as package,
        zipfile.ZipFile(tmp_path / "b.xlsx", "w") as forged,
    ):
        for name in package.namelist():
            # The row is beyond those that `count_cells` takes for one, and needs 400 GB.
            forged.writestr(name, package.read(name).replace(b'r="A1"', b'r="A4294967295"'))
    for name in ("a.xlsx", "c.xlsx"):
        (tmp_path / name).write_bytes(made)

    found = read(tmp_path)

    assert by_locator(found) == {
        "a.xlsx!May#row=1": "",
        "b.xlsx": "corrupt",
        "c.xlsx!May#row=1": "",
    }
    assert "SIGABRT" in getattr(found[1], "detail", "")


def database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table stories (url, title, body, label, picture blob)")
    rows = [(*row(number), b"\xff\x00") for number in (1, 2)]
    connection.executemany("insert into stories values (?, ?, ?, ?, ?)", rows)
    connection.execute("create table codes (code, meaning)")
    connection.execute("create view again as select * from stories")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("packed", [False, True])
def test_each_table_of_a_database_is_read(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "a.db"
    database(path)
    before = path.read_bytes()
    name = "a.db"
    if packed:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.write(path, "a.db")
        path.unlink()
        name, path = "a.zip!a.db", tmp_path / "a.zip"

    found = read(path)

    assert by_locator(found) == {
        f"{name}!codes": "no_known_columns",
        f"{name}!stories#row=1": "",
        f"{name}!stories#row=2": "",
    }
    assert documents(found)[1].declared.extra["label"] == 2
    if not packed:
        assert path.read_bytes() == before
        assert [file.name for file in tmp_path.iterdir()] == ["a.db"]


def test_a_damaged_database_raises_nothing(tmp_path: Path) -> None:
    database(tmp_path / "a.db")
    data = (tmp_path / "a.db").read_bytes()
    (tmp_path / "a.db").write_bytes(data[:100] + b"\xff" * (len(data) - 100))

    assert reasons(read(tmp_path)) == ["corrupt"]


def test_a_spreadsheet_that_cannot_be_read_is_still_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.epub"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")

    with pytest.raises(UsageError, match="an Office, EPUB or JAR file"):
        read(path)


def test_a_table_with_a_column_whose_name_is_no_utf_8_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    database(path)
    path.write_bytes(path.read_bytes().replace(b"(code, meaning)", b"(c\xfede, meaning)"))

    found = read(path)

    assert by_locator(found) == {
        "a.db!codes#row=1": "corrupt",
        "a.db!stories#row=1": "",
        "a.db!stories#row=2": "",
    }
    assert "not UTF-8: c\ufffdde" in getattr(found[0], "detail", "")


def test_a_database_whose_schema_is_no_utf_8_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    database(path)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE codes", b"CREATE TABL\xfe codes"))

    [row] = read(path)

    assert getattr(row, "reason", "") == "corrupt"
    assert "malformed database schema" in getattr(row, "detail", "")
