"""A page as a list of blocks of text, and the elements around them, by one pass over its tree.

A block is text that no box begins or ends in: a paragraph, a heading, a list item, a cell, a line
of a menu. Two line breaks in a row part blocks as well. Pages have thousands of nodes, so the pass
collects plain rows; all that is derived from them is left to `page`.
"""

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.process.body.hints import hints_of
from tasks.process.body.tags import (
    BOX,
    BREAK,
    KIND,
    LINK,
    OTHER,
    QUOTATION,
    ROLES,
    SKIP,
    STRONG,
    VOID_ELEMENT,
)  # fmt: skip

LINE_BREAK = "\n"
# Lexbor's numbers of nodes: that of text; those of elements are larger than all others.
TEXT = 2
LAST_OTHER = 5


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
        tags: of all elements, also of those that hold no text.
    """

    texts: list[str] = field(default_factory=list)
    blocks: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    boxes: list[tuple[int, int, int, int, int, int, int, int]] = field(default_factory=list)
    ends: list[tuple[int, int, int]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def read_outline(tree: LexborHTMLParser) -> Outline:
    """The blocks of a page and the boxes that they stand in; the tree stays as it is.

    Each access to a node costs as much as several lines here, so none is asked for twice.
    """
    walk = _Walk()
    for node in tree.body.traverse(include_text=True) if tree.body is not None else ():
        parent = node.parent
        around = parent.mem_id if parent is not None else 0
        if walk.innermost != around:
            walk.leave_up_to(around)
        number = node.tag_id
        if number > LAST_OTHER:
            walk.enter(number, node)
        elif number == TEXT and not walk.skipping:
            if not node.is_empty_text_node:
                walk.take(node.text_content or "")
            elif walk.pieces:
                walk.pieces.append(" ")
    walk.leave_up_to(0)
    return walk.outline


class _Walk:
    """The state of the pass: the open elements, and the block that is being read."""

    __slots__ = (
        "box", "breaks", "innermost", "is_broken", "linked", "links", "names", "open", "outline",
        "pictures", "pieces", "seen", "skipping", "strong", "within_links", "within_strong",
    )  # fmt: skip

    def __init__(self) -> None:
        self.outline = Outline()
        self.open: list[tuple[int, int, int]] = []  # id, role, the box around a box
        self.innermost = self.box = self.pictures = 0
        self.skipping = self.within_links = self.within_strong = 0
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

    def enter(self, number: int, node: LexborNode) -> None:
        """Opens an element."""
        named = self.names.get(number)
        if named is None:
            tag = node.tag or ""
            named = self.names[number] = (tag, ROLES.get(tag, BOX))
        tag, role = named
        self.outline.tags.append(tag)
        if role == SKIP or self.skipping:
            self.skipping += 1
            self._open(node, SKIP)
        elif role == BOX:
            self._enter_box(tag, node)
        elif role == BREAK:
            self._break_line()
        elif role == VOID_ELEMENT:
            self.pictures += tag == "img"
        else:
            self._enter_inline(role, node)

    def _open(self, node: LexborNode, role: int, around: int = -1) -> None:
        self.innermost = node.mem_id
        self.open.append((self.innermost, role, around))

    def _break_line(self) -> None:
        if self.is_broken:
            self.flush()
        elif self.pieces:
            self.pieces.append(LINE_BREAK)
            self.breaks += 1
            self.is_broken = True

    def _enter_inline(self, role: int, node: LexborNode) -> None:
        if role == LINK:
            self.within_links += 1
            self.links += 1
        elif role == STRONG:
            self.within_strong += 1
        elif role == QUOTATION:
            self.pieces.append("\u201c")
        self._open(node, role)

    def _enter_box(self, tag: str, node: LexborNode) -> None:
        self.flush()
        outline, seen, parent = self.outline, self.seen, self.box
        boxes = outline.boxes
        before = (len(outline.texts), self.pictures)
        self.box = len(boxes)
        outline.ends.append((0, 0, 0))
        self._open(node, BOX, parent)
        if not boxes:  # what the body is called tells of the page, not of its parts
            boxes.append((0, OTHER, 0, 0, 0, 0, *before))
            return
        attributes = node.attributes
        _, _, _, path, look, depth, _, _ = boxes[parent]
        path = seen.setdefault((path, tag), len(seen))
        style = f"{tag}.{attributes.get('class') or ''}" if attributes else f"{tag}."
        look = seen.setdefault((look, style), len(seen))
        hints = hints_of(tag, attributes)
        boxes.append((parent, KIND.get(tag, OTHER), hints, path, look, depth + 1, *before))

    def leave_up_to(self, node_id: int) -> None:
        """Closes what is open within an element; with 0 everything."""
        while self.open and self.open[-1][0] != node_id:
            _, role, around = self.open.pop()
            if role == BOX:
                self._leave_box(around)
            elif role == LINK:
                self.within_links -= 1
            elif role == STRONG:
                self.within_strong -= 1
            elif role == SKIP:
                self.skipping -= 1
            elif role == QUOTATION:
                self.pieces.append("\u201d")
        self.innermost = self.open[-1][0] if self.open else 0

    def _leave_box(self, around: int) -> None:
        self.flush()
        outline = self.outline
        outline.ends[self.box] = (len(outline.texts), self.pictures, len(outline.boxes))
        self.box = around

    def flush(self) -> None:
        """Ends the block."""
        pieces = self.pieces
        if pieces:
            text = " ".join("".join(pieces).split())
            if text:
                self.outline.texts.append(text)
                self.outline.blocks.append(
                    (self.box, self.linked, self.strong, self.links, self.breaks)
                )
            self.pieces = []
            self.linked = self.strong = self.links = self.breaks = 0
            self.is_broken = False
