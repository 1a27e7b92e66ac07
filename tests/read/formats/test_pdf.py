"""PDF files: texts without what belongs to the pages, and damaged, hostile and locked files."""

import gzip
import io
import zipfile
import zlib
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from tasks.records import Dropped
from tests.read.pdfs import Piece, from_objects, pdf, printed, stream
from tests.read.samples import Outcome, by_locator, documents, read, reasons

STORY = "The council of Pennow met on Monday and closed the weir."
GOLDEN = Path(__file__).parents[1] / "downloads"
PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
    b"/Resources<</Font<<>>/XObject<</X 5 0 R>>>>>>"
)
FORM = stream(
    b"/X Do /X Do",
    entries="/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>",
)
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def read_bytes(folder: Path, data: bytes, name: str = "a.pdf", **changes: int) -> list[Outcome]:
    (folder / name).write_bytes(data)
    return read(folder, **changes)


def texts(outcomes: list[Outcome]) -> list[str]:
    """Return the paragraphs of the only document."""
    [document] = documents(outcomes)
    return document.body.decode().split("\n\n")


def article(pages: int = 3, *, lines: int = 12, start: int = 0) -> list[list[Piece]]:
    """Return pages of full lines below a running head and above a page number."""
    return [
        [
            Piece(72, 752, "The Hembry Post, 10 May 2013", 9),
            *(
                Piece(72, 700 - 13 * n, f"Line {page}.{n} is as long as lines of a column " * 2)
                for n in range(lines)
            ),
            Piece(300, 40, str(start + page), 9),
        ]
        for page in range(1, pages + 1)
    ]


def test_running_heads_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, pdf(article()))

    whole = "\n".join(texts(found))
    assert "Hembry Post" not in whole
    assert whole.startswith("Line 1.0")
    assert whole.count("Line") == 72


def test_a_head_that_is_on_left_pages_only_is_left_out(tmp_path: Path) -> None:
    pages = article(6)
    for page in pages[1::2]:
        page[0] = Piece(72, 752, "News and Views", 9)

    whole = "\n".join(texts(read_bytes(tmp_path, pdf(pages))))

    assert "Hembry" not in whole
    assert "Views" not in whole


def test_a_headline_at_the_same_place_of_each_page_is_kept(tmp_path: Path) -> None:
    pages = [[Piece(72, 740, "Harbour notes", 16, "F2"), *page[1:]] for page in article()]

    assert texts(read_bytes(tmp_path, pdf(pages))).count("Harbour notes") == 3


def test_a_paragraph_goes_on_across_pages(tmp_path: Path) -> None:
    assert len(texts(read_bytes(tmp_path, pdf(article())))) == 1


def test_paragraphs_are_parted_by_gaps_indents_and_short_lines(tmp_path: Path) -> None:
    full = "A full line of this column has about as many letters as this one has"
    places = [(72, 700), (72, 687), (72, 660), (72, 647), (90, 634), (72, 621), (72, 608)]
    lines = [Piece(x, y, full) for x, y in places]
    page = [*lines, Piece(72, 595, "It ends."), Piece(72, 582, full)]

    assert [text.count("full") for text in texts(read_bytes(tmp_path, pdf([page])))] == [2, 2, 3, 1]


def test_words_are_joined_where_a_text_is_hyphenated(tmp_path: Path) -> None:
    cut = [Piece(72, 700 - 13 * n, "the neighbours of the council-") for n in range(6)]
    once = [Piece(72, 700, "a step that was well-"), Piece(72, 687, "known to all of them in it")]

    hyphenated = texts(read_bytes(tmp_path, pdf([cut]), "a.pdf"))
    (tmp_path / "a.pdf").unlink()
    compound = texts(read_bytes(tmp_path, pdf([once]), "b.pdf"))

    assert hyphenated[0].startswith("the neighbours of the councilthe neighbours")
    assert compound == ["a step that was well-known to all of them in it"]


def test_a_pdf_is_recognised_by_its_content_also_within_archives(tmp_path: Path) -> None:
    data = printed(STORY)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("story.txt", data)
        archive.writestr("inner/story.pdf", b"\r\n" + data)
    (tmp_path / "b.pdf.gz").write_bytes(gzip.compress(data))
    (tmp_path / "c.html").write_bytes(data)

    found = read(tmp_path)

    assert by_locator(found) == {
        "a.zip!story.txt": "",
        "a.zip!inner/story.pdf": "",
        "b.pdf.gz": "",
        "c.html": "",
    }
    assert {document.body.decode() for document in documents(found)} == {STORY}


def test_pages_without_text_are_counted(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, pdf([[Piece(72, 700, STORY)], [], []]))

    [document] = documents(found)
    assert document.declared.extra == {"pages": 3, "pages_without_text": 2}


def locked(data: bytes, password: str) -> bytes:
    """Return a PDF that is encrypted with a password, by RC4."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_with_a_password_is_refused_and_one_without_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(locked(printed(STORY), "secret"))
    (tmp_path / "b.pdf").write_bytes(locked(printed(STORY), ""))  # only printing is forbidden

    found = read(tmp_path)

    assert by_locator(found) == {"a.pdf": "encrypted", "b.pdf": ""}


SHAPES = {
    "no text layer": (pdf([[], []]), "no_text"),
    "no pages": (pdf([]), "no_text"),
    "codes": (pdf([[Piece(72, 700, "\x01\x02\x03\x04\x05" * 9)]]), "no_text"),
    "cut in half": (pdf(article())[:1500], "truncated"),
    "only a header": (b"%PDF-1.7\n%%EOF", "corrupt"),
    "noise": (b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"%%EOF", "corrupt"),
    "a page that is no page": (from_objects([CATALOG, b"<</Kids[3 0 R]/Count 1>>", b"5"]), None),
    "pages within themselves": (
        from_objects([CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 1>>"]),
        None,
    ),
    "contents that are themselves": (
        from_objects([CATALOG, PAGES, PAGE, b"[4 0 R 4 0 R]"]),
        None,
    ),
    "a form within itself": (
        from_objects([CATALOG, PAGES, PAGE, stream(b"/X Do"), FORM]),
        None,
    ),
    "text without size": (pdf([[Piece(72, 700, STORY, 0), Piece(1e300, 1e300, STORY)]]), ""),
    "a million nested arrays": (pdf([[Piece(72, 700, "x")]], more=[b"[" * 100_000]), ""),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_damaged_or_hostile_pdf_costs_itself(tmp_path: Path, name: str) -> None:
    data, reason = SHAPES[name]
    (tmp_path / "good.pdf").write_bytes(printed(STORY))

    bad, good = sorted(read_bytes(tmp_path, data, "bad.pdf"), key=lambda one: one.locator)

    assert not isinstance(good, Dropped)
    if reason is None:
        assert isinstance(bad, Dropped)
    else:
        assert getattr(bad, "reason", "") == reason


def test_a_decompression_bomb_is_not_unpacked(tmp_path: Path) -> None:
    content = zlib.compress(b"BT (x) Tj ET\n" * 1_700_000, 1)
    bomb = b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(content), content)
    data = from_objects([CATALOG, PAGES, PAGE, bomb])

    assert reasons(read_bytes(tmp_path, data)) == ["bomb"]


@pytest.mark.slow
def test_a_page_of_endless_operators_is_given_up(tmp_path: Path) -> None:
    data = from_objects([CATALOG, PAGES, PAGE, stream(b"0 0 m\n" * 70_000)])

    assert reasons(read_bytes(tmp_path, data)) == ["bomb"]


@pytest.mark.parametrize("limit", ["pdf_bytes", "pdf_pages"])
def test_a_pdf_beyond_the_limits_is_refused_by_their_name(tmp_path: Path, limit: str) -> None:
    [row] = read_bytes(tmp_path, pdf(article()), **{limit: 2})

    assert isinstance(row, Dropped)
    assert row.reason == "too_large"
    assert f"read.{limit}" in str(row.detail)


def test_a_damaged_page_costs_what_follows_it_and_says_so(tmp_path: Path) -> None:
    text = (GOLDEN / "factiva_plain_en.pdf.txt").read_text("utf-8")
    whole = printed("\n---\n".join([text] * 8))
    reader = PdfReader(io.BytesIO(whole))
    last = reader.pages[-1]["/Contents"].get_object()
    broken = whole.replace(last._data, b"\xff" * len(last._data))

    found = read_bytes(tmp_path, broken)

    assert len(documents(found)) >= 14
    assert reasons(found) == ["corrupt"]
    assert "page 16 of 16" in str(found[-1].detail)
