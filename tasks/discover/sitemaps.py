"""Sitemaps: indexes, lists of pages with or without the news extension, plain text, feeds.

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
from tasks.discover.model import Listed, Listing
from tasks.discover.newest import capped
from tasks.process.charset import UTF8, decode
from tasks.process.metadata.plain import plain
from tasks.read.gzip_members import GZIP, End, gunzip

PIECE_BYTES = 256 * 1024
LISTING_BYTES = 52_000_000  # the protocol allows 50 MB
LIST_ENTRIES = 50_000  # the protocol allows so many
# Some generators write tags in capitals.
TAGS = tuple(f"{{*}}{tag}" for name in ("url", "sitemap") for tag in (name, name.upper()))
# An address in a list of pages that can only be another sitemap.
SITEMAP_FILE = re.compile(r"\.xml(\.gz)?$", re.IGNORECASE)
COMMENT = re.compile(rb"<!--(?:.*?-->|.*+)", re.DOTALL)  # one without an end hides the rest
ELEMENT = re.compile(rb"<([a-z][\w:.-]*)", re.IGNORECASE)
SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
FEED_ROOTS = frozenset({"rss", "feed", "rdf"})
DECLARATION = re.compile(r"<\?xml\b[^<>]*+>")
ENCODING = re.compile(r"\bencoding\s*+=\s*+[\"']([\w.:-]++)")
CDATA, CDATA_END = "<![CDATA[", "]]>"
REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,9})|(\d{1,9}));")
STRAY = re.compile(r"&(?!(?:#\d{1,9}|#x[0-9a-fA-F]{1,9}|amp|lt|gt|quot|apos);)")


def read_sitemap(
    content: bytes, url: str, most_bytes: int = LISTING_BYTES, most_entries: int = LIST_ENTRIES
) -> Listing:
    """What a sitemap of any form lists; of a broken one what can be read. Never raises.

    Args:
        content: as served; gzip within it is undone.
        url: relative addresses are joined to it.
        most_bytes: of its content, expanded; what lies behind is not read.
        most_entries: that are kept, the newest.
    """
    content, cut = _expanded(content, most_bytes)
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
        # What was cut may end in half an address.
        listing = _read_lines(content.rpartition(b"\n")[0] if cut else content)
    faults = [fault for fault in (cut, listing.fault) if fault]
    return capped(replace(listing, fault="; ".join(faults) or None), most_entries)


def _expanded(content: bytes, most_bytes: int) -> tuple[bytes, str | None]:
    """Return the content without its gzip, and what is wrong with that."""
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
    """The local name of the first element in lower case; "" for what is no markup."""
    head = content[:20_000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n")
    found = ELEMENT.search(COMMENT.sub(b"", head))
    name = found[1].decode().lower().rpartition(":")[2] if found else ""
    # Templates and warnings before the declaration are no reason to see plain text in it.
    if head.startswith(b"<"):
        return name or "unknown"
    return name if name in SITEMAP_ROOTS else ""


@dataclass(slots=True)
class _Reading:
    """What is read so far."""

    base: str
    entries: list[Listed] = field(default_factory=list)
    children: list[tuple[str, str | None]] = field(default_factory=list)
    unlinked: int = 0
    has_news: bool = False

    def add(self, element: Any) -> None:
        values = _values(element)
        url = page_address(values.get("loc"), self.base)
        self.has_news = self.has_news or "news" in values
        if url is None:
            self.unlinked += 1
        elif _local(element) == "sitemap" or SITEMAP_FILE.search(url.partition("?")[0]):
            self.children.append((url, values.get("lastmod")))
        else:
            title = plain(values.get("title"), 1000) or None
            published, modified = values.get("publication_date"), values.get("lastmod")
            self.entries.append(Listed(url, title, published, modified))

    def listing(self, fault: str | None) -> Listing:
        return Listing(
            "news_sitemap" if self.has_news else "sitemap",
            tuple(self.entries),
            tuple(self.children),
            fault,
            self.unlinked,
        )


def _read_xml(content: bytes, url: str) -> Listing:
    reading = _Reading(url)
    try:
        _parse(content, reading, recover=False)
    except etree.XMLSyntaxError as error:
        reading = _Reading(url)
        with suppress(etree.XMLSyntaxError):
            _parse(mended(content), reading, recover=True)
        return reading.listing(" ".join(f"broken XML: {error.msg}".split())[:200])
    return reading.listing(None)


def _parse(content: bytes, reading: _Reading, *, recover: bool) -> None:
    """Reads every element that is closed in the document itself.

    To recover, the parser is not told of the end: there it closes what a truncation left open, and
    gives half an address.
    """
    parser = etree.XMLPullParser(
        events=("end",),
        tag=TAGS,
        encoding=UTF8 if is_utf8(content) else None,  # whatever it says that it is
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for start in range(0, len(content), PIECE_BYTES):
        parser.feed(content[start : start + PIECE_BYTES])
        for _, element in parser.read_events():
            reading.add(element)
            _forget(element)
    if not recover:
        parser.close()


def _forget(element: Any) -> None:
    """Keeps memory flat: an element that was read is emptied, and the one before it removed."""
    element.clear(keep_tail=False)
    before = element.getprevious()
    if before is not None and before.tag == element.tag:
        element.getparent().remove(before)


def mended(content: bytes) -> bytes:
    """Return XML in UTF-8 whatever it declares, with stray ampersands escaped."""
    declaration = DECLARATION.search(content[:2_000].decode("latin-1"))
    declared = ENCODING.search(declaration[0]) if declaration else None
    text = decode(content, declared[1] if declared else None).text
    text = DECLARATION.sub("", text, count=1)
    text = REFERENCE.sub(_with_a_character, text[max(text.find("<"), 0) :])
    if "<!ENTITY" in text:  # `&name;` may be one
        return text.encode()
    return _with_escaped_ampersands(text).encode()


def _with_a_character(found: re.Match[str]) -> str:
    """Return a reference as it is, but U+FFFD for a surrogate.

    lxml takes `&#xD800;` while it recovers, in names too, and fails when it is asked for them.
    """
    number = int(found[1], 16) if found[1] else int(found[2])
    return "\ufffd" if 0xD800 <= number <= 0xDFFF else found[0]


def _with_escaped_ampersands(text: str) -> str:
    """Escape the ampersands that begin no reference; in CDATA each stands for itself."""
    pieces: list[str] = []
    at = 0
    while (start := text.find(CDATA, at)) >= 0 and (end := text.find(CDATA_END, start)) >= 0:
        pieces += [STRAY.sub("&amp;", text[at:start]), text[start:end]]
        at = end
    return "".join([*pieces, STRAY.sub("&amp;", text[at:])])


def _values(element: Any) -> dict[str, str]:
    """The texts of an entry's own elements and of its news by local name, the first of each."""
    values: dict[str, str] = {}
    for child in element:
        name = _local(child)
        if name == "news":
            values["news"] = ""
            for part in child:
                values.setdefault(_local(part), _text(part))
        else:
            values.setdefault(name, _text(child))
    return {name: text for name, text in values.items() if text or name == "news"}


def _local(element: Any) -> str:
    """The name without namespace or undeclared prefix; "" for an entity, which has none."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _text(element: Any) -> str:
    """The text of a leaf; nothing of one with elements or entities in it, which is but a part."""
    return "" if len(element) else (element.text or "").strip()


def _read_lines(content: bytes) -> Listing:
    lines = list(filter(None, map(str.strip, decode(content, None).text.splitlines())))
    addresses = [page_address(line, "") for line in lines]
    entries = tuple(Listed(address) for address in addresses if address)
    if not entries:
        return Listing("sitemap", fault="neither XML nor a list of addresses")
    return Listing("sitemap", entries, unlinked=len(lines) - len(entries))
