"""Reads the lines that a reader sees around the headline, where bylines and dates stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborNode

from tasks.process.metadata.elements import Elements, MarkedElement
from tasks.web.plain import inner_text, is_unseen, plain

# The reach below the headline in which a byline is looked for: characters, text nodes, nodes.
REACH_CHARACTERS = 900
REACH_LINES = 60
REACH_NODES = 400
# On a page without headings: the nodes among which its printed title is looked for, and the least
# characters of a title.
TITLE_NODES = 2_000
LEAST_TITLE = 12
# The reach above the headline, where kicker and date line stand.
ABOVE_CHARACTERS = 160
ABOVE_NODES = 80
# The nodes between a date and its label, at most.
NEARBY_NODES = 12
# The part of a page that is searched for a date if none stands near the headline.
PAGE_NODES = 10_000
MOST_YEARS = 200
LONGEST_DATE_LINE = 120
# A block with this share of the page's text is the article's, whatever its name says.
MAIN_SHARE = 0.25
MOST_BLOCKS = 20
# A year in any digits, Persian and Buddhist ones included; a year of two digits after full stops,
# slashes or a short month in Thai.
YEAR_LIKE = re.compile(
    r"(?:19|20|13|14|25)\d\d|\d[./]\s?\d{1,2}[./]\s?\d\d|[๐-๙]{4}|[٠-٩]{4}|[۰-۹]{4}|[०-९]{4}"
    r"|[ก-๎]\.\s?\d\d"
)
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\w+")
UNREAD_TAGS = frozenset({"nav", "aside", "footer", "form", "script", "style", "figure", "svg"})


@dataclass(frozen=True, slots=True)
class Line:
    """A text node, and its distance from the headline in characters, negative above it."""

    text: str
    distance: int
    node: LexborNode | None = None


def headline_element(elements: Elements) -> MarkedElement | None:
    """Return the first-level heading that is most like the declared titles.

    The first one can be the logo. Without any, an h2 that resembles a title is the headline.
    """
    others = [elements.title, *elements.meta("og:title")]
    if not elements.headings:
        like = [m for m in elements.subheadings if _best_likeness(m, others) > 0.5]
        return next(iter(like), None)
    if len(elements.headings) == 1:
        return elements.headings[0]
    return max(
        elements.headings,
        key=lambda mark: (not elements.is_outside_article(mark.node), _best_likeness(mark, others)),
    )


def _best_likeness(mark: MarkedElement, others: list[str]) -> float:
    text = inner_text(mark.node)
    return max(likeness(text, other) for other in others)


def likeness(one: str, two: str) -> float:
    """Return the Jaccard index of the words of two texts, 0 to 1."""
    a, b = set(_WORD.findall(one.casefold())), set(_WORD.findall(two.casefold()))
    return len(a & b) / len(a | b) if a and b else 0.0


def lines_around(elements: Elements) -> list[Line]:
    """Return the text nodes around the headline in document order: above it, then below it."""
    heading = headline_element(elements)
    node = heading.node if heading else printed_title(elements)
    return [*_lines_above(node), *_lines_below(node)] if node is not None else []


def printed_title(elements: Elements) -> LexborNode | None:
    """Return the text node in which a page without headings prints its title, if any.

    It is the longest text that is a part of `<title>`, whose other part is the site's name. Old
    layouts of tables print their titles without a heading.
    """
    nodes = elements.body.traverse(include_text=True) if elements.body else iter(())
    found = [
        (len(text), node)
        for node in islice(nodes, TITLE_NODES)
        if len(text := _text_of(node)) >= LEAST_TITLE and text in elements.title
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def _lines_below(heading: LexborNode) -> list[Line]:
    """Return the text nodes after a heading, within the bounds of `REACH_...`."""
    lines: list[Line] = []
    length = seen = 0
    node = _following(heading)
    while node is not None and seen < REACH_NODES and length < REACH_CHARACTERS:
        seen += 1
        if text := _text_of(node):
            lines.append(Line(text, length, node))
            length += len(text)
        node = _following(node) if node.tag in UNREAD_TAGS else node.first_child or _following(node)
    return lines[:REACH_LINES]


def _lines_above(heading: LexborNode) -> list[Line]:
    """Return the text nodes before a heading, within the bounds of `ABOVE_...`."""
    lines: list[Line] = []
    length = seen = 0
    node = _preceding(heading)
    while node is not None and seen < ABOVE_NODES and length < ABOVE_CHARACTERS:
        seen += 1
        if text := _text_of(node):
            length += len(text)
            lines.append(Line(text, -length, node))
        node = _preceding(node) if node.tag in UNREAD_TAGS else node.last_child or _preceding(node)
    return lines[::-1]


def _text_of(node: LexborNode) -> str:
    """Return the text of a visible text node; "" for any other node."""
    if not node.is_text_node or node.is_empty_text_node or is_unseen(node):
        return ""
    return plain(node.text_content or "", REACH_CHARACTERS)


def _preceding(node: LexborNode) -> LexborNode | None:
    """Return the last node in document order that ends before `node` begins."""
    current: LexborNode | None = node
    while current is not None and current.tag != "body":
        if current.prev is not None:
            return current.prev
        current = current.parent
    return None


def text_before(node: LexborNode, reach: int) -> str:
    """Return the last `reach` characters of text, or a few more, right before an element."""
    text = ""
    before = _preceding(node)
    for _ in range(NEARBY_NODES):
        if before is None or len(text) >= reach:
            break
        text = f"{_text_of(before)[-reach:]} {text}".strip()
        is_read = before.tag not in UNREAD_TAGS
        before = (before.last_child if is_read else None) or _preceding(before)
    return text


def text_after(node: LexborNode) -> str:
    """Return the first text right after an element."""
    following = _following(node)
    for _ in range(NEARBY_NODES):
        if following is None:
            break
        if text := _text_of(following):
            return text
        is_read = following.tag not in UNREAD_TAGS
        following = (following.first_child if is_read else None) or _following(following)
    return ""


def texts_with_years(elements: Elements) -> Iterator[tuple[str, LexborNode]]:
    """Yield each text node with a year on the page, with the text before it.

    Sidebars are left out. The number of nodes is bounded. Whether a node lies in a sidebar is
    tested only if it may hold a date, because the test looks at all ancestors.
    """
    own_blocks: dict[int, bool] = {}
    for before, node in islice(_nodes_with_years(elements), MOST_YEARS):
        block = elements.side_block(node.parent)
        if block is None or _is_own_block(block, elements, own_blocks):
            yield plain(before), node


def _nodes_with_years(elements: Elements) -> Iterator[tuple[str, LexborNode]]:
    """Yield each text node with a year, with the 60 characters of text before it."""
    before = ""
    nodes = elements.body.traverse(include_text=True) if elements.body else iter(())
    for node in islice(nodes, PAGE_NODES):
        if not node.is_text_node:
            continue
        raw = (node.text_content or "")[:REACH_CHARACTERS]
        if raw.isspace():
            continue
        # Most texts have no digit, and a search for one takes a fifth of the time.
        if _DIGIT.search(raw) and YEAR_LIKE.search(raw) and not is_unseen(node):
            yield before, node
        before = raw[-60:]


def _is_own_block(block: LexborNode, elements: Elements, known: dict[int, bool]) -> bool:
    """Return whether a block that is named like a sidebar belongs to the article nevertheless.

    A `<div>` that holds much of the page's text has a misleading name. An `<aside>` of one short
    line is a date line, not a list of other articles.

    Args:
        known: the answers given so far by node; each new one is added.
    """
    if block.mem_id not in known:
        is_known_enough = len(known) > MOST_BLOCKS
        length = 0 if is_known_enough else len(block.text())
        is_line = block.tag == "aside" and 0 < length <= LONGEST_DATE_LINE
        known[block.mem_id] = is_line or (
            block.tag == "div" and length > MAIN_SHARE * elements.length
        )
    return known[block.mem_id]


def _following(node: LexborNode) -> LexborNode | None:
    """Return the next node in document order that is not within `node`."""
    current: LexborNode | None = node
    while current is not None:
        if current.next is not None:
            return current.next
        current = current.parent
    return None
