"""Checks for inputs that are parsed in memory: lists of sources, addresses, pages and texts."""

import zlib
from contextlib import suppress
from functools import cache
from random import Random
from typing import Any

import brotli  # type: ignore[import-untyped]
import orjson

from config.errors import UsageError
from config.settings import load_settings
from tasks.discover.addresses import page_address
from tasks.discover.days import entry_day, sitemap_span
from tasks.discover.feeds import read_feed
from tasks.discover.links import article_links, feed_and_sitemap_links
from tasks.discover.model import Listing
from tasks.discover.opml import read_opml
from tasks.discover.sitemaps import read_sitemap
from tasks.fetch.addresses import AddressRules, checked_url
from tasks.fetch.decoding import decode_content
from tasks.fetch.model import FetchError
from tasks.fetch.robots import parse_robots
from tasks.fetch.tdm import declared_rights, header_rights, meta_rights, parse_tdmrep
from tasks.process.metadata.dates.archive import read_archive_date
from tasks.records import Declared, RawDocument
from tasks.web.urls import absolute_url, registered_domain, url_key
from tests.fuzz.reading import store

BASE = "https://courier.example/2024/03/01/pier"
CHARSETS = (None, "utf-8", "windows-1252", "shift_jis", "utf-16", "no such charset", "\0", "idna")
TYPES = ("text/xml", "application/rss+xml; charset=latin-1", "text/html; charset=\x00", "")
MOST_CONTENT = 3_000_000


def check_feed(data: bytes, chance: Random) -> None:
    """Read a feed, and use its entries as discovery does."""
    headers = (("Content-Type", chance.choice(TYPES)), ("Content-Language", "en"))
    _use(read_feed(data, BASE, headers))


def check_sitemap(data: bytes, chance: Random) -> None:
    """Read a sitemap, and use its entries as discovery does."""
    _use(read_sitemap(data, BASE, most_bytes=chance.choice((1_000, 52_000_000))))


def check_links(data: bytes, chance: Random) -> None:
    """Read the links of a section page."""
    _use(article_links(data, BASE))
    feed_and_sitemap_links(data, BASE)
    header_rights((("tdm-policy", data[:99].decode("latin-1")), *[("a", "b")]))
    meta_rights(data)


def _use(listing: Listing) -> None:
    """Check that a listing can be stored, and derive from its entries what selection derives."""
    orjson.dumps(listing)
    for entry in listing.entries[:50]:
        entry_day(entry)
        _check_key(entry.url)
        if entry.modified:
            read_archive_date(entry.modified)
    for child, modified in listing.children[:50]:
        sitemap_span(child)
        _check_key(child)
        if modified:
            read_archive_date(modified)


def check_robots(data: bytes, chance: Random) -> None:
    """Read a robots.txt and ask it for some addresses."""
    robots = parse_robots(data, BASE)
    assert robots.crawl_delay >= 0
    for address in (BASE, BASE + "?" + "x" * 300, "https://courier.example/" + "xy" * 2_000):
        robots.allows(address)


def check_tdmrep(data: bytes, chance: Random) -> None:
    """Read a tdmrep.json, and ask what it declares for some addresses."""
    rules = parse_tdmrep(data)
    for address in (BASE, "https://courier.example/" + "a/" * 2_000):
        orjson.dumps(declared_rights(rules, address))


def check_opml(data: bytes, chance: Random) -> None:
    """Read an OPML list of a feed reader; it may be refused by a UsageError only."""
    with suppress(UsageError):
        read_opml(data, "x.opml")


def check_encoded(data: bytes, chance: Random) -> None:
    """Undo right and wrong content encodings of a body that may be damaged."""
    names = ("gzip", "deflate", "br", "zstd", "x-gzip, br", "identity", "gzip, gzip, gzip", "\0")
    with suppress(FetchError):
        content = decode_content(
            data, chance.choice(names), MOST_CONTENT, truncate=chance.random() < 0.3
        )
        assert len(content) <= max(MOST_CONTENT, len(data))


def check_address(data: bytes, chance: Random) -> None:
    """Check the rules that keys must obey, for a text and for the text joined to a base."""
    text = (
        data.decode("utf-8", chance.choice(("replace", "surrogateescape", "surrogatepass")))
        if _is_text(data)
        else data.decode("latin-1")
    )
    for address in (text, absolute_url(text, BASE), page_address(text, BASE)):
        if address:
            _check_key(address)


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _check_key(address: str) -> None:
    key = url_key(address)
    if key is not None:
        assert url_key(key) == key, f"the key of {key!r} is {url_key(key)!r}"
        assert key.isascii(), key
    domain = registered_domain(address)
    assert domain is None or domain.isascii(), domain
    sitemap_span(address)
    with suppress(FetchError):
        checked_url(address, _rules())


@cache
def _rules() -> AddressRules:
    return AddressRules.of(load_settings().fetch)


def check_page(data: bytes, chance: Random) -> None:
    """Process a page twice, with random metadata, and check that the outcome is the same."""
    _check_document("html", data, chance)


def check_text(data: bytes, chance: Random) -> None:
    """Process a plain text twice, as a file or with the fields of a row, and compare."""
    _check_document("text", data, chance)


def _check_document(media: Any, data: bytes, chance: Random) -> None:
    text = data[:300].decode("utf-8", "replace")
    declared = Declared(title=text[:40], authors=(text[40:80],), published=text[80:110])
    document = RawDocument(
        locator="m",
        position=0,
        media=media,
        body=data,
        url=chance.choice((None, BASE, "https://courier.example/", "x:y", text[:60])),
        charset=chance.choice(CHARSETS),
        declared=declared if chance.random() < 0.3 else Declared(),
    )
    first, again = (store([document])[0].record for _ in range(2))
    assert first == again, "not the same again"


def encoded_bodies(page: bytes) -> tuple[bytes, ...]:
    """Return a page in each content encoding."""
    from tests.fuzz.samples import gzip, zstd

    bare = zlib.compressobj(wbits=-15)
    return (
        gzip.compress(page, mtime=0),
        zlib.compress(page),
        bare.compress(page) + bare.flush(),
        brotli.compress(page),
        zstd(page),
        brotli.compress(gzip.compress(page, mtime=0)),
        page,
    )
