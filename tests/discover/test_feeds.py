"""Feeds: every entry of every format, however broken, and nothing that a hostile one wants."""

import io
import os
import re
import resource
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.discover.feeds import read_feed
from tasks.discover.model import Listing
from tasks.fetch.model import Headers

CORPORA = os.environ.get("BROADSHEET_CORPORA")
URL = "https://courier.example/news/feed.xml"
HEADER_LINE = re.compile(rb"^Header:\s*([\w-]+):(.+)$", re.MULTILINE)
ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Skerrow Gazette</title>
<entry><title type="html">Ferry &amp;amp; &lt;i&gt;pier&lt;/i&gt; closed</title>
<link href="/a"/><id>tag:gazette.example,2024:1</id><published>2024-03-01T09:00:00Z</published>
<updated>2024-03-02T09:00:00Z</updated><author><name>Ada Moor</name></author></entry>
<entry><title>Two</title><link rel="alternate" href="https://gazette.example/b"/>
<updated>2024-03-03T09:00:00Z</updated></entry></feed>"""


def rss(*items: str, head: str = '<?xml version="1.0"?>', root: str = "") -> bytes:
    joined = "".join(f"<item>{item}</item>" for item in items)
    channel = f"<channel><title>Courier</title>{joined}</channel>"
    return f'{head}<rss version="2.0"{root}>{channel}</rss>'.encode()


def read(content: bytes | str, headers: Headers = ()) -> Listing:
    return read_feed(content.encode() if isinstance(content, str) else content, URL, headers)


def urls(listing: Listing) -> list[str]:
    return [entry.url for entry in listing.entries]


def test_an_atom_feed_of_two_gives_both_with_their_own_dates_and_plain_titles() -> None:
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


def test_a_stray_ampersand_loses_no_entry_and_is_noted() -> None:
    items = [f"<title>Fish & chips {n}</title><link>https://c.example/{n}</link>" for n in range(9)]
    listing = read(rss(*items))
    assert urls(listing) == [f"https://c.example/{n}" for n in range(9)]
    assert listing.entries[3].title == "Fish & chips 3"
    assert listing.fault is not None
    assert "not well-formed" in listing.fault


def test_one_query_apart_are_two_entries() -> None:
    items = [f"<link>https://c.example/story?id={n}&amp;lang=en</link>" for n in (1, 2)]
    assert urls(read(rss(*items))) == [
        "https://c.example/story?id=1&lang=en",
        "https://c.example/story?id=2&lang=en",
    ]


@pytest.mark.parametrize("declared", ["us-ascii", "utf-16", "windows-1251", "no-such-charset"])
def test_a_wrong_declared_encoding_loses_no_entry_and_no_letter(declared: str) -> None:
    item = "<title>Zoë på øya</title><link>https://c.example/zoë</link>"
    listing = read(rss(item, head=f'<?xml version="1.0" encoding="{declared}"?>'))
    assert listing.entries[0].title == "Zoë på øya"
    assert urls(listing) == ["https://c.example/zoë"]


def test_latin_1_that_says_it_is_utf_8_is_read_and_noted() -> None:
    content = rss("<title>Zoë</title><link>https://c.example/1</link>")
    listing = read(content.decode().encode("latin-1"), (("Content-Type", "text/xml"),))
    assert listing.entries[0].title == "Zoë"
    assert listing.fault is not None


def test_the_charset_of_the_header_goes_before_the_one_in_the_document() -> None:
    item = "<title>Москва</title><link>https://c.example/1</link>"
    content = rss(item, head='<?xml version="1.0" encoding="iso-8859-1"?>')
    as_sent = content.decode().encode("koi8-r")
    listing = read(as_sent, (("content-type", "application/rss+xml; charset=koi8-r"),))
    assert listing.entries[0].title == "Москва"


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_read_with_and_without_a_mark(charset: str) -> None:
    content = rss("<title>One</title><link>https://c.example/1</link>").decode().encode(charset)
    assert urls(read(content)) == ["https://c.example/1"]


def test_what_codecs_of_python_do_is_no_reason_to_fail() -> None:
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


def test_dates_are_as_written_and_one_is_never_taken_for_the_other() -> None:
    listing = read(rss("<link>https://c.example/1</link><pubDate>1 Mar 2024 9:00 CET</pubDate>"))
    assert listing.entries[0].published == "1 Mar 2024 9:00 CET"
    assert listing.entries[0].modified is None


def test_a_change_that_an_item_of_rss_declares_is_no_publication() -> None:
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
def test_authors_are_names_and_no_mail_addresses(written: str, name: str | None) -> None:
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


def test_addresses_are_joined_to_the_base_that_the_feed_names() -> None:
    based = ATOM.replace("<feed ", '<feed xml:base="https://archive.example/2024/" ')
    assert urls(read(based.replace('"/a"', '"a"')))[0] == "https://archive.example/2024/a"


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


def test_a_json_feed_that_breaks_off_gives_what_stands_before() -> None:
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
def test_what_is_no_feed_has_no_entries_and_says_why(content: str) -> None:
    listing = read(content)
    assert listing.entries == ()
    assert listing.fault


def test_a_feed_without_entries_is_no_fault() -> None:
    assert read(rss()) == Listing("feed", title="Courier")


def test_items_under_a_wrong_root_are_read() -> None:
    content = rss("<link>https://c.example/1</link>").replace(b"rss", b"xml-feed")
    assert urls(read(content)) == ["https://c.example/1"]
    assert read(content).fault


@pytest.mark.parametrize("reference", ["&#xD83D;&#xDE00;", "&#55357;&#56832;"])
def test_halves_of_a_character_do_not_lose_the_feed(reference: str) -> None:
    listing = read(rss(f"<title>Ha {reference}</title><link>https://c.example/1</link>"))
    assert listing.entries[0].title == "Ha 😀"


@pytest.mark.parametrize(
    "poison",
    [
        "<title>&#x110000;</title>",
        "<title>&#99999999999999999999;</title>",
        "<title>&#xDEAD;</title>",
        "<x:width xmlns:x='http://search.yahoo.com/mrss/'>x</x:width>",
        "</georss:point></gml:pos></psc:chapter></media:rating></textInput></image>",
    ],
)
def test_what_feedparser_fails_on_does_not_lose_the_feed(poison: str) -> None:
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
def test_entities_neither_expand_nor_reach_out(
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


@pytest.mark.skipif(not CORPORA, reason="BROADSHEET_CORPORA does not name the corpora")
def test_no_real_feed_gives_an_entry_fewer_than_feedparser() -> None:
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
