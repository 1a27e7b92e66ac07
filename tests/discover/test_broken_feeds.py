"""Broken and hostile feeds, whose entries are read as far as possible."""

import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.discover.feeds import read_feed
from tasks.discover.newest import keep_newest
from tests.discover.feed_samples import URL, read, rss, urls


def test_a_stray_ampersand_is_a_fault_and_loses_no_entry() -> None:
    items = [f"<title>Fish & chips {n}</title><link>https://c.example/{n}</link>" for n in range(9)]
    listing = read(rss(*items))
    assert urls(listing) == [f"https://c.example/{n}" for n in range(9)]
    assert listing.entries[3].title == "Fish & chips 3"
    assert listing.fault is not None
    assert "not well-formed" in listing.fault


def test_a_truncated_json_feed_gives_its_whole_items() -> None:
    items = ",".join(f'{{"url": "https://c.example/{n}"}}' for n in range(5))
    listing = read(f'{{"items": [{items}'[:-10])
    assert urls(listing) == [f"https://c.example/{n}" for n in range(4)]
    assert listing.fault is not None


def test_a_truncated_feed_gives_its_whole_entries() -> None:
    items = [f"<link>https://c.example/{n}</link><title>T</title>" for n in range(5)]
    whole = rss(*items)
    listing = read(whole[: whole.index(b"/4</link>") + 20])
    assert urls(listing)[:4] == [f"https://c.example/{n}" for n in range(4)]
    assert listing.fault is not None


@pytest.mark.parametrize(
    "content",
    ["", " \n", "<!doctype html><title>Gone</title><p>Sorry", "not found", "{}", '{"a": 1}', "{"],
)
def test_content_that_is_no_feed_has_a_fault_and_no_entries(content: str) -> None:
    listing = read(content)
    assert listing.entries == ()
    assert listing.fault


def test_items_under_a_wrong_root_are_read() -> None:
    content = rss("<link>https://c.example/1</link>").replace(b"rss", b"xml-feed")
    assert urls(read(content)) == ["https://c.example/1"]
    assert read(content).fault


@pytest.mark.parametrize("reference", ["&#xD83D;&#xDE00;", "&#55357;&#56832;"])
def test_references_to_surrogates_do_not_lose_the_feed(reference: str) -> None:
    listing = read(rss(f"<title>Ha {reference}</title><link>https://c.example/1</link>"))
    assert listing.entries[0].title == "Ha 😀"


@pytest.mark.parametrize(
    "poison",
    [
        "<title>&#x110000;</title>",
        "<title>&#99999999999999999999;</title>",
        f"<title>&#{'0' * 5_000}65;</title>",
        "<title>&#xDEAD;</title>",
        "<x:width xmlns:x='http://search.yahoo.com/mrss/'>x</x:width>",
        "</georss:point></gml:pos></psc:chapter></media:rating></textInput></image>",
    ],
)
def test_elements_that_feedparser_fails_on_do_not_lose_the_feed(poison: str) -> None:
    listing = read(rss(f"{poison}<link>https://c.example/1</link>"))
    assert urls(listing) == ["https://c.example/1"]


LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">' for n in range(12)
)
ATTACKS = {
    "nested": f"<!DOCTYPE r [{LAUGHS}]>",
    "nested on lines": f"<!DOCTYPE r [{LAUGHS}]>".replace("<!E", "\n<!E"),
    "long": f'<!DOCTYPE r [\n<!ENTITY l11 "{"x" * 100_000}">\n]>',
    "parameter": "<!DOCTYPE r [<!ENTITY % p \"<!ENTITY l11 'x'>\"> %p;]>",
    "external": '<!DOCTYPE r [\n<!ENTITY l11 SYSTEM "FILE">\n]>',
    "external subset": '<!DOCTYPE r SYSTEM "FILE">',
    "external parameter": '<!DOCTYPE r [<!ENTITY % p SYSTEM "FILE"> %p;]>',
}


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-7"])
@pytest.mark.parametrize("stray", ["", "&"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_entities_do_not_expand_without_end_or_read_files(
    attack: str, stray: str, charset: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOP-SECRET")
    head = ATTACKS[attack].replace("FILE", secret.as_uri())
    title = f"<title>{stray} {'&l11;' * 20_000}</title>"
    content = rss(f"<link>https://c.example/1</link>{title}", head=head).decode().encode(charset)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    listing = read(content, (("content-type", f"application/xml; charset={charset}"),))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert urls(listing) == ["https://c.example/1"]
    assert "TOP-SECRET" not in repr(listing)
    assert grown < 100_000  # kB


def test_harmless_entities_are_resolved() -> None:
    head = '<!DOCTYPE rss [\n<!ENTITY site "Courier">\n<!ENTITY eacute "&#233;">\n]>'
    listing = read(
        rss("<title>&site; caf&eacute;</title><link>https://c.example/1</link>", head=head)
    )
    assert listing.entries[0].title == "Courier café"


PIECES = st.sampled_from(
    [
        b"<rss>", b"<channel>", b"<item>", b"</item>", b"<entry>", b"<link>", b"</link>",
        b"<link/>",
        b"<title>", b"</title>", b"<guid>", b"<author>", b"</author>", b"<pubDate>", b"</pubDate>",
        b"&", b"&#", b"&#xD800;", b"&#99999999999;", b"<![CDATA[", b"]]>", b"<!--", b"<!DOCTYPE [",
        b"<!ENTITY a 'b'>", b"<?xml ", b"?>", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"{",
        b'{"items":[',
        b"https://c.example/1", b"http://[", b" encoding='utf-7'", b"<georss:point>", b"<image>",
        b"<dc:date>9999-99-99</dc:date>", b"<svg>", b"<x xml:base='http://['>", b"<category/>",
    ]
)  # fmt: skip


@given(
    st.one_of(
        st.binary(max_size=300), st.lists(st.one_of(PIECES, st.binary(max_size=4))).map(b"".join)
    )
)
def test_any_bytes_give_a_listing(content: bytes) -> None:
    listing = read_feed(content, URL, (("content-type", "text/xml; charset=undefined"),))
    assert listing.how == "feed"
    assert listing.fault is None or "\n" not in listing.fault
    assert all(entry.url.startswith(("http://", "https://")) for entry in listing.entries)


def test_both_ends_of_a_huge_feed_are_read_and_the_rest_is_counted() -> None:
    items = "".join(f"<item><link>https://a.example/{n}</link></item>" for n in range(20_100))
    found = read_feed(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), URL, ())
    assert (len(found.entries), found.left_out, found.fault) == (20_000, 100, None)
    assert {found.entries[0].url, found.entries[-1].url} == {
        "https://a.example/0",
        "https://a.example/20099",
    }
    assert keep_newest(found, 5_000).left_out == 15_100
