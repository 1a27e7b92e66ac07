"""Sitemaps of every valid form."""

import gzip

import pytest

from tasks.discover.model import Listing
from tasks.discover.sitemaps import read_sitemap
from tests.discover.sitemap_samples import NEWS, PLAIN, URL, locs, read, urls, urlset


@pytest.mark.parametrize("attributes", [PLAIN, "", 'xmlns="https://somewhere.example/else"'])
def test_entries_are_read_with_their_lastmod_in_any_namespace(attributes: str) -> None:
    entry = "<loc>\n https://courier.example/a </loc><lastmod> 2024-03-01 </lastmod>"
    (listed,) = read(urlset(entry, attributes=attributes)).entries
    assert (listed.url, listed.modified) == ("https://courier.example/a", "2024-03-01")
    assert listed.published is None


def test_prefixes_and_extensions_do_not_hide_the_address() -> None:
    content = (
        '<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml"><s:url>'
        "<image:image><image:loc>https://courier.example/a.jpg</image:loc></image:image>"
        '<xhtml:link rel="alternate" hreflang="de" href="https://courier.example/de/a"/>'
        "<s:loc><![CDATA[https://courier.example/?id=1&x=2]]></s:loc></s:url></s:urlset>"
    )
    assert urls(read(content.encode())) == ["https://courier.example/?id=1&x=2"]


def test_the_news_extension_gives_title_and_date() -> None:
    entry = (
        "<loc>https://courier.example/a</loc><lastmod>2024-03-02</lastmod><news:news>"
        "<news:publication><news:name>Courier</news:name></news:publication>"
        "<news:publication_date>2024-03-01T09:00:00Z</news:publication_date>"
        "<news:title>Ferry &amp;amp; pier</news:title></news:news>"
    )
    listing = read(urlset(entry, "<loc>/b</loc>", attributes=f"{PLAIN} {NEWS}"))
    first = listing.entries[0]
    assert listing.how == "news_sitemap"
    assert (first.title, first.published) == ("Ferry & pier", "2024-03-01T09:00:00Z")
    assert first.modified == "2024-03-02"
    assert urls(listing)[1] == "https://courier.example/b"


def test_an_index_names_its_children_with_their_dates() -> None:
    listing = read(
        f"<sitemapindex {PLAIN}><sitemap><loc>https://courier.example/1.xml</loc>"
        "<lastmod>2024-03-01</lastmod></sitemap><sitemap><loc>2.xml.gz</loc></sitemap>"
        "<sitemap><loc>ftp://courier.example/3</loc></sitemap></sitemapindex>".encode()
    )
    assert listing.children == (
        ("https://courier.example/1.xml", "2024-03-01"),
        ("https://courier.example/maps/2.xml.gz", None),
    )
    assert (listing.how, listing.entries, listing.unlinked) == ("sitemap", (), 1)


def test_addresses_that_differ_in_the_query_are_two_entries() -> None:
    two = ["https://courier.example/story?id=1", "https://courier.example/story?id=2"]
    assert urls(read(locs(*two))) == two


def test_addresses_that_are_not_http_are_counted() -> None:
    listing = read(locs("mailto:a@courier.example", "", "https://courier.example/a"))
    assert (urls(listing), listing.unlinked) == (["https://courier.example/a"], 2)


def test_gzip_of_any_number_of_members_is_decompressed() -> None:
    content = locs("https://courier.example/a")
    packed = gzip.compress(content[:90]) + gzip.compress(content[90:])
    assert read(packed) == read(content)


def test_plain_text_has_an_address_per_line() -> None:
    listing = read(
        b"\xef\xbb\xbfhttps://courier.example/a\r\n\r\n http://courier.example/b \nhello\n"
    )
    assert urls(listing) == ["https://courier.example/a", "http://courier.example/b"]
    assert (listing.how, listing.unlinked, listing.fault) == ("sitemap", 1, None)


def test_plain_text_that_is_cut_gives_no_partial_address() -> None:
    lines = "".join(f"https://courier.example/story-{n}\n" for n in range(10)).encode()
    assert urls(read_sitemap(lines, URL, len(lines) - 4))[-1] == "https://courier.example/story-8"


def test_a_feed_is_a_sitemap_too() -> None:
    listing = read(
        b'<rss version="2.0"><channel><image><url>https://courier.example/logo.png</url></image>'
        b"<item><link>https://courier.example/a</link><pubDate>1 Mar 2024</pubDate></item>"
        b"</channel></rss>"
    )
    assert (listing.how, urls(listing)) == ("sitemap", ["https://courier.example/a"])
    assert listing.entries[0].published == "1 Mar 2024"


def test_an_empty_sitemap_has_no_fault() -> None:
    assert read(urlset()) == Listing("sitemap")


def test_fifty_thousand_entries_are_all_read() -> None:
    listing = read(locs(*(f"https://courier.example/{n}" for n in range(50_000))))
    assert urls(listing) == [f"https://courier.example/{n}" for n in range(50_000)]


def test_tags_in_capitals_are_read() -> None:
    content = b"<URLSET><URL><LOC>https://courier.example/a</LOC></URL></URLSET>"
    assert urls(read(content)) == ["https://courier.example/a"]


def test_sitemaps_in_a_list_of_pages_are_children() -> None:
    listing = read(locs("https://courier.example/a", "https://courier.example/s-2.xml.gz?x=1"))
    assert urls(listing) == ["https://courier.example/a"]
    assert listing.children == (("https://courier.example/s-2.xml.gz?x=1", None),)
