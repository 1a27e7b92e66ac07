"""Subscription lists of feed readers (OPML) as sources."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree
from pydantic import ValidationError

from config.errors import UsageError
from config.sources import Source


def read_opml(content: bytes, name: str) -> list[Source]:
    """One source per site: its name, homepage, and all its feeds.

    Raises:
        UsageError: it is no OPML with feeds.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(content, parser) if content.strip() else None
    found: dict[str, tuple[str, list[str]]] = {}
    for title, homepage, feed in _outlines(root) if root is not None else ():
        found.setdefault(homepage, (title, []))[1].append(feed)
    if not found:
        raise UsageError(f"{name} holds no feeds; give an OPML file, as feed readers export it.")
    return [source for source in _sources(found) if source]


def _outlines(root: etree._Element) -> Iterator[tuple[str, str, str]]:
    for outline in root.iter("{*}outline"):
        feed = (outline.get("xmlUrl") or outline.get("xmlurl") or "").strip()
        parts = urlsplit(feed)
        if parts.scheme in ("http", "https") and parts.hostname:
            homepage = (outline.get("htmlUrl") or "").strip() or f"{parts.scheme}://{parts.netloc}/"
            title = outline.get("title") or outline.get("text") or parts.hostname
            yield " ".join(title.split())[:100], homepage, feed


def _sources(found: dict[str, tuple[str, list[str]]]) -> Iterator[Source | None]:
    names: set[str] = set()
    for homepage, (title, feeds) in found.items():
        host = urlsplit(homepage).hostname or homepage
        name = title if title not in names else f"{title} ({host})"
        names.add(name)
        try:
            yield Source(name=name, homepage=homepage, feeds=tuple(dict.fromkeys(feeds)))
        except ValidationError:
            yield None
