"""Office documents: OpenDocument texts and sheets, old Word, and what only has its name."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import UsageError
from tasks.records import Dropped
from tests.read.formats.test_sheets import workbook
from tests.read.odf import ods, odt
from tests.read.samples import by_locator, documents, docx, page, read, reasons

STORY = "The council met on Monday."
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
GOLDEN = Path(__file__).parents[1] / "downloads"
ROWS = {"May": [("Export",), (), ("url", "Titel", "text", "label"), ("", "T", STORY, 2.5)]}

STYLED = """
    <text:tracked-changes><text:deletion><text:p>Deleted.</text:p></text:deletion>
    </text:tracked-changes><text:p>One<text:note><text:p>A footnote.</text:p></text:note>
    <text:span>more<text:s text:c="999999999"/>span</text:span><text:line-break/>line<!-- x -->.
    </text:p><text:p>Above<draw:text-box><text:p>A caption.</text:p></draw:text-box></text:p>
    <table:table><table:table-row><table:table-cell><text:p>Cell</text:p></table:table-cell>
    </table:table-row></table:table>
"""


def without_order(package: bytes) -> bytes:
    """Return a package as a person zips it again: its members by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as before, zipfile.ZipFile(out, "w") as after:
        for name in sorted(before.namelist(), reverse=True):
            after.writestr(name, before.read(name))
    return out.getvalue()


def test_an_opendocument_text_is_one_document_without_notes_and_deletions(tmp_path: Path) -> None:
    (tmp_path / "a.odt").write_bytes(odt(f"# Title\n{STORY}", styled=STYLED))

    [document] = documents(read(tmp_path / "a.odt"))

    texts = document.body.decode().split("\n\n")
    assert texts == ["Title", STORY, "One more span\nline.", "Above\nA caption.", "Cell"]


def test_a_download_as_opendocument_text_is_split_into_its_articles(tmp_path: Path) -> None:
    text = (GOLDEN / "nexis_advance_de_fr.docx.txt").read_text("utf-8")
    (tmp_path / "a.docx").write_bytes(docx(text))
    lines = (line for line in text.splitlines() if not line.startswith("^"))
    (tmp_path / "a.odt").write_bytes(odt("\n".join(lines)))

    office, opened = (read(tmp_path / name) for name in ("a.docx", "a.odt"))

    assert len(opened) == len(office) > 1
    titles = [document.declared.title for document in documents(office)]
    assert [document.declared.title for document in documents(opened)] == titles


@pytest.mark.parametrize("change", [bytes, without_order])
def test_each_sheet_of_an_opendocument_workbook_is_a_table(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "a.ods"
    path.write_bytes(change(ods(ROWS | {"Codes": [("code", "meaning"), ("a", "b")]})))

    found = read(path)

    assert by_locator(found) == {"a.ods!May#row=1": "", "a.ods!Codes": "no_known_columns"}
    [row] = documents(found)
    assert (row.body.decode(), row.declared.title) == (STORY, "T")
    assert row.declared.extra == {"label": 2.5}


def test_an_opendocument_text_is_recognised_without_its_name_and_within_a_zip(
    tmp_path: Path,
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one", odt(STORY))
        archive.writestr("two.odt", without_order(odt(STORY)))

    assert by_locator(read(tmp_path)) == {"a.zip!one": "", "a.zip!two.odt": ""}


def test_documents_with_a_password_and_damaged_ones_cost_a_row_each(tmp_path: Path) -> None:
    (tmp_path / "a.odt").write_bytes(odt(STORY, encrypted=True))
    (tmp_path / "b.odt").write_bytes(odt(STORY)[:-100])
    (tmp_path / "c.odt").write_bytes(odt("x" * 3_000_000))
    (tmp_path / "d.docx").write_bytes(OLE + "EncryptedPackage".encode("utf-16-le"))
    (tmp_path / "e.odt").write_bytes(odt(""))

    found = read(tmp_path, expansion_bytes=1_000_000)

    assert reasons(found) == ["encrypted", "corrupt", "bomb", "unknown_format", "empty"]
    assert all("password" in str(found[number].detail) for number in (0, 3))


@pytest.mark.parametrize(
    ("name", "stream", "named"),
    [
        ("a.doc", "WordDocument", "an old Word file (save it as DOCX or RTF)"),
        ("a", "WordDocument", "an old Word file (save it as DOCX or RTF)"),
        ("a.doc", "", "an old Word file (save it as DOCX or RTF)"),
        ("a.xls", "Workbook", "an old Excel file (save it as XLSX or CSV)"),
        ("a.bin", "", "an old Office file (save it in a newer format)"),
    ],
)
def test_an_old_office_file_is_refused_with_what_to_do(
    tmp_path: Path, name: str, stream: str, named: str
) -> None:
    (tmp_path / name).write_bytes(OLE + stream.encode("utf-16-le"))

    [row] = read(tmp_path)

    assert isinstance(row, Dropped)
    assert (row.reason, row.detail) == ("unknown_format", named)
    with pytest.raises(UsageError, match="save it"):
        read(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ((GOLDEN / "factiva_plain_de.rtf").read_bytes(), 2),
        ((GOLDEN / "nexis_numbered_en.html").read_bytes(), 2),
        (docx((GOLDEN / "nexis_advance_en.docx.txt").read_text("utf-8")), 2),
        ((GOLDEN / "nexis_numbered_en_1990s.txt").read_bytes(), 2),
        (page(1), 1),
    ],
)
def test_a_file_that_is_only_called_doc_is_read_by_its_content(
    tmp_path: Path, content: bytes, count: int
) -> None:
    (tmp_path / "a.doc").write_bytes(content)

    assert len(documents(read(tmp_path / "a.doc"))) >= count


def with_last_cell(book: bytes, cell: str) -> bytes:
    """Return a workbook with one more row: its last cell is in the last corner of the sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            row = f'<row r="1048576">{cell}</row></sheetData>'
            after.writestr(name, before.read(name).replace(b"</sheetData>", row.encode()))
    return out.getvalue()


def test_a_small_workbook_with_billions_of_cells_is_not_opened(tmp_path: Path) -> None:
    book = workbook(ROWS)
    far = with_last_cell(book, '<c r="XFD1048576" t="n"><v>1</v></c>')
    (tmp_path / "far.xlsx").write_bytes(far)
    cell = ods({"May": [("url", "text"), ("", STORY)]})
    repeated = b'<table:table-row table:number-rows-repeated="900000000"'
    with zipfile.ZipFile(io.BytesIO(cell)) as before:
        content = before.read("content.xml").replace(b"<table:table-row", repeated)
    with zipfile.ZipFile(tmp_path / "rows.ods", "w") as after:
        after.writestr(
            zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet"
        )
        after.writestr("content.xml", content)
    (tmp_path / "styled.xlsx").write_bytes(with_last_cell(book, '<c r="XFD1048576" s="1"/>'))

    assert by_locator(read(tmp_path)) == {
        "far.xlsx": "bomb",
        "rows.ods": "bomb",
        "styled.xlsx!May#row=1": "",
    }
