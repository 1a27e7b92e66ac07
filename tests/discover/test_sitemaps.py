"""Sitemaps: every form of them, broken ones included, and never half an address."""

import gzip
import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.discover.model import Listing
from tasks.discover.sitemaps import read_sitemap
from tests.growth import is_linear

URL = "https://courier.example/maps/sitemap.xml"
PLAIN = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def urlset(*entries: str, attributes: str = PLAIN) -> bytes:
    body = "".join(f"<url>{entry}</url>\n" for entry in entries)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {attributes}>{body}</urlset>'.encode()


def locs(*urls: str) -> bytes:
    return urlset(*(f"<loc>{url}</loc>" for url in urls))


def read(content: bytes) -> Listing:
    return read_sitemap(content, URL)


def urls(listing: Listing) -> list[str]:
    return [entry.url for entry in listing.entries]


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


def test_an_undeclared_prefix_costs_a_fault_and_no_entry() -> None:
    entry = "<loc>https://courier.example/a</loc><news:news><news:title>T</news:title></news:news>"
    listing = read(urlset(entry))
    assert [(one.url, one.title) for one in listing.entries] == [("https://courier.example/a", "T")]


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


def test_one_query_apart_are_two_entries() -> None:
    two = ["https://courier.example/story?id=1", "https://courier.example/story?id=2"]
    assert urls(read(locs(*two))) == two


def test_a_stray_ampersand_changes_no_address() -> None:
    listing = read(
        urlset(
            "<loc>https://courier.example/?id=1&page=2</loc>",
            "<loc><![CDATA[https://courier.example/?id=2&page=2]]></loc>",
            "<loc>https://courier.example/?id=3&amp;page=2</loc>",
            "<loc>https://courier.example/?id=4&copy=2&</loc>",
        )
    )
    assert urls(listing) == [
        "https://courier.example/?id=1&page=2",
        "https://courier.example/?id=2&page=2",
        "https://courier.example/?id=3&page=2",
        "https://courier.example/?id=4&copy=2&",
    ]
    assert listing.fault


@pytest.mark.parametrize("sent", ["latin-1", "utf-16", "utf-8"])
@pytest.mark.parametrize("declared", ["UTF-8", "ISO-8859-1", "nonsense"])
def test_a_wrong_declared_encoding_loses_no_entry_and_no_letter(sent: str, declared: str) -> None:
    content = locs("https://courier.example/før", "https://courier.example/b").decode()
    listing = read(content.replace("UTF-8", declared).encode(sent))
    assert urls(listing) == ["https://courier.example/før", "https://courier.example/b"]


def test_addresses_that_are_not_http_are_counted() -> None:
    listing = read(locs("mailto:a@courier.example", "", "https://courier.example/a"))
    assert (urls(listing), listing.unlinked) == (["https://courier.example/a"], 2)


def test_a_truncated_sitemap_gives_whole_addresses_only() -> None:
    whole = locs(*(f"https://courier.example/story-{n}" for n in range(100)))
    complete = {f"https://courier.example/story-{n}" for n in range(100)}
    for end in range(len(whole) - 400, len(whole) - 20):
        listing = read(whole[:end])
        assert set(urls(listing)) <= complete
        assert len(listing.entries) == whole[:end].count(b"</url>")
        assert listing.fault


def test_what_follows_a_broken_entry_is_read() -> None:
    content = locs("https://courier.example/1", "https://courier.example/2").replace(
        b"/1</loc>", b"/1"
    )
    assert "https://courier.example/2" in urls(read(content))


@pytest.mark.parametrize("before", [b"\n\n", b"Warning: on line 3\n", b"\xef\xbb\xbf \n"])
def test_what_stands_before_the_declaration_loses_nothing(before: bytes) -> None:
    assert urls(read(before + locs("https://courier.example/a"))) == ["https://courier.example/a"]


def test_gzip_is_undone_in_any_number_of_members() -> None:
    content = locs("https://courier.example/a")
    packed = gzip.compress(content[:90]) + gzip.compress(content[90:])
    assert read(packed) == read(content)


def test_truncated_gzip_gives_what_is_there_and_a_fault() -> None:
    content = locs(*(f"https://courier.example/{n * 7919 % 1000}" for n in range(2_000)))
    packed = gzip.compress(content)
    listing = read(packed[: len(packed) // 2])
    assert 100 < len(listing.entries) < 2_000
    assert listing.fault is not None
    assert "truncated gzip" in listing.fault


def test_a_bomb_is_cut_at_the_limit() -> None:
    content = locs("https://courier.example/a") + b" " * 100_000_000
    packed = gzip.compress(content)
    del content
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    listing = read_sitemap(packed, URL, 1_000_000)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert urls(listing) == ["https://courier.example/a"]
    assert listing.fault is not None
    assert "longer than 1000000 bytes" in listing.fault
    assert grown < 50_000  # kB


def test_plain_text_is_an_address_a_line() -> None:
    listing = read(
        b"\xef\xbb\xbfhttps://courier.example/a\r\n\r\n http://courier.example/b \nhello\n"
    )
    assert urls(listing) == ["https://courier.example/a", "http://courier.example/b"]
    assert (listing.how, listing.unlinked, listing.fault) == ("sitemap", 1, None)


def test_plain_text_that_is_cut_gives_no_half_address() -> None:
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


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", b"<!doctype html><html><body>Not found", b"Not found", b"<urlset", b"\x1f\x8b"],
)
def test_what_is_no_sitemap_has_no_entries_and_says_why(content: bytes) -> None:
    listing = read(content)
    assert (listing.entries, listing.children) == ((), ())
    assert listing.fault


def test_an_empty_sitemap_is_no_fault() -> None:
    assert read(urlset()) == Listing("sitemap")


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "https://courier.example/expanded">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "FILE">]>',
        '<!DOCTYPE x SYSTEM "FILE">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "FILE"> %p;]>',
    ],
)
def test_entities_are_neither_resolved_nor_guessed(doctype: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('<!ENTITY a "https://courier.example/TOP-SECRET">')
    body = "<urlset><url><loc>&a;</loc></url><url><loc>https://courier.example/b&a;</loc></url>"
    content = doctype.replace("FILE", secret.as_uri()) + body
    content += "<url><loc>https://courier.example/c</loc></url></urlset>"
    listing = read(content.encode())
    assert urls(listing)[-1] == "https://courier.example/c"
    assert "expanded" not in repr(listing)
    assert "TOP-SECRET" not in repr(listing)
    assert "https://courier.example/b" not in urls(listing)


def test_nested_entities_take_no_memory() -> None:
    nested = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 15))
    content = (
        f'<!DOCTYPE x [<!ENTITY a0 "ha">{nested}]><urlset><url><loc>&a14;</loc></url></urlset>'
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read(content.encode()).entries == ()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_fifty_thousand_entries_are_all_there() -> None:
    listing = read(locs(*(f"https://courier.example/{n}" for n in range(50_000))))
    assert urls(listing) == [f"https://courier.example/{n}" for n in range(50_000)]


PIECES = st.sampled_from(
    [
        b"<urlset>", b"<url>", b"</url>", b"<loc>", b"</loc>", b"<lastmod>", b"<sitemap>",
        b"</sitemap>", b"<sitemapindex>", b"<news:news>", b"</urlset>", b"&", b"&a;", b"<![CDATA[",
        b"]]>", b"<!--", b"<!DOCTYPE x [", b"<!ENTITY a 'b'>]>", b"<?xml encoding='x'?>", b"\0",
        b"\xff\xfe", b"\x1f\x8b", b"<rss>", b"<html>", b"https://c.example/1", b"http://[", b"\n",
    ]
)  # fmt: skip


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.one_of(PIECES, st.binary(max_size=4))).map(b"".join),
    )
)
def test_any_bytes_give_a_listing(content: bytes) -> None:
    for given_bytes in (content, gzip.compress(content), gzip.compress(content)[:-9]):
        listing = read(given_bytes)
        assert listing.how in ("sitemap", "news_sitemap")
        assert all(entry.url.startswith(("http://", "https://")) for entry in listing.entries)


def test_tags_in_capitals_are_read() -> None:
    content = b"<URLSET><URL><LOC>https://courier.example/a</LOC></URL></URLSET>"
    assert urls(read(content)) == ["https://courier.example/a"]


def test_sitemaps_in_a_list_of_pages_are_read_as_such() -> None:
    listing = read(locs("https://courier.example/a", "https://courier.example/s-2.xml.gz?x=1"))
    assert urls(listing) == ["https://courier.example/a"]
    assert listing.children == (("https://courier.example/s-2.xml.gz?x=1", None),)


@pytest.mark.parametrize("broken", ["<loc>/b&#xD800;</loc>", "<a:b xmlns:a='&#55296;'/>"])
def test_references_to_surrogates_hide_no_other_entry(broken: str) -> None:
    listing = read(urlset("<loc>/a</loc>", broken))
    assert urls(listing)[0] == "https://courier.example/a"


@pytest.mark.parametrize("piece", [b"<?xml", b"<![CDATA[", b"<!--", b"<?xml encoding='", b"&#"])
def test_what_is_never_closed_is_read_in_linear_time(piece: bytes) -> None:
    def work(size: int) -> None:
        read(b"<urlset>&" + piece * (size // len(piece)) + b"\xff")

    assert is_linear(work, 20_000)


def test_ampersands_are_mended_outside_of_cdata_only() -> None:
    listing = read(urlset("<loc>/a?b&c</loc>", "<loc><![CDATA[/a?d&e]]></loc>", "<![CDATA["))
    assert urls(listing) == ["https://courier.example/a?b&c", "https://courier.example/a?d&e"]
