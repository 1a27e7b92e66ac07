"""One pass over the tree: the elements that metadata is read from, in document order.

Attribute selectors such as `[class*=author i]` visit the whole tree each; this visits it once
(measured: 0.6 ms a page against 3 ms for a dozen selectors).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.process.metadata.plain import plain

# Names of classes, ids, rel, itemprop and links that may hold an author, or a date.
# Without groups and word boundaries: those make a search four times as dear.
AUTHOR_HINT = re.compile(
    r"autho|byline|by-line|autor|auteur|verfasser|writer|contributor|journalist|redakt|firma"
    r"|reporter|dc:creator"
)
DATE_HINT = re.compile(
    r"date|time|publi|posted|datum|fecha|veroeff|entry-meta|post-meta|article-meta|stamp|pubinfo"
    r"|created|modified"
)
# Links to a page about an author, or about a topic; both name what they link to.
TELLING_LINK = re.compile(
    r"/(?:(?P<author>authors?|autor(?:en|es|i)?|auteurs?|autore|people|staff|journalists?|profile"
    r"|writers?|contributors?|redaktion|reporters?|by)"
    r"|(?P<topic>thema|themen|topics?|tags?|tema|temas|sujets?|hashtag|label))/[^/?#]"
)
SIDE_HINT = re.compile(
    r"related|recommend|comment|sidebar|widget|trending|popular|most-read|mostread|newsletter"
    r"|promo(?!t)|teaser|read-?more|read-?next|also-?like|recirc|more-from|advert|\bcards?\b"
    r"|(?<!entry-)(?<!post-)(?<!article-)\bfooter\b"
)
ASIDE_OF_ARTICLE = re.compile(r"\bmeta|byline|\binfo")
SIDE_TAGS = frozenset({"nav", "aside", "footer"})
# Pages with 100,000 elements exist; no honest page has so many of these under one name.
MOST_METAS: Final = 200
MOST_MARKED: Final = 80
# Attributes whose values name what an element is.
NAMING = frozenset({"class", "id", "rel", "itemprop", "property", "data-testid"})
PROPERTIES = frozenset({"itemprop", "property"})
# Bits for what the names of an element tell.
AUTHOR, DATE, PROPERTY, TOPIC = 1, 2, 4, 8
HEAD_TAGS = frozenset({"meta", "link", "script", "title", "html"})
SHOWN_TAGS = frozenset({"h1", "h2", "time"})
MOST_SUBHEADINGS: Final = 3
UNMARKED_TAGS = frozenset({"body", "main", "form", "input", "img", "h1", "h2", "svg", "path"})


@dataclass(frozen=True, slots=True)
class Marked:
    """An element with a telling name; `position` is its number in document order."""

    position: int
    node: LexborNode
    attributes: dict[str, str | None]

    @property
    def names(self) -> str:
        """Class, id, rel and the like, joined, in lower case."""
        return names_of(self.attributes)

    @property
    def itemprop(self) -> str:
        """The name of a microdata or RDFa property, without its vocabulary."""
        name = self.attributes.get("itemprop") or self.attributes.get("property") or ""
        return " ".join(part.rsplit(":", 1)[-1] for part in name.lower().split())


@dataclass(slots=True)
class Elements:
    """What one pass found; see `Marked` for the lists that hold elements."""

    metas: dict[str, list[str]] = field(default_factory=dict)
    links: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    jsonld: list[LexborNode] = field(default_factory=list)
    body: LexborNode | None = None
    language: str = ""
    title: str = ""
    headings: list[Marked] = field(default_factory=list)
    subheadings: list[Marked] = field(default_factory=list)
    times: list[Marked] = field(default_factory=list)
    properties: list[Marked] = field(default_factory=list)
    authors: list[Marked] = field(default_factory=list)
    dates: list[Marked] = field(default_factory=list)
    topics: list[Marked] = field(default_factory=list)
    above_headings: set[int] = field(default_factory=set)

    def meta(self, *names: str) -> list[str]:
        """Contents of the metas so named, in the order of `names`, then of the page."""
        return [content for name in names for content in self.metas.get(name, ())]

    def is_beside(self, node: LexborNode | None) -> bool:
        """Whether an element lies in navigation, a related card, a comment or the footer."""
        return self.side_block(node) is not None

    def side_block(self, node: LexborNode | None) -> LexborNode | None:
        """The innermost block around an element that is not part of the article, if any.

        A block that holds a first-level heading is the article, whatever its class says.
        """
        while node is not None and node.tag not in {"body", "html"}:
            if node.mem_id in self.above_headings:
                return None
            if is_side_block(node):
                return node
            node = node.parent
        return None


def collect(tree: LexborHTMLParser) -> Elements:
    """Visits every element of the tree once."""
    found = Elements(body=tree.body)
    root = tree.root
    if root is None:
        return found
    for position, node in enumerate(root.traverse()):
        attributes = node.attributes
        hints = 0
        for key, value in attributes.items():
            if key in NAMING and value:
                hints |= PROPERTY if key in PROPERTIES else _hints(value)
        tag = node.tag or ""
        if tag == "a":
            hints |= _hints_of_link(attributes)
        if tag in HEAD_TAGS:
            _take_head(found, tag, node)
        elif hints or tag in SHOWN_TAGS:
            _take_marked(found, tag, hints, Marked(position, node, attributes))
    for heading in found.headings:
        found.above_headings.update(_line_of(heading.node))
    return found


def is_side_block(node: LexborNode) -> bool:
    """Whether an element's tag or names say that it is not part of the article."""
    if node.tag in SIDE_TAGS and not _is_part_of_article(node):
        return True
    names = names_of(node.attributes)
    return bool(names) and _is_side_name(names)


@lru_cache(maxsize=50_000)
def _is_side_name(names: str) -> bool:
    return bool(SIDE_HINT.search(names))


def _is_part_of_article(node: LexborNode) -> bool:
    """Whether a footer, or an aside that says so, holds the byline of an `<article>`."""
    is_byline = node.tag == "footer" or ASIDE_OF_ARTICLE.search(names_of(node.attributes))
    ancestor = node.parent if is_byline and node.tag != "nav" else None
    while ancestor is not None:
        if ancestor.tag == "article":
            return True
        ancestor = ancestor.parent
    return False


def names_of(attributes: dict[str, str | None]) -> str:
    """Class, id, rel, itemprop, property and test id of an element, joined, in lower case."""
    names = [attributes[key] for key in NAMING & attributes.keys()]
    return " ".join(name for name in names if name)[:300].lower()


def _hints_of_link(attributes: dict[str, str | None]) -> int:
    match = TELLING_LINK.search((attributes.get("href") or "")[:300])
    if match is None:
        return TOPIC if "tag" in (attributes.get("rel") or "").split() else 0
    return AUTHOR if match["author"] else TOPIC


@lru_cache(maxsize=20_000)
def _hints(names: str) -> int:
    """AUTHOR and DATE bits of a class or id; pages repeat theirs a hundred times."""
    names = names[:300].lower()
    by_author = AUTHOR if AUTHOR_HINT.search(names) else 0
    return by_author | (DATE if DATE_HINT.search(names) else 0)


def _take_head(found: Elements, tag: str, node: LexborNode) -> None:
    attributes = node.attributes
    if tag == "meta":
        _take_meta(found, attributes)
    elif tag == "link":
        rel = (attributes.get("rel") or "").lower()
        if rel and len(found.links) < MOST_METAS:
            found.links.append((rel, attributes))
    elif tag == "script":
        if "ld+json" in (attributes.get("type") or "").lower():
            found.jsonld.append(node)
    elif tag == "html":
        found.language = attributes.get("lang") or attributes.get("xml:lang") or ""
    elif not found.title and (node.parent is None or node.parent.tag != "svg"):
        found.title = plain(node.text())


def _take_meta(found: Elements, attributes: dict[str, str | None]) -> None:
    content = attributes.get("content") or attributes.get("value")
    if not content:
        return
    keys: Iterable[str] = ("property", "name", "itemprop", "http-equiv")
    for name in {(attributes.get(key) or "").strip().lower() for key in keys}:
        if name:
            contents = found.metas.setdefault(name, [])
            if len(contents) < MOST_METAS:
                contents.append(content)


def _take_marked(found: Elements, tag: str, hints: int, marked: Marked) -> None:
    if tag == "h1":
        _add(found.headings, marked)
    elif tag == "h2" and len(found.subheadings) < MOST_SUBHEADINGS:
        found.subheadings.append(marked)
    elif tag == "time":
        _add(found.times, marked)
    if hints & PROPERTY:
        _add(found.properties, marked)
    if tag not in UNMARKED_TAGS:
        if hints & AUTHOR:
            _add(found.authors, marked)
        if hints & DATE:
            _add(found.dates, marked)
        if hints & TOPIC:
            _add(found.topics, marked)


def _add(marks: list[Marked], marked: Marked) -> None:
    if len(marks) < MOST_MARKED:
        marks.append(marked)


def _line_of(node: LexborNode) -> Iterable[int]:
    ancestor: LexborNode | None = node
    while ancestor is not None:
        yield ancestor.mem_id
        ancestor = ancestor.parent
