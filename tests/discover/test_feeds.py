"""Feeds of every format and encoding."""

import io
import os
import re
from pathlib import Path

import feedparser
import pytest

from tasks.discover.feeds import read_feed
from tasks.discover.model import Listing
from tests.discover.feed_samples import ATOM, URL, read, rss, urls

CORPORA = os.environ.get("BROADSHEET_CORPORA")
HEADER_LINE = re.compile(rb"^Header:\s*([\w-]+):(.+)$", re.MULTILINE)


def test_the_entries_of_an_atom_feed_have_their_own_dates_and_plain_titles() -> None:
    listing = read(ATOM)
    first, second = listing.entries
    assert listing.title == "Skerrow Gazette"
    assert first.url == "https://courier.example/a"
    assert first.title == "Ferry & pier closed"
    assert (first.published, first.modified) == ("2024-03-01T09:00:00Z", "2024-03-02T09:00:00Z")
    assert first.authors == ("Ada Moor",)
    assert (second.published, second.modified) == (None, "2024-03-03T09:00:00Z")
    assert listing.fault is None
    assert listing.unlinked == 0


@pytest.mark.parametrize("declared", ["us-ascii", "utf-16", "windows-1251", "no-such-charset"])
def test_a_wrong_declared_encoding_loses_no_entry_and_no_letter(declared: str) -> None:
    item = "<title>Zoë på øya</title><link>https://c.example/zoë</link>"
    listing = read(rss(item, head=f'<?xml version="1.0" encoding="{declared}"?>'))
    assert listing.entries[0].title == "Zoë på øya"
    assert urls(listing) == ["https://c.example/zoë"]


def test_latin_1_that_is_declared_as_utf_8_is_read_and_is_a_fault() -> None:
    content = rss("<title>Zoë</title><link>https://c.example/1</link>")
    listing = read(content.decode().encode("latin-1"), (("Content-Type", "text/xml"),))
    assert listing.entries[0].title == "Zoë"
    assert listing.fault is not None


def test_the_charset_of_the_header_is_preferred_to_that_of_the_document() -> None:
    item = "<title>Москва</title><link>https://c.example/1</link>"
    content = rss(item, head='<?xml version="1.0" encoding="iso-8859-1"?>')
    as_sent = content.decode().encode("koi8-r")
    listing = read(as_sent, (("content-type", "application/rss+xml; charset=koi8-r"),))
    assert listing.entries[0].title == "Москва"


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_and_utf_32_are_read_with_and_without_a_byte_order_mark(charset: str) -> None:
    content = rss("<title>One</title><link>https://c.example/1</link>").decode().encode(charset)
    assert urls(read(content)) == ["https://c.example/1"]


def test_names_of_other_python_codecs_do_no_harm() -> None:
    item = "<link>https://c.example/1</link>"
    for charset in ("undefined", "idna", "hex", "unicode_escape", "\0"):
        content = rss(item, head=f'<?xml version="1.0" encoding="{charset}"?>')
        headers = (("content-type", f"text/xml; charset={charset}"),)
        assert urls(read(content, headers)) == ["https://c.example/1"]


def test_rdf_gives_its_items_with_their_dc_date_as_published() -> None:
    listing = read(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="https://c.example/"><title>C</title></channel>
        <item rdf:about="https://c.example/1"><title>One</title><link>https://c.example/1</link>
        <dc:date>2024-03-01</dc:date><dc:creator>Ada Moor</dc:creator>
        <dc:creator>Bo Lind</dc:creator></item></rdf:RDF>"""
    )
    (entry,) = listing.entries
    assert (entry.published, entry.modified) == ("2024-03-01", None)
    assert entry.authors == ("Ada Moor", "Bo Lind")


def test_json_feeds_of_both_versions_are_read() -> None:
    listing = read(
        """\ufeff{"version": "https://jsonfeed.org/version/1.1", "title": "C", "items": [
        {"id": "1", "url": "/a", "title": "A &amp; B", "date_published": "2024-03-01T00:00:00Z",
         "date_modified": "2024-03-02", "authors": [{"name": "Ada"}, {"url": "x"}, {"name": "Bo"}]},
        {"id": "https://c.example/b", "author": {"name": "Cy"}},
        {"id": "3", "title": "no address"}, "no item"]}"""
    )
    first, second = listing.entries
    assert (first.url, first.title) == ("https://courier.example/a", "A & B")
    assert (first.published, first.modified) == ("2024-03-01T00:00:00Z", "2024-03-02")
    assert first.authors == ("Ada", "Bo")
    assert (second.url, second.authors) == ("https://c.example/b", ("Cy",))
    assert (listing.how, listing.unlinked, listing.fault) == ("feed", 2, None)


def test_a_feed_without_entries_has_no_fault() -> None:
    assert read(rss()) == Listing("feed", title="Courier")


@pytest.mark.skipif(not CORPORA, reason="BROADSHEET_CORPORA does not name the corpora")
def test_real_feeds_give_no_fewer_entries_than_feedparser() -> None:
    files = sorted((Path(CORPORA or "") / "feeds").rglob("*.xml"))
    wrong = []
    for path in files:
        content = path.read_bytes()
        headers = tuple(
            (name.decode().lower(), value.decode().strip())
            for name, value in HEADER_LINE.findall(content)
        )
        expected = feedparser.parse(io.BytesIO(content), response_headers=dict(headers)).entries
        listing = read_feed(content, URL, headers)
        if len(listing.entries) + listing.unlinked < len(expected):
            wrong.append(path)
    assert len(files) > 1_000
    assert not wrong
