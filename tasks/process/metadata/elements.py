"""The elements that metadata is read from: an index of one page, each part made when asked for.

What every page needs comes from one query in C; a look at each element by Python, for the names of
their classes, is for pages that do not declare an author or a date, and it is at those alone that
the outline has: menus and footers are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborNode

from tasks.process.body.blocks import Outline
from tasks.process.metadata.element_names import (
    AUTHOR,
    DATE,
    TELLING_LINK,
    hints_of,
    is_side_block,
    names_of,
)
from tasks.process.metadata.plain import plain
from tasks.process.parse import ParsedPage

# Pages with 100,000 elements exist; no honest page has so many of these under one name.
MOST_METAS: Final = 200
MOST_MARKED: Final = 80
MOST_SUBHEADINGS: Final = 3
MOST_VISITED: Final = 5_000
META_NAMES = ("property", "name", "itemprop", "http-equiv")
HEAD_TAGS = frozenset({"meta", "link", "script", "title"})
DECLARING = (
    'meta, link, script[type*="ld+json" i], title, h1, h2, time, [itemprop], [property]'
    ', [rel~="author" i]'
)
UNMARKED_TAGS = frozenset({"body", "main", "form", "input", "img", "h1", "h2", "svg", "path"})


@dataclass(frozen=True, slots=True)
class Marked:
    """An element with a telling tag or name."""

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


@dataclass
class Elements:
    """One page's index; lists are in document order. No slots: its dear parts are lazy.

    Attributes:
        outline: the elements and texts of the page's own part.
        signed: elements with a `rel`, among them those whose `rel` is author.
    """

    outline: Outline
    root: LexborNode | None = None
    body: LexborNode | None = None
    metas: dict[str, list[str]] = field(default_factory=dict)
    links: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    jsonld: list[LexborNode] = field(default_factory=list)
    title: str = ""
    headings: list[Marked] = field(default_factory=list)
    subheadings: list[Marked] = field(default_factory=list)
    times: list[Marked] = field(default_factory=list)
    properties: list[Marked] = field(default_factory=list)
    signed: list[Marked] = field(default_factory=list)

    def meta(self, *names: str) -> list[str]:
        """Contents of the metas so named, in the order of `names`, then of the page."""
        return [content for name in names for content in self.metas.get(name, ())]

    @property
    def language(self) -> str:
        """What the root element declares."""
        attributes = self.root.attributes if self.root is not None else {}
        return attributes.get("lang") or attributes.get("xml:lang") or ""

    @property
    def authors(self) -> list[Marked]:
        """Elements whose names say author."""
        return self._named[0]

    @property
    def dates(self) -> list[Marked]:
        """Elements whose names say date."""
        return self._named[1]

    @cached_property
    def _named(self) -> tuple[list[Marked], list[Marked]]:
        authors: list[Marked] = []
        dates: list[Marked] = []
        for node in islice(self.outline.elements, MOST_VISITED):
            attributes = node.attributes
            hints = hints_of(attributes) if attributes else 0
            if hints and node.tag not in UNMARKED_TAGS and node.tag not in HEAD_TAGS:
                marked = Marked(node, attributes)
                if hints & AUTHOR:
                    _add(authors, marked)
                if hints & DATE:
                    _add(dates, marked)
        return authors, dates

    @property
    def author_links(self) -> list[Marked]:
        """Links to pages about authors."""
        return self._telling_links[0]

    @property
    def topics(self) -> list[Marked]:
        """Links to pages about topics, and those that say so."""
        return self._telling_links[1]

    @cached_property
    def _telling_links(self) -> tuple[list[Marked], list[Marked]]:
        authors: list[Marked] = []
        topics: list[Marked] = []
        for node, tag in zip(self.outline.elements, self.outline.tags, strict=True):
            if tag != "a":
                continue
            attributes = node.attributes
            match = TELLING_LINK.search((attributes.get("href") or "")[:300])
            if match is not None and match["author"]:
                _add(authors, Marked(node, attributes))
            elif match is not None or "tag" in (attributes.get("rel") or "").split():
                _add(topics, Marked(node, attributes))
        return authors, topics

    def position(self, node: LexborNode) -> int:
        """The number of an element of the outline in document order; 0 for others."""
        return self._positions.get(node.mem_id, 0)

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {node.mem_id: number for number, node in enumerate(self.outline.elements)}

    @property
    def start(self) -> int:
        """The position of the first heading; 0 without one."""
        return self.position(self.headings[0].node) if self.headings else 0

    @cached_property
    def length(self) -> int:
        """Characters of the whole body, scripts and menus included."""
        return len(self.body.text()) if self.body is not None else 0

    def is_beside(self, node: LexborNode | None) -> bool:
        """Whether an element lies in navigation, a related card, a comment or the footer."""
        return self.side_block(node) is not None

    def side_block(self, node: LexborNode | None) -> LexborNode | None:
        """The innermost block around an element that is not part of the article, if any.

        A block that holds a first-level heading is the article, whatever its class says.
        """
        while node is not None and node.tag not in {"body", "html"}:
            if node.mem_id in self._above_headings:
                return None
            if is_side_block(node):
                return node
            node = node.parent
        return None

    @cached_property
    def _above_headings(self) -> set[int]:
        return {name for heading in self.headings for name in _line_of(heading.node)}


def collect(page: ParsedPage) -> Elements:
    """The index of a page; the tree stays as it is."""
    tree = page.tree
    found = Elements(page.outline, tree.root, tree.body)
    seen: set[int] = set()  # an element is found once for each selector that it answers to
    for node in tree.css(DECLARING):
        if node.mem_id not in seen:
            seen.add(node.mem_id)
            _take(found, node, node.tag or "")
    return found


def _take(found: Elements, node: LexborNode, tag: str) -> None:
    attributes = node.attributes
    if tag == "meta":
        _take_meta(found, attributes)
    elif tag == "link":
        rel = (attributes.get("rel") or "").lower()
        if rel and len(found.links) < MOST_METAS:
            found.links.append((rel, attributes))
    elif tag == "script":
        found.jsonld.append(node)
    elif tag == "title":
        if not found.title and (node.parent is None or node.parent.tag != "svg"):
            found.title = plain(node.text())
    else:
        _take_marked(found, tag, Marked(node, attributes))


def _take_meta(found: Elements, attributes: dict[str, str | None]) -> None:
    content = attributes.get("content") or attributes.get("value")
    if not content:
        return
    last = ""
    for key in META_NAMES:
        if (raw := attributes.get(key)) and (name := raw.strip().lower()) != last:
            contents = found.metas.setdefault(name, [])
            if len(contents) < MOST_METAS:
                contents.append(content)
            last = name


def _take_marked(found: Elements, tag: str, marked: Marked) -> None:
    if tag == "h1":
        _add(found.headings, marked)
    elif tag == "h2" and len(found.subheadings) < MOST_SUBHEADINGS:
        found.subheadings.append(marked)
    elif tag == "time":
        _add(found.times, marked)
    if "itemprop" in marked.attributes or "property" in marked.attributes:
        _add(found.properties, marked)
    if "rel" in marked.attributes:
        _add(found.signed, marked)


def _add(marks: list[Marked], marked: Marked) -> None:
    if len(marks) < MOST_MARKED:
        marks.append(marked)


def _line_of(node: LexborNode) -> Iterable[int]:
    ancestor: LexborNode | None = node
    while ancestor is not None:
        yield ancestor.mem_id
        ancestor = ancestor.parent
