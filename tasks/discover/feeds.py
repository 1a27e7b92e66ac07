"""Reading of feeds: RSS 0.9x to 2.0, RDF and Atom by feedparser, and JSON Feed."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import feedparser

from tasks.discover.addresses import page_address
from tasks.discover.feed_text import feed_text, keep_both_ends, without_gzip
from tasks.discover.json_feed import looks_like_json, read_json_feed
from tasks.discover.model import ListedPage, Listing
from tasks.web.exchange import Headers
from tasks.web.plain import plain

# feedparser raises any of these for values that its parsers do not expect.
FEEDPARSER_FAILS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
# Elements that an entry is read from; feeds can be read without all others.
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
    """Return every entry that feedparser finds in a feed, however broken it is; never raise.

    Args:
        content: the body with its content encodings undone.
        url: base of relative addresses, unless the feed names another.
        headers: of the response, for charset and language.
    """
    content = without_gzip(content)
    if looks_like_json(content):
        return read_json_feed(content, url)
    text, encoding_fault = feed_text(content, _header(headers, "content-type"))
    if not text.strip():
        return Listing("feed", fault="empty: not a byte of a feed")
    text, left_out = keep_both_ends(text)
    response = {
        "content-type": "application/xml; charset=utf-8",
        "content-language": _header(headers, "content-language"),
        "content-location": url,
    }
    return replace(_read_xml_feed(text, response, encoding_fault), left_out=left_out)


def _read_xml_feed(text: bytes, response: dict[str, str], encoding_fault: str | None) -> Listing:
    """Read a feed by feedparser; if that fails, without the elements that are not needed."""
    try:
        feed = _parse(text, response)
    except FEEDPARSER_FAILS:
        return _read_without_other_tags(text, response)
    fault = _fault(feed.get("bozo_exception")) or encoding_fault
    return _listing(feed, text, response["content-location"], fault)


def _parse(text: bytes, response: dict[str, str]) -> Any:
    # Passed as a stream, because feedparser would try plain bytes as a file name.
    return feedparser.parse(
        BytesIO(text),
        response_headers=response,
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _read_without_other_tags(text: bytes, response: dict[str, str]) -> Listing:
    """Read a feed that feedparser fails on, without the elements that are not needed.

    It mostly fails on elements such as georss:point or textInput, and then gives no entry.
    """
    bare = OTHER_TAG.sub(b"", text)
    try:
        feed = _parse(bare, response)
    except FEEDPARSER_FAILS as error:
        return Listing("feed", fault=f"feedparser fails: {type(error).__name__}: {error}"[:200])
    fault = "feedparser fails on this feed: read without the elements that are not needed"
    return _listing(feed, bare, response["content-location"], fault)


def _header(headers: Headers, wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")


def _fault(error: Exception | None) -> str | None:
    return " ".join(str(error).removeprefix("<unknown>:").split())[:200] if error else None


def _listing(feed: Any, text: bytes, url: str, fault: str | None) -> Listing:
    """Make a listing of feedparser's result."""
    entries = tuple(filter(None, (_entry(entry, text, url) for entry in feed.entries)))
    if feed.version.startswith("rss"):
        entries = _with_item_dates(entries, text)
    # Entries without a known root element are kept all the same, with a fault.
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


def _entry(entry: Any, text: bytes, base: str) -> ListedPage | None:
    addresses = (page_address(written, base) for written in _links(entry, text))
    # An empty link is resolved to the feed itself.
    url = next((address for address in addresses if address and address != base), None)
    if url is None:
        return None
    return ListedPage(
        url,
        title=plain(entry.get("title"), 1000) or None,
        # By dict's `get`: feedparser's own returns one date in place of the other.
        published=_date(dict.get(entry, "published") or dict.get(entry, "created")),
        modified=_date(dict.get(entry, "updated")),
        authors=tuple(dict.fromkeys(_authors(entry, text))),
    )


def _with_item_dates(entries: tuple[ListedPage, ...], text: bytes) -> tuple[ListedPage, ...]:
    """Take the dc:date of an item in RSS or RDF as its date of publication.

    feedparser stores it under the name of atom:updated and dcterms:modified, which are dates of
    modification.
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
    picture of an enclosure. Therefore links that are declared as the page come first.
    """
    links = [link for link in entry.get("links", ()) if link.get("href")]
    alternates = [link for link in links if link.get("rel") == "alternate"]
    others = {link["href"] for link in links if link not in alternates}
    link, identity = entry.get("link"), entry.get("id")
    yield from (one["href"] for one in alternates if one.get("type", PAGE) == PAGE)
    if link and link != identity and link not in others:
        yield link
    yield from (one["href"] for one in alternates)
    # `<guid>1234</guid>` names no page, although feedparser resolves it against the feed's address.
    if identity and ABSOLUTE.match(identity) and _is_written(identity, text):
        yield identity
    # Enclosures last: one of type HTML is likely the page, if nothing else names it.
    yield from (one["href"] for one in links if one.get("type") == PAGE)


def _is_written(address: str, text: bytes) -> bool:
    """Return whether an address is in the feed's text, and not made by feedparser."""
    return address.partition("&")[0].encode("utf-8", "surrogatepass") in text


def _authors(entry: Any, text: bytes) -> Iterator[str]:
    """Yield the names of an entry's authors without mail addresses."""
    for author in entry.get("authors", ()):
        name, email = plain(author.get("name"), 200), author.get("email") or ""
        # feedparser cuts mail addresses after four letters of the top-level domain, so `a@b.press`
        # leaves an "s" in the name.
        cut = CUT_DOMAIN.match(name) if email else None
        if cut and f"{email}{cut[0].split('(')[0].strip()}".encode() in text:
            name = name[cut.end() :]
        name = name.strip(" ()<>,;")
        if name and "@" not in name:
            yield name
