"""Broken and hostile sitemaps, which are read as far as possible and give no half addresses."""

import gzip
import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.discover.sitemaps import read_sitemap
from tests.discover.sitemap_samples import URL, locs, read, urls, urlset
from tests.growth import is_linear


def test_an_undeclared_prefix_loses_no_entry() -> None:
    entry = "<loc>https://courier.example/a</loc><news:news><news:title>T</news:title></news:news>"
    listing = read(urlset(entry))
    assert [(one.url, one.title) for one in listing.entries] == [("https://courier.example/a", "T")]


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


def test_a_truncated_sitemap_gives_whole_addresses_only() -> None:
    whole = locs(*(f"https://courier.example/story-{n}" for n in range(100)))
    complete = {f"https://courier.example/story-{n}" for n in range(100)}
    for end in range(len(whole) - 400, len(whole) - 20):
        listing = read(whole[:end])
        assert set(urls(listing)) <= complete
        assert len(listing.entries) == whole[:end].count(b"</url>")
        assert listing.fault


def test_entries_behind_a_broken_one_are_read() -> None:
    content = locs("https://courier.example/1", "https://courier.example/2").replace(
        b"/1</loc>", b"/1"
    )
    assert "https://courier.example/2" in urls(read(content))


@pytest.mark.parametrize("before", [b"\n\n", b"Warning: on line 3\n", b"\xef\xbb\xbf \n"])
def test_text_before_the_declaration_loses_no_entry(before: bytes) -> None:
    assert urls(read(before + locs("https://courier.example/a"))) == ["https://courier.example/a"]


def test_truncated_gzip_gives_its_beginning_and_a_fault() -> None:
    content = locs(*(f"https://courier.example/{n * 7919 % 1000}" for n in range(2_000)))
    packed = gzip.compress(content)
    listing = read(packed[: len(packed) // 2])
    assert 100 < len(listing.entries) < 2_000
    assert listing.fault is not None
    assert "truncated gzip" in listing.fault


def test_a_decompression_bomb_is_cut_at_the_limit() -> None:
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


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", b"<!doctype html><html><body>Not found", b"Not found", b"<urlset", b"\x1f\x8b"],
)
def test_content_that_is_no_sitemap_has_a_fault_and_no_entries(content: bytes) -> None:
    listing = read(content)
    assert (listing.entries, listing.children) == ((), ())
    assert listing.fault


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "https://courier.example/expanded">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "FILE">]>',
        '<!DOCTYPE x SYSTEM "FILE">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "FILE"> %p;]>',
    ],
)
def test_entities_are_not_resolved_and_leave_no_half_address(doctype: str, tmp_path: Path) -> None:
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


@pytest.mark.parametrize("broken", ["<loc>/b&#xD800;</loc>", "<a:b xmlns:a='&#55296;'/>"])
def test_references_to_surrogates_do_not_hide_other_entries(broken: str) -> None:
    listing = read(urlset("<loc>/a</loc>", broken))
    assert urls(listing)[0] == "https://courier.example/a"


@pytest.mark.parametrize("piece", [b"<?xml", b"<![CDATA[", b"<!--", b"<?xml encoding='", b"&#"])
def test_unclosed_markup_is_read_in_linear_time(piece: bytes) -> None:
    def work(size: int) -> None:
        read(b"<urlset>&" + piece * (size // len(piece)) + b"\xff")

    assert is_linear(work, 20_000)


def test_ampersands_are_repaired_outside_of_cdata_only() -> None:
    listing = read(urlset("<loc>/a?b&c</loc>", "<loc><![CDATA[/a?d&e]]></loc>", "<![CDATA["))
    assert urls(listing) == ["https://courier.example/a?b&c", "https://courier.example/a?d&e"]
