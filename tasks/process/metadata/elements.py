"""An index of the elements of a page from which metadata is read.

The elements that every page needs come from one query in C. The others are found when a reader
first asks for them, because that takes a loop over all elements in Python: elements with telling
class names are needed only on pages that declare no author or no date. That loop runs over the
elements of the outline, without menus and footers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborNode

from tasks.process.body.blocks import PageOutline
from tasks.process.markup.parse import ParsedPage
from tasks.process.metadata.element_names import (
    AUTHOR,
    AUTHOR_OR_TOPIC_LINK,
    DATE,
    is_side_block,
    name_hints,
    names_of,
)
from tasks.web.plain import plain

# Bounds for pages with 100,000 elements. No ordinary page reaches them.
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
class MarkedElement:
    """An element whose tag or names suggest that it holds metadata."""

    node: LexborNode
    attributes: dict[str, str | None]

    @property
    def names(self) -> str:
        """Return the values of class, id, rel and the like, joined, in lower case."""
        return names_of(self.attributes)

    @property
    def itemprop(self) -> str:
        """Return the name of a microdata or RDFa property, without its vocabulary."""
        name = self.attributes.get("itemprop") or self.attributes.get("property") or ""
        return " ".join(part.rsplit(":", 1)[-1] for part in name.lower().split())


@dataclass
class Elements:
    """The index of one page. It has no slots, because its expensive parts are computed lazily.

    All lists are in document order.

    Attributes:
        outline: the outline of the page, which leaves out menus and footers.
        metas: the contents of the metas by name.
        links: `rel` and attributes of the `<link>` elements.
        jsonld: the `<script>` elements with JSON-LD.
        title: the text of `<title>`.
        headings: the h1 elements.
        subheadings: the first h2 elements.
        properties: elements with `itemprop` or `property`.
        with_rel: elements with `rel`, such as links with `rel=author`.
    """

    outline: PageOutline
    root: LexborNode | None = None
    body: LexborNode | None = None
    metas: dict[str, list[str]] = field(default_factory=dict)
    links: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    jsonld: list[LexborNode] = field(default_factory=list)
    title: str = ""
    headings: list[MarkedElement] = field(default_factory=list)
    subheadings: list[MarkedElement] = field(default_factory=list)
    times: list[MarkedElement] = field(default_factory=list)
    properties: list[MarkedElement] = field(default_factory=list)
    with_rel: list[MarkedElement] = field(default_factory=list)

    def meta(self, *names: str) -> list[str]:
        """Return the contents of the metas with these names, in the order of the names."""
        return [content for name in names for content in self.metas.get(name, ())]

    @property
    def language(self) -> str:
        """Return the language that the root element declares, or ""."""
        attributes = self.root.attributes if self.root is not None else {}
        return attributes.get("lang") or attributes.get("xml:lang") or ""

    @property
    def authors(self) -> list[MarkedElement]:
        """Return the elements whose class or other names suggest an author."""
        return self._named[0]

    @property
    def dates(self) -> list[MarkedElement]:
        """Return the elements whose class or other names suggest a date."""
        return self._named[1]

    @cached_property
    def _named(self) -> tuple[list[MarkedElement], list[MarkedElement]]:
        """Return `authors` and `dates`, found in one pass."""
        authors: list[MarkedElement] = []
        dates: list[MarkedElement] = []
        for node in islice(self.outline.elements, MOST_VISITED):
            attributes = node.attributes
            hints = name_hints(attributes) if attributes else 0
            if hints and node.tag not in UNMARKED_TAGS and node.tag not in HEAD_TAGS:
                marked = MarkedElement(node, attributes)
                if hints & AUTHOR:
                    _add(authors, marked)
                if hints & DATE:
                    _add(dates, marked)
        return authors, dates

    @property
    def author_links(self) -> list[MarkedElement]:
        """Return the links to pages about authors."""
        return self._known_links[0]

    @property
    def topics(self) -> list[MarkedElement]:
        """Return the links to pages about topics, and links with `rel=tag`."""
        return self._known_links[1]

    @cached_property
    def _known_links(self) -> tuple[list[MarkedElement], list[MarkedElement]]:
        """Return `author_links` and `topics`, found in one pass."""
        authors: list[MarkedElement] = []
        topics: list[MarkedElement] = []
        for node, tag in zip(self.outline.elements, self.outline.tags, strict=True):
            if tag != "a":
                continue
            attributes = node.attributes
            match = AUTHOR_OR_TOPIC_LINK.search((attributes.get("href") or "")[:300])
            if match is not None and match["author"]:
                _add(authors, MarkedElement(node, attributes))
            elif match is not None or "tag" in (attributes.get("rel") or "").split():
                _add(topics, MarkedElement(node, attributes))
        return authors, topics

    def position(self, node: LexborNode) -> int:
        """Return the number of an element of the outline in document order; 0 for any other."""
        return self._positions.get(node.mem_id, 0)

    # Nodes are compared by `mem_id`: selectolax makes a new Python object at each access.
    @cached_property
    def _positions(self) -> dict[int, int]:
        return {node.mem_id: number for number, node in enumerate(self.outline.elements)}

    @property
    def headline_position(self) -> int:
        """Return the position of the first heading; 0 without one."""
        return self.position(self.headings[0].node) if self.headings else 0

    @cached_property
    def length(self) -> int:
        """Return the number of characters of the whole body, scripts and menus included."""
        return len(self.body.text()) if self.body is not None else 0

    def is_outside_article(self, node: LexborNode | None) -> bool:
        """Return whether an element lies in navigation, a related card, a comment or the footer."""
        return self.side_block(node) is not None

    def side_block(self, node: LexborNode | None) -> LexborNode | None:
        """Return the innermost block around an element that is not part of the article, if any.

        A block that holds a first-level heading is part of the article, whatever its class says.
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
        """Return the ids of all first-level headings and their ancestors."""
        return {name for heading in self.headings for name in _ancestor_ids(heading.node)}


def collect_elements(page: ParsedPage) -> Elements:
    """Return the index of a page; the tree is not changed."""
    tree = page.tree
    found = Elements(page.outline, tree.root, tree.body)
    seen: set[int] = set()  # lexbor returns an element once for each selector that it matches
    for node in tree.css(DECLARING):
        if node.mem_id not in seen:
            seen.add(node.mem_id)
            _add_element(found, node, node.tag or "")
    return found


def _add_element(found: Elements, node: LexborNode, tag: str) -> None:
    """Add an element to the lists of the index that its tag and attributes belong to."""
    attributes = node.attributes
    if tag == "meta":
        _add_meta(found, attributes)
    elif tag == "link":
        rel = (attributes.get("rel") or "").lower()
        if rel and len(found.links) < MOST_METAS:
            found.links.append((rel, attributes))
    elif tag == "script":
        found.jsonld.append(node)
    elif tag == "title":
        # The <title> of an inline SVG describes the picture.
        if not found.title and (node.parent is None or node.parent.tag != "svg"):
            found.title = plain(node.text())
    else:
        _add_marked(found, tag, MarkedElement(node, attributes))


def _add_meta(found: Elements, attributes: dict[str, str | None]) -> None:
    """Add the content of a meta under each of its names, which may stand in several attributes."""
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


def _add_marked(found: Elements, tag: str, marked: MarkedElement) -> None:
    """Add an element to the lists for its tag and for its attributes."""
    if tag == "h1":
        _add(found.headings, marked)
    elif tag == "h2" and len(found.subheadings) < MOST_SUBHEADINGS:
        found.subheadings.append(marked)
    elif tag == "time":
        _add(found.times, marked)
    if "itemprop" in marked.attributes or "property" in marked.attributes:
        _add(found.properties, marked)
    if "rel" in marked.attributes:
        _add(found.with_rel, marked)


def _add(marks: list[MarkedElement], marked: MarkedElement) -> None:
    """Add an element to a list up to its bound."""
    if len(marks) < MOST_MARKED:
        marks.append(marked)


def _ancestor_ids(node: LexborNode) -> Iterable[int]:
    """Yield the ids of a node and its ancestors."""
    ancestor: LexborNode | None = node
    while ancestor is not None:
        yield ancestor.mem_id
        ancestor = ancestor.parent
