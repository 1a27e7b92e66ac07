"""Feeds: RSS 0.9x to 2.0, RDF and Atom by feedparser, and JSON Feed."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import feedparser

from tasks.discover.addresses import page_address
from tasks.discover.feed_text import feed_text, without_gzip
from tasks.discover.json_feed import looks_like_json, read_json_feed
from tasks.discover.model import Listed, Listing
from tasks.fetch.model import Headers
from tasks.process.metadata.plain import plain

# Any of these for values that its parsers do not expect.
FEEDPARSER_FAILS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
# What an entry is read from; all other elements can be left out.
NEEDED = (
    "rss|channel|item|feed|entry|title|link|guid|id|pubdate|published|issued|created|updated"
    "|modified|author|name|email|rdf:rdf|atom:[a-z]+|dc:[a-z]+|dcterms:[a-z]+"
)
OTHER_TAG = re.compile(rf"</?(?!(?:{NEEDED})[\s/>])[a-z][^<>]*>".encode(), re.IGNORECASE)
PAGE = "text/html"
ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
CHANGE_TAG = re.compile(rb"<(?:[\w-]+:)?(?:updated|modified)[\s>]", re.IGNORECASE)
ITEM_DATE = re.compile(rb"<(?:[\w-]+:)?date(?:\s[^<>]*)?>([^<]{1,200})<", re.IGNORECASE)
CUT_DOMAIN = re.compile(r"[a-z]+(?=\W|$)[\s(<]*")


def read_feed(content: bytes, url: str, headers: Headers) -> Listing:
    """Every entry that feedparser gives of a feed, however broken it is; never raises.

    Args:
        content: with its content encodings undone.
        url: relative addresses are joined to it, where the feed names no other base.
        headers: of the response: charset and language.
    """
    content = without_gzip(content)
    if looks_like_json(content):
        return read_json_feed(content, url)
    text, encoding_fault = feed_text(content, _header(headers, "content-type"))
    if not text.strip():
        return Listing("feed", fault="empty: not a byte of a feed")
    response = {
        "content-type": "application/xml; charset=utf-8",
        "content-language": _header(headers, "content-language"),
        "content-location": url,
    }
    try:
        feed = _parsed(text, response)
    except FEEDPARSER_FAILS:
        return _only_needed(text, response)
    fault = _fault(feed.get("bozo_exception")) or encoding_fault
    return _listing(feed, text, url, fault)


def _parsed(text: bytes, response: dict[str, str]) -> Any:
    # A stream: plain bytes would be tried as the name of a file.
    return feedparser.parse(
        BytesIO(text),
        response_headers=response,
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _only_needed(text: bytes, response: dict[str, str]) -> Listing:
    """feedparser mostly fails on elements such as georss:point or textInput, and then entirely."""
    bare = OTHER_TAG.sub(b"", text)
    try:
        feed = _parsed(bare, response)
    except FEEDPARSER_FAILS as error:
        return Listing("feed", fault=f"feedparser fails: {type(error).__name__}: {error}"[:200])
    fault = "feedparser fails on this feed: read without all that it could do without"
    return _listing(feed, bare, response["content-location"], fault)


def _header(headers: Headers, wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")


def _fault(error: Exception | None) -> str | None:
    return " ".join(str(error).removeprefix("<unknown>:").split())[:200] if error else None


def _listing(feed: Any, text: bytes, url: str, fault: str | None) -> Listing:
    entries = tuple(filter(None, (_entry(entry, text, url) for entry in feed.entries)))
    if feed.version.startswith("rss"):
        entries = _with_item_dates(entries, text)
    if not feed.version:
        root = "no root element of a feed"
        fault = f"{root}; {fault}" if fault else root
    return Listing(
        "feed",
        entries,
        fault=fault,
        unlinked=len(feed.entries) - len(entries),
        title=plain(feed.feed.get("title"), 1000) or None,
    )


def _entry(entry: Any, text: bytes, base: str) -> Listed | None:
    addresses = (page_address(written, base) for written in _links(entry, text))
    # An empty link, joined, is the feed itself.
    url = next((address for address in addresses if address and address != base), None)
    if url is None:
        return None
    return Listed(
        url,
        title=plain(entry.get("title"), 1000) or None,
        # By dict: feedparser's own `get` takes one date for the other.
        published=_date(dict.get(entry, "published") or dict.get(entry, "created")),
        modified=_date(dict.get(entry, "updated")),
        authors=tuple(dict.fromkeys(_authors(entry, text))),
    )


def _with_item_dates(entries: tuple[Listed, ...], text: bytes) -> tuple[Listed, ...]:
    """Takes the dc:date of an item of RSS or RDF for its date of publication.

    feedparser gives it the name of atom:updated and dcterms:modified, which are no such dates.
    """
    changed = CHANGE_TAG.search(text) is not None
    dates = (
        frozenset(_date(one.decode("utf-8", "replace")) for one in ITEM_DATE.findall(text))
        if changed
        else None
    )
    return tuple(
        replace(one, published=one.modified, modified=None)
        if one.published is None and (dates is None or one.modified in dates)
        else one
        for one in entries
    )


def _date(written: object) -> str | None:
    return " ".join(written.split())[:100] or None if isinstance(written, str) else None


def _links(entry: Any, text: bytes) -> Iterator[str]:
    """Yield the addresses of an entry, the best first.

    feedparser's own `link` is the last link element with a text, which may be the AMP page or the
    picture of an enclosure; so the links that say that they are the page go first.
    """
    links = [link for link in entry.get("links", ()) if link.get("href")]
    alternates = [link for link in links if link.get("rel") == "alternate"]
    others = {link["href"] for link in links if link not in alternates}
    link, identity = entry.get("link"), entry.get("id")
    yield from (one["href"] for one in alternates if one.get("type", PAGE) == PAGE)
    if link and link != identity and link not in others:
        yield link
    yield from (one["href"] for one in alternates)
    # `<guid>1234</guid>` names no page, also where feedparser joins it to the feed's address.
    if identity and ABSOLUTE.match(identity) and _is_written(identity, text):
        yield identity


def _is_written(address: str, text: bytes) -> bool:
    return address.partition("&")[0].encode("utf-8", "surrogatepass") in text


def _authors(entry: Any, text: bytes) -> Iterator[str]:
    for author in entry.get("authors", ()):
        name, email = plain(author.get("name"), 200), author.get("email") or ""
        # feedparser cuts addresses after four letters of the top domain: `a@b.press` leaves "s".
        cut = CUT_DOMAIN.match(name) if email else None
        if cut and f"{email}{cut[0].split('(')[0].strip()}".encode() in text:
            name = name[cut.end() :]
        name = name.strip(" ()<>,;")
        if name and "@" not in name:
            yield name
