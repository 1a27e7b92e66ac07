"""A page as a list of blocks of text, and the elements around them, by one pass over its tree.

A block is text that no box begins or ends in: a paragraph, a heading, a list item, a cell, a line
of a menu. Two line breaks in a row part blocks as well. Pages have thousands of nodes, so the pass
collects plain rows; all that is derived from them is left to `page`.
"""

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.process.body.hints import (
    ARTICLE,
    BESIDE,
    FOOTER,
    FOOTERS,
    NAVIGATION,
    OF_ARTICLE,
    hints_of,
)
from tasks.process.body.tags import (
    BOX,
    BREAK,
    KIND,
    LINK,
    OTHER,
    PLAIN,
    QUOTATION,
    ROLES,
    STRONG,
    VOID_ELEMENT,
)  # fmt: skip

LINE_BREAK = "\n"
# Lexbor's numbers of nodes: that of text; those of elements are larger than all others.
TEXT = 2
LAST_OTHER = 5
LEAST_TEXT = 500  # characters without menus and footers; a page with less may be built of them
MOST_ASKED = 300  # honest pages have a dozen such boxes
STORY = "p, h1, br"  # what menus have none of


@dataclass(slots=True)
class Outline:
    """What the pass collects.

    Attributes:
        texts: of the blocks, in reading order; single spaces within, none around, never empty.
        blocks: per block its owner, the innermost element that is a box; the characters within
            links, and within emphasis; the number of links, and of line breaks.
        boxes: per box in document order, the body first: its parent (the body its own); its kind,
            as in `tags.KINDS`; its hints; numbers for the chain of tags from the body down to it,
            and for tag and class of it and all above, which parts of one template share; its depth;
            the blocks and the pictures before it.
        ends: per box the blocks, pictures and boxes before its end.
        elements: in document order, also those that hold no text; of buttons, whose text is left
            out, the links.
        tags: of the elements.
        left_out: menus and the page's footer, with the blocks before each.
    """

    texts: list[str] = field(default_factory=list)
    blocks: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    boxes: list[tuple[int, int, int, int, int, int, int, int]] = field(default_factory=list)
    ends: list[tuple[int, int, int]] = field(default_factory=list)
    elements: list[LexborNode] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    left_out: list[tuple[int, LexborNode]] = field(default_factory=list)


def read_outline(tree: LexborHTMLParser) -> Outline:
    """The blocks of a page and the boxes that they stand in; the tree stays as it is.

    Menus, footers and the like are left out: they are a third to a half of a page. One that has
    next to no text without them is read with them.
    """
    if tree.body is None:
        return Outline()
    outline = _read(tree.body, leaves_out=True)
    if sum(map(len, outline.texts)) < LEAST_TEXT:
        outline = whole_outline(tree.body)
    return outline


def whole_outline(element: LexborNode) -> Outline:
    """The outline of one element, with nothing left out."""
    return _read(element, leaves_out=False)


def _read(element: LexborNode, *, leaves_out: bool) -> Outline:
    """Each access to a node costs as much as several lines here: none is asked for twice."""
    walk = _Walk(leaves_out=leaves_out)
    ahead: list[LexborNode | None] = []  # None: an element's end
    first = walk.enter(element.tag_id, element)
    if first is not None:
        ahead += (None, first)
    while ahead:
        node = ahead.pop()
        if node is None:
            walk.leave()
            continue
        following = node.next
        if following is not None:
            ahead.append(following)
        number = node.tag_id
        if number > LAST_OTHER:
            inner = walk.enter(number, node)
            if inner is not None:
                ahead += (None, inner)
        elif number == TEXT:
            if not node.is_empty_text_node:
                walk.take(node.text_content or "")
            elif walk.pieces:
                walk.pieces.append(" ")
    return walk.outline


class _Walk:
    """The state of the pass: the open elements, and the block that is being read."""

    __slots__ = (
        "articles", "asked", "box", "breaks", "is_broken", "leaves_out", "linked", "links", "names",
        "open", "outline", "pictures", "pieces", "seen", "strong", "within_links", "within_strong",
    )  # fmt: skip

    def __init__(self, *, leaves_out: bool) -> None:
        self.outline = Outline()
        self.leaves_out = leaves_out
        self.open: list[tuple[int, int]] = []  # role, the box around a box
        self.articles = self.asked = 0  # open ones; boxes that were searched for a text
        self.box = self.pictures = self.within_links = self.within_strong = 0
        self.names: dict[int, tuple[str, int]] = {}  # by the number of a tag within this page
        self.seen: dict[tuple[int, str], int] = {}
        self.pieces: list[str] = []
        self.linked = self.strong = self.links = self.breaks = 0
        self.is_broken = False

    def take(self, text: str) -> None:
        """Adds a text node to the block."""
        self.pieces.append(text)
        self.is_broken = False
        if self.within_links or self.within_strong:
            length = len(text.strip())
            if self.within_links:
                self.linked += length
            if self.within_strong:
                self.strong += length

    def enter(self, number: int, node: LexborNode) -> LexborNode | None:
        """Takes an element; gives the first node to read within it, up to `leave`."""
        named = self.names.get(number)
        if named is None:
            tag = node.tag or ""
            named = self.names[number] = (tag, ROLES.get(tag, BOX))
        tag, role = named
        self.outline.elements.append(node)
        self.outline.tags.append(tag)
        if role == BOX:
            is_open = self._opens_box(tag, node)
        elif role >= PLAIN:
            is_open = True
            self._open_inline(role)
        else:
            is_open = False
            self._pass(role, tag, node)
        inner = node.first_child if is_open else None
        if is_open and inner is None:
            self.leave()
        return inner

    def _pass(self, role: int, tag: str, node: LexborNode) -> None:
        """Takes an element that is not read within."""
        if role == BREAK:
            self._break_line()
        elif role == VOID_ELEMENT:
            self.pictures += tag == "img"
        elif tag == "button":
            links = node.css("a[href]")
            self.outline.elements += links
            self.outline.tags += ["a"] * len(links)

    def _break_line(self) -> None:
        if self.is_broken:
            self.flush()
        elif self.pieces:
            self.pieces.append(LINE_BREAK)
            self.breaks += 1
            self.is_broken = True

    def _open_inline(self, role: int) -> None:
        if role == LINK:
            self.within_links += 1
            self.links += 1
        elif role == STRONG:
            self.within_strong += 1
        elif role == QUOTATION:
            self.pieces.append("\u201c")
        self.open.append((role, 0))

    def _opens_box(self, tag: str, node: LexborNode) -> bool:
        if self.pieces:
            self.flush()
        outline, seen, parent = self.outline, self.seen, self.box
        boxes = outline.boxes
        attributes = node.attributes if boxes else {}
        hints = hints_of(tag, attributes)
        if hints & BESIDE and self.leaves_out and self._is_beside(hints, node):
            outline.left_out.append((len(outline.texts), node))
            return False
        self.articles += bool(hints & ARTICLE)
        before = (len(outline.texts), self.pictures)
        self.box = len(boxes)
        self.open.append((BOX, parent))
        outline.ends.append((0, 0, 0))
        if not boxes:  # what the body is called tells of the page, not of its parts
            boxes.append((0, OTHER, 0, 0, 0, 0, *before))
            return True
        _, _, _, path, look, depth, _, _ = boxes[parent]
        path = seen.setdefault((path, tag), len(seen))
        style = f"{tag}.{attributes.get('class') or ''}" if attributes else f"{tag}."
        look = seen.setdefault((look, style), len(seen))
        boxes.append((parent, KIND.get(tag, OTHER), hints, path, look, depth + 1, *before))
        return True

    def _is_beside(self, hints: int, node: LexborNode) -> bool:
        """Whether a box is a menu or the page's footer, by its tag, or by its name and no text.

        An article's own footer stays, for its byline and its topics. Of the words of 548 stories
        .06 % stand in what is left out (measured).
        """
        if hints & OF_ARTICLE or (hints & FOOTERS and self.articles):
            return False
        if hints & (NAVIGATION | FOOTER):
            return True
        self.asked += 1
        return self.asked <= MOST_ASKED and node.css_first(STORY) is None

    def leave(self) -> None:
        """Ends the innermost element that is open."""
        role, around = self.open.pop()
        if role == BOX:
            self._leave_box(around)
        elif role == LINK:
            self.within_links -= 1
        elif role == STRONG:
            self.within_strong -= 1
        elif role == QUOTATION:
            self.pieces.append("\u201d")

    def _leave_box(self, around: int) -> None:
        if self.pieces:
            self.flush()
        outline = self.outline
        outline.ends[self.box] = (len(outline.texts), self.pictures, len(outline.boxes))
        self.articles -= bool(outline.boxes[self.box][2] & ARTICLE)
        self.box = around

    def flush(self) -> None:
        """Ends the block."""
        text = " ".join("".join(self.pieces).split())
        if text:
            self.outline.texts.append(text)
            self.outline.blocks.append(
                (self.box, self.linked, self.strong, self.links, self.breaks)
            )
        self.pieces = []
        self.linked = self.strong = self.links = self.breaks = 0
        self.is_broken = False
