"""Subscription lists of feed readers (OPML), read as sources."""

from collections.abc import Iterator

from lxml import etree
from pydantic import ValidationError

from config.errors import UsageError
from config.sources import Source
from tasks.discover.sitemaps import repair_xml
from tasks.web.charset import UTF8
from tasks.web.urls import parts_of


def read_opml(content: bytes, name: str) -> list[Source]:
    """Return one source per site, with its name, homepage and all its feeds.

    Raises:
        UsageError: the file is no OPML with feeds.
    """
    root = _root(content)
    found: dict[str, tuple[str, list[str]]] = {}
    for title, homepage, feed in _outlines(root) if root is not None else ():
        found.setdefault(homepage, (title, []))[1].append(feed)
    if not found:
        raise UsageError(f"{name} holds no feeds: give an OPML file as feed readers export it.")
    return [source for source in _sources(found) if source]


def _root(content: bytes) -> etree._Element | None:
    """Parse a file, however broken it is; return None for a file without an element."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, encoding=UTF8)
    try:
        return etree.fromstring(repair_xml(content), parser)
    except etree.XMLSyntaxError:
        return None


def _outlines(root: etree._Element) -> Iterator[tuple[str, str, str]]:
    """Yield title, homepage and feed of each outline that has a feed."""
    for outline in root.iter("{*}outline"):
        feed = _attribute(outline, "xmlUrl", "xmlurl")
        parts = parts_of(feed)
        if parts.scheme in ("http", "https") and parts.hostname:
            homepage = _attribute(outline, "htmlUrl") or f"{parts.scheme}://{parts.netloc}/"
            title = _attribute(outline, "title", "text") or parts.hostname
            yield " ".join(title.split())[:100], homepage, feed


def _attribute(outline: etree._Element, *names: str) -> str:
    """Return the first of the named attributes that has a value; "" if none has."""
    return next((value for name in names if (value := (outline.get(name) or "").strip())), "")


def _sources(found: dict[str, tuple[str, list[str]]]) -> Iterator[Source | None]:
    names: set[str] = set()
    for homepage, (title, feeds) in found.items():
        host = parts_of(homepage).hostname or homepage
        name = title if title not in names else f"{title} ({host})"
        names.add(name)
        try:
            yield Source(name=name, homepage=homepage, feeds=tuple(dict.fromkeys(feeds)))
        except ValidationError:
            yield None
