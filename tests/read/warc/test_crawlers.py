"""Records as other tools write them: Browsertrix, wget, Heritrix, Common Crawl (WET), WACZ."""

import pytest

from tests.read.samples import by_locator, documents, read, reasons, record, wacz
from tests.read.test_archives import write, zipped

TEXT = b"Weir closes\nThe weir closes on Monday, the council said <html> and so on.\n"
PLAIN = {"Content-Type": "text/plain"}


def conversion(number: int, **changes: str) -> bytes:
    """Return the text of a page, as WET files have it."""
    return record(number, TEXT, kind="conversion", http=PLAIN, warc=changes)


@pytest.mark.parametrize("size", [300, 8_000_000])
def test_texts_of_a_wet_file_are_documents_with_their_address(tmp_path, size):
    info = record(0, b"isPartOf: x", kind="warcinfo")
    languages = {"WARC-Identified-Content-Language": "eng,fra"}
    texts = [conversion(number, **languages) for number in range(5)]
    path = write(tmp_path, b"".join([info, *texts]), "a.warc.wet.gz")

    outcomes = read(path, batch_bytes=size, stripe_bytes=size)

    assert [one.url for one in documents(outcomes)] == [
        f"https://news.example/{number}" for number in range(5)
    ]
    for document in documents(outcomes):
        assert document.media == "text"
        assert document.body == TEXT
        assert document.fetched_at
        assert document.declared.extra == {"identified_languages": "eng,fra"}


def test_conversions_beside_the_pages_they_were_made_of_are_no_documents(tmp_path):
    path = write(tmp_path, record(1) + conversion(1), "a.warc.gz")

    assert [one.media for one in documents(read(path))] == ["html"]


@pytest.mark.parametrize(
    "address",
    [
        "urn:text:https://news.example/1",
        "urn:pageinfo:https://news.example/1",
        "urn:view:https://news.example/1",
        "metadata://gnu.org/software/wget/warc/wget.log",
        "<metadata://gnu.org/software/wget/warc/MANIFEST.txt>",
        "dns:news.example",
    ],
)
@pytest.mark.parametrize("kind", ["resource", "response"])
def test_records_that_describe_the_crawl_are_no_documents(tmp_path, address, kind):
    described = record(2, TEXT, kind=kind, http=PLAIN, url=address)

    assert [one.url for one in read(write(tmp_path, record(1) + described, "a.warc.gz"))] == [
        "https://news.example/1"
    ]


def test_a_wacz_gives_each_page_once_and_a_row_for_what_repeats_it(tmp_path):
    path = write(tmp_path, zipped(wacz()), "a.wacz")

    assert by_locator(read(path)) == {
        "a.wacz!archive/rec.warc.gz#offset=0": "",
        "a.wacz!indexes/index.cdx.gz": "companion",
        "a.wacz!pages/pages.jsonl": "companion",
        "a.wacz!logs/crawl.log": "companion",
        "a.wacz!datapackage.json": "companion",
    }


def test_a_zip_is_a_wacz_by_what_is_in_it(tmp_path):
    members = wacz()
    del members["archive/rec.warc.gz"]
    rows = read(write(tmp_path, zipped(members), "a.zip"))

    assert "companion" in reasons(read(write(tmp_path, zipped(wacz()), "b.zip")))
    assert "companion" not in reasons(rows)
    assert "The text of the page, once more." in str(documents(rows))
