"""Addresses, dates and authors of the entries of feeds."""

import pytest

from tasks.discover.feeds import read_feed
from tests.discover.feed_samples import ATOM, URL, read, rss, urls


def test_addresses_that_differ_in_the_query_are_two_entries() -> None:
    items = [f"<link>https://c.example/story?id={n}&amp;lang=en</link>" for n in (1, 2)]
    assert urls(read(rss(*items))) == [
        "https://c.example/story?id=1&lang=en",
        "https://c.example/story?id=2&lang=en",
    ]


def test_dates_stay_as_written_and_are_never_confused() -> None:
    listing = read(rss("<link>https://c.example/1</link><pubDate>1 Mar 2024 9:00 CET</pubDate>"))
    assert listing.entries[0].published == "1 Mar 2024 9:00 CET"
    assert listing.entries[0].modified is None


def test_a_date_of_modification_in_rss_is_no_date_of_publication() -> None:
    names = (
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/"'
    )
    dates = (
        "<atom:updated>2024-03-02T09:00:00Z</atom:updated>",
        "<dcterms:modified>2024-03-02T09:00:00Z</dcterms:modified>",
        "<dc:date>2024-03-01T09:00:00Z</dc:date>",
    )
    items = "".join(
        f"<item {names}><link>https://c.example/{number}</link>{written}</item>"
        for number, written in enumerate(dates)
    )
    listing = read(f'<rss version="2.0"><channel>{items}</channel></rss>')
    assert [(one.published, one.modified) for one in listing.entries] == [
        (None, "2024-03-02T09:00:00Z"),
        (None, "2024-03-02T09:00:00Z"),
        ("2024-03-01T09:00:00Z", None),
    ]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ada@courier.example (Ada Moor)", "Ada Moor"),
        ("ada@courier.org (Ada Moor)", "Ada Moor"),
        ("ada@courier.online", None),
        ("Ada Moor", "Ada Moor"),
        ("Ada Moor &amp; Bo Lind", "Ada Moor & Bo Lind"),
    ],
)
def test_authors_are_names_and_not_mail_addresses(written: str, name: str | None) -> None:
    listing = read(rss(f"<link>https://c.example/1</link><author>{written}</author>"))
    assert listing.entries[0].authors == ((name,) if name else ())


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<link> \n https://c.example/a \t</link>", "https://c.example/a"),
        ("<link>/a/b</link>", "https://courier.example/a/b"),
        ("<link>b c</link>", "https://courier.example/news/b%20c"),
        ("<link>https://c.example/a#top</link>", "https://c.example/a"),
        ("<link>https://c.example/#!/a</link>", "https://c.example/#!/a"),
        ("<link>https://bücher.example/ä?ö=%C3%A4</link>", "https://bücher.example/ä?ö=%C3%A4"),
        ('<guid isPermaLink="false">https://c.example/g</guid>', "https://c.example/g"),
        ("<guid>https://c.example/g</guid>", "https://c.example/g"),
        ("<link>mailto:x@c.example</link><guid>https://c.example/g</guid>", "https://c.example/g"),
        ("<link><![CDATA[https://c.example/?a=1&b=2]]></link>", "https://c.example/?a=1&b=2"),
    ],
)
def test_an_entry_is_found_at_the_address_that_it_names(item: str, expected: str) -> None:
    assert urls(read(rss(f"<title>T</title>{item}"))) == [expected]


@pytest.mark.parametrize(
    "item",
    [
        "<title>None at all</title>",
        "<link>ftp://c.example/a</link>",
        "<link>javascript:void(0)</link>",
        "<link>https://</link>",
        "<guid>1234-abcd</guid>",
    ],
)
def test_an_entry_without_a_usable_address_is_counted(item: str) -> None:
    listing = read(rss(f"{item}<title>T</title>", "<link>https://c.example/1</link>"))
    assert urls(listing) == ["https://c.example/1"]
    assert listing.unlinked == 1


def test_relative_addresses_are_resolved_against_the_base_of_the_feed() -> None:
    based = ATOM.replace("<feed ", '<feed xml:base="https://archive.example/2024/" ')
    assert urls(read(based.replace('"/a"', '"a"')))[0] == "https://archive.example/2024/a"


@pytest.mark.parametrize(("kind", "count"), [("text/html", 1), ("audio/mpeg", 0)])
def test_an_enclosure_that_is_a_page_is_the_address_of_an_entry_without_a_link(
    kind: str, count: int
) -> None:
    item = f"<item><enclosure url='https://a.example/1' type='{kind}'/></item>"
    found = read_feed(f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), URL, ())
    assert len(found.entries) == count
