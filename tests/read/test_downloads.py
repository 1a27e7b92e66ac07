"""Downloads of press databanks give the articles of the golden files in `downloads/`."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from tasks.records import Dropped, RawDocument
from tasks.web.json_text import json_of
from tests.read.pdfs import printed
from tests.read.samples import docx, read, reasons

GOLDEN = Path(__file__).parent / "downloads"
FILES = sorted(path for path in GOLDEN.iterdir() if path.suffix != ".json")
CORPORA = os.environ.get("BROADSHEET_CORPORA")


# Files that are made of a text, such as `memo.docx.txt`, by the ending of what is made.
MADE = {
    ".docx": docx,
    ".pdf": lambda text: printed(text, head="The Hembry Post", foot="Page {page} of {pages}"),
}


def write_golden(path: Path, folder: Path) -> Path:
    """Write a golden file into a folder, made of its text where its name ends with `.docx.txt`."""
    kind = path.suffixes[-2] if path.suffix == ".txt" and len(path.suffixes) > 1 else ""
    if kind not in MADE:
        return Path(shutil.copy(path, folder / path.name))
    made = folder / path.name.removesuffix(".txt")
    made.write_bytes(MADE[kind](path.read_text("utf-8")))
    return made


def fields_of(outcome: RawDocument | Dropped) -> dict[str, object]:
    """Return the fields of an outcome as the golden files state them."""
    place = outcome.locator.partition("#")[2]
    if isinstance(outcome, Dropped):
        return {"at": place, "dropped": f"{outcome.outcome}/{outcome.reason}: {outcome.detail}"}
    declared = outcome.declared
    fields = {
        name: getattr(declared, name)
        for name in ("title", "authors", "published", "publication", "section", "language")
    }
    more = {"description": declared.description, "keywords": declared.keywords}
    shown = {name: value for name, value in (fields | more).items() if value}
    text = outcome.body.decode().split("\n\n")
    return {
        "at": place,
        **shown,
        "extra": json.loads(json_of(declared.extra) or "{}"),
        "text": text,
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_download_gives_its_articles_with_all_their_fields(path, tmp_path):
    found = [fields_of(outcome) for outcome in read(write_golden(path, tmp_path))]

    expected = path.with_name(f"{path.name}.json")
    if os.environ.get("REWRITE"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert json.loads(json.dumps(found)) == json.loads(expected.read_text("utf-8"))


@pytest.mark.skipif(not CORPORA, reason="BROADSHEET_CORPORA does not name the corpora")
def test_real_downloads_give_exactly_the_articles_that_were_counted():
    folder = Path(CORPORA or "") / "databanks"
    counts = json.loads((folder / "counts.json").read_text("utf-8"))

    for name, count in counts.items():
        outcomes = read(folder / name)
        assert reasons(outcomes) == [], name
        assert len(outcomes) == count, name
        for outcome in outcomes:
            assert isinstance(outcome, RawDocument)
            assert outcome.declared.title, outcome.locator
            assert outcome.declared.published, outcome.locator
            assert outcome.declared.publication, outcome.locator


def numbered(*marks: str, text: str = "A text of some words.", cover: str = "") -> bytes:
    """Return a download of LexisNexis in plain text with one document per mark."""
    documents = [
        f"{' ' * 30}{mark}\n\n{' ' * 30}The Hembry Post\n\n{' ' * 30}May 10, 2013 Friday\n\n"
        f"Weir closes {mark}\n\nLENGTH: 5 words\n\n{text}\n\nLOAD-DATE: May 10, 2013\n\n"
        for mark in marks
    ]
    return (cover + "\n\n" + "\n\n".join(documents)).encode()


def places(outcomes) -> list[tuple[str, str]]:
    """Return the document number of each outcome, and its reason; "" for a document."""
    return [(o.locator.rpartition("=")[2], getattr(o, "reason", "")) for o in outcomes]


@pytest.mark.parametrize(
    ("marks", "cover", "missing"),
    [
        (["1 of 4 DOCUMENTS", "4 of 4 DOCUMENTS"], "", ["2", "3"]),
        (["2 of 3 DOCUMENTS"], "", ["1", "3"]),
        (["1 of 1,204 DOCUMENTS", "2 of 1,204 DOCUMENTS"], "Selected Items: 1-2", []),
        (["501 of 502 DOCUMENTS", "502 of 502 DOCUMENTS"], "", []),
        (["501 of 900 DOCUMENTS", "502 of 900 DOCUMENTS"], "Selected Items: 501-503", ["503"]),
        (["1 of 2 DOCUMENTS", "2 of 2 DOCUMENTS", "1 of 2 DOCUMENTS"], "", ["4"]),
    ],
)
def test_each_declared_document_that_is_missing_has_a_row(tmp_path, marks, cover, missing):
    (tmp_path / "x.txt").write_bytes(numbered(*marks, cover=cover))

    found = places(read(tmp_path / "x.txt"))

    assert [number for number, reason in found if reason == "missing_document"] == missing
    assert len([number for number, reason in found if not reason]) == len(marks)


def test_a_forged_count_writes_a_limited_number_of_rows(tmp_path):
    (tmp_path / "x.txt").write_bytes(numbered("1 of 9999999 DOCUMENTS"))

    assert len(read(tmp_path / "x.txt")) == 10_001


def test_a_document_of_a_text_that_is_too_large_costs_no_other_document(tmp_path):
    large = numbered("1 of 2 DOCUMENTS", text="word " * 3_000)
    (tmp_path / "x.txt").write_bytes(large + numbered("2 of 2 DOCUMENTS"))

    found = places(read(tmp_path / "x.txt", document_bytes=10_000))

    assert found == [("1", "too_large"), ("2", "")]


def test_a_download_in_a_zip_has_locators_within_its_member(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr("a.TXT", numbered("1 of 1 DOCUMENTS"))
        made.writestr("b.docx", docx((GOLDEN / "nexis_advance_en.docx.txt").read_text("utf-8")))

    locators = [outcome.locator for outcome in read(tmp_path / "x.zip")]

    assert locators == [
        "x.zip!a.TXT#document=1",
        "x.zip!b.docx#document=1",
        "x.zip!b.docx#document=2",
    ]


def test_a_truncated_download_gives_its_complete_articles_and_one_row(tmp_path):
    import gzip

    packed = gzip.compress(numbered(*(f"{n} of 900 DOCUMENTS" for n in range(1, 901))), 1)
    (tmp_path / "x.txt.gz").write_bytes(packed[: len(packed) // 2])

    found = places(read(tmp_path / "x.txt.gz"))

    assert found[0] == ("1", "")
    assert found[-1][1] == "truncated"
    assert "missing_document" not in dict(found).values()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.txt",
            "The council kept 3 of 10 documents\nthat it was asked for.\n\nEnd of Document\n",
        ),
        ("b.txt", "A story.\n\n___________________________\n\nRead it on the site of ProQuest.\n"),
        (
            "c.html",
            "<html><body><p>See search.proquest.com/docview/1</p><p>1 of 2</p></body></html>",
        ),
        (
            "d.html",
            "<html><body><p><b>Author:</b> Jane</p><p>Europresse sells it.</p></body></html>",
        ),
    ],
)
def test_a_text_or_page_that_mentions_databanks_is_no_download(tmp_path, name, text):
    (tmp_path / name).write_text(text)

    assert [outcome.locator for outcome in read(tmp_path / name)] == [name]


def test_a_truncated_docx_is_reported_as_corrupt(tmp_path):
    made = docx((GOLDEN / "nexis_advance_en.docx.txt").read_text("utf-8") * 30)
    (tmp_path / "x.docx").write_bytes(made[:-60])

    assert reasons(read(tmp_path / "x.docx")) == ["corrupt"]


def test_a_picture_in_an_rtf_is_skipped_whatever_its_bytes(tmp_path):
    picture = b"{\\pict\\bin9 }}{{\\par\x00\x01}{\\pict " + b"0a" * 5_000 + b"}"
    (tmp_path / "x.rtf").write_bytes(b"{\\rtf1 One text" + picture + b" goes on.\\par}")

    [document] = read(tmp_path / "x.rtf")

    assert isinstance(document, RawDocument)
    assert document.body == b"One text goes on."


def test_a_document_of_a_page_that_is_too_large_costs_no_other_document(tmp_path):
    page = (GOLDEN / "europresse_2019.html").read_text("utf-8")
    text = "<p>Le conseil a voté"
    (tmp_path / "x.html").write_text(page.replace(text, "<p>mot</p>" * 9_000 + text), "utf-8")

    found = places(read(tmp_path / "x.html", document_bytes=10_000))

    assert found == [("1", "too_large"), ("2", "")]


def test_a_page_with_an_unknown_charset_is_read(tmp_path):
    page = (GOLDEN / "europresse_2012_latin1.html").read_bytes()
    (tmp_path / "x.html").write_bytes(page.replace(b"charset=ISO-8859-1", b"charset=x-unheard-of"))

    [first, _] = read(tmp_path / "x.html")

    assert isinstance(first, RawDocument)
    assert "accents: é" in first.body.decode()


def test_a_docx_that_grows_like_a_bomb_is_dropped(tmp_path):
    (tmp_path / "x.docx").write_bytes(docx("a\n" * 40_000))

    assert reasons(read(tmp_path / "x.docx", expansion_bytes=100_000, expansion_ratio=10)) == [
        "bomb"
    ]
