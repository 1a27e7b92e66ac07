"""Reading of sitemaps: indexes, lists of pages with or without news extension, plain text, feeds.

The protocol: https://www.sitemaps.org/protocol.html; the news extension:
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from tasks.discover.addresses import page_address
from tasks.discover.feed_text import is_utf8
from tasks.discover.feeds import read_feed
from tasks.discover.model import ListedPage, Listing
from tasks.discover.newest import keep_newest
from tasks.web.charset import UTF8, decode
from tasks.web.gzip_members import GZIP, End, gunzip
from tasks.web.plain import plain

_PIECE_BYTES = 256 * 1024
LISTING_BYTES = 52_000_000  # the protocol allows 50 MB
LIST_ENTRIES = 50_000  # the protocol's limit
# Some generators write tags in capitals.
_TAGS = tuple(f"{{*}}{tag}" for name in ("url", "sitemap") for tag in (name, name.upper()))
# Such an address in a list of pages is another sitemap.
SITEMAP_FILE = re.compile(r"\.xml(\.gz)?$", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--(?:.*?-->|.*+)", re.DOTALL)  # an unclosed comment hides the rest
ELEMENT = re.compile(rb"<([a-z][\w:.-]*)", re.IGNORECASE)
SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
FEED_ROOTS = frozenset({"rss", "feed", "rdf"})
DECLARATION = re.compile(r"<\?xml\b[^<>]*+>")
ENCODING = re.compile(r"\bencoding\s*+=\s*+[\"']([\w.:-]++)")
CDATA, CDATA_END = "<![CDATA[", "]]>"
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,9})|(\d{1,9}));")
STRAY = re.compile(r"&(?!(?:#\d{1,9}|#x[0-9a-fA-F]{1,9}|amp|lt|gt|quot|apos);)")


def read_sitemap(
    content: bytes, url: str, most_bytes: int = LISTING_BYTES, most_entries: int = LIST_ENTRIES
) -> Listing:
    """Return the pages and sitemaps that a sitemap of any form lists; never raise.

    Of a broken sitemap, what can be read is returned, with a fault.

    Args:
        content: the body as served; gzip within it is decompressed.
        url: base of relative addresses.
        most_bytes: of its decompressed content; the rest is not read.
        most_entries: number of entries to keep, the newest ones.
    """
    content, cut = _decompress(content, most_bytes)
    root = _root(content)
    if not content.strip():
        listing = Listing("sitemap", fault="empty: not a byte of a sitemap")
    elif root in FEED_ROOTS:
        listing = replace(read_feed(content, url, ()), how="sitemap")
    elif root == "html":
        listing = Listing("sitemap", fault="an HTML page, not a sitemap")
    elif root:
        listing = _read_xml(content, url)
    else:
        # Cut content may end in half an address.
        listing = _read_lines(content.rpartition(b"\n")[0] if cut else content)
    faults = [fault for fault in (cut, listing.fault) if fault]
    return keep_newest(replace(listing, fault="; ".join(faults) or None), most_entries)


def _decompress(content: bytes, most_bytes: int) -> tuple[bytes, str | None]:
    """Return the content without its gzip, and what is wrong with the gzip."""
    faults: dict[End, str] = {
        "cut": f"longer than {most_bytes} bytes, cut there",
        "truncated": "truncated gzip",
        "damaged": "broken gzip",
    }
    if content.startswith(GZIP):
        found = gunzip(content, most_bytes)
        return found.content, faults.get(found.end)
    return content[:most_bytes], faults["cut"] if len(content) > most_bytes else None


def _root(content: bytes) -> str:
    """Return the local name of the first element in lower case; "" for plain text."""
    head = content[:20_000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n")
    found = ELEMENT.search(_COMMENT.sub(b"", head))
    name = found[1].decode().lower().rpartition(":")[2] if found else ""
    # Templates and warnings of PHP may stand before the declaration; the rest is XML all the same.
    if head.startswith(b"<"):
        return name or "unknown"
    return name if name in SITEMAP_ROOTS else ""


@dataclass(slots=True)
class _EntryCollector:
    """Collects the entries of a sitemap while it is parsed."""

    base: str
    entries: list[ListedPage] = field(default_factory=list)
    children: list[tuple[str, str | None]] = field(default_factory=list)
    unlinked: int = 0
    has_news: bool = False

    def add(self, element: Any) -> None:
        """Add an element `url` or `sitemap`."""
        values = _values(element)
        url = page_address(values.get("loc"), self.base)
        self.has_news = self.has_news or "news" in values
        if url is None:
            self.unlinked += 1
        elif _local_name(element) == "sitemap" or SITEMAP_FILE.search(url.partition("?")[0]):
            self.children.append((url, values.get("lastmod")))
        else:
            title = plain(values.get("title"), 1000) or None
            published, modified = values.get("publication_date"), values.get("lastmod")
            self.entries.append(ListedPage(url, title, published, modified))

    def listing(self, fault: str | None) -> Listing:
        """Return what was collected as a listing."""
        return Listing(
            "news_sitemap" if self.has_news else "sitemap",
            tuple(self.entries),
            tuple(self.children),
            fault,
            self.unlinked,
        )


def _read_xml(content: bytes, url: str) -> Listing:
    """Read an XML sitemap strictly, and if it is broken once more with recovery."""
    collector = _EntryCollector(url)
    # Strict first: a recovering parser accepts anything, and could not tell what is broken.
    try:
        _parse(content, collector, recover=False)
    except etree.XMLSyntaxError as error:
        collector = _EntryCollector(url)
        with suppress(etree.XMLSyntaxError):
            _parse(repair_xml(content), collector, recover=True)
        return collector.listing(" ".join(f"broken XML: {error.msg}".split())[:200])
    return collector.listing(None)


def _parse(content: bytes, collector: _EntryCollector, *, recover: bool) -> None:
    """Collect every element that is closed in the document itself.

    While recovering, the parser is not told of the end of the document: it would close the elements
    that a truncation left open, and give half an address.
    """
    parser = etree.XMLPullParser(
        events=("end",),
        tag=_TAGS,
        encoding=UTF8 if is_utf8(content) else None,  # whatever it declares
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for start in range(0, len(content), _PIECE_BYTES):
        parser.feed(content[start : start + _PIECE_BYTES])
        for _, element in parser.read_events():
            collector.add(element)
            _release(element)
    if not recover:
        parser.close()


def _release(element: Any) -> None:
    """Free the memory of an element that was read: empty it, and remove the one before it."""
    element.clear(keep_tail=False)
    before = element.getprevious()
    if before is not None and before.tag == element.tag:
        element.getparent().remove(before)


def repair_xml(content: bytes) -> bytes:
    """Return XML as UTF-8, whatever it declares, with stray ampersands escaped."""
    declaration = DECLARATION.search(content[:2_000].decode("latin-1"))
    declared = ENCODING.search(declaration[0]) if declaration else None
    text = decode(content, declared[1] if declared else None).text
    text = DECLARATION.sub("", text, count=1)
    text = _REFERENCE.sub(_without_surrogate, text[max(text.find("<"), 0) :])
    if "<!ENTITY" in text:  # then `&name;` may be a reference
        return text.encode()
    return _escape_ampersands(text).encode()


def _without_surrogate(found: re.Match[str]) -> str:
    """Return a reference as it is, but U+FFFD for one to a surrogate.

    lxml accepts `&#xD800;` while it recovers, in names too, and fails when it is asked for them.
    """
    number = int(found[1], 16) if found[1] else int(found[2])
    return "\ufffd" if 0xD800 <= number <= 0xDFFF else found[0]


def _escape_ampersands(text: str) -> str:
    """Escape the ampersands that begin no reference, except in CDATA."""
    pieces: list[str] = []
    at = 0
    while (start := text.find(CDATA, at)) >= 0 and (end := text.find(CDATA_END, start)) >= 0:
        pieces += [STRAY.sub("&amp;", text[at:start]), text[start:end]]
        at = end
    return "".join([*pieces, STRAY.sub("&amp;", text[at:])])


def _values(element: Any) -> dict[str, str]:
    """Return the first text of each element of an entry and of its news, by local name."""
    values: dict[str, str] = {}
    for child in element:
        name = _local_name(child)
        if name == "news":
            values["news"] = ""
            for part in child:
                values.setdefault(_local_name(part), _text(part))
        else:
            values.setdefault(name, _text(child))
    return {name: text for name, text in values.items() if text or name == "news"}


def _local_name(element: Any) -> str:
    """Return an element's name without namespace or prefix; "" for an entity, which has none."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _text(element: Any) -> str:
    """Return the text of a leaf; "" for an element with children, whose text is incomplete."""
    return "" if len(element) else (element.text or "").strip()


def _read_lines(content: bytes) -> Listing:
    """Read a plain text with one address per line."""
    lines = list(filter(None, map(str.strip, decode(content, None).text.splitlines())))
    addresses = [page_address(line, "") for line in lines]
    entries = tuple(ListedPage(address) for address in addresses if address)
    if not entries:
        return Listing("sitemap", fault="neither XML nor a list of addresses")
    return Listing("sitemap", entries, unlinked=len(lines) - len(entries))
