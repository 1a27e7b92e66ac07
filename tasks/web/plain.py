"""One-line plain text of attribute values, JSON-LD strings and elements."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborNode

from tasks.web.references import unescape_html

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--[^<>]{0,500}-->")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u2060\ud800-\udfff\ufeff]+"
)
UNSEEN_TAGS = frozenset({"script", "style", "noscript", "template", "svg", "select", "button"})
BREAKING_TAGS = frozenset({"br", "p", "div", "li"})
# A matched element may contain the whole page, so text is only read up to these bounds.
TEXT_CHARACTERS = 600
TEXT_NODES = 400
# Stands for a "<" in the visible text, so that `plain` does not take it for the start of a tag.
LESS = "\ue000"


def plain(value: object, limit: int = 5_000) -> str:
    """Return a value as one line: entities and tags resolved, invisible characters removed, NFC.

    Sites escape twice (`&amp;quot;`) and put markup into headlines; both are undone. Any value
    that is not a string gives "".
    """
    if not isinstance(value, str) or not value:
        return ""
    text = value[: 2 * limit]
    if text.isprintable() and text.isascii() and "&" not in text and "<" not in text:
        return " ".join(text.split())[:limit].rstrip()  # shortcut for most values
    for _ in range(2):
        if "&" in text and _ENTITY.search(text):
            text = unescape_html(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(text.split())[:limit].rstrip()


def text_pieces(node: LexborNode) -> list[str]:
    """Return the visible text nodes below `node` in order, each as plain text.

    At most TEXT_NODES nodes and about TEXT_CHARACTERS characters are read.
    """
    texts = [child.text_content for child in _text_nodes(node) if child.is_text_node]
    pieces = [plain(text, TEXT_CHARACTERS) for text in texts]
    return [piece for piece in pieces if piece]


def _text_nodes(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the visible text nodes below `node`, and the elements that break words."""
    length = 0
    for child in islice(node.traverse(include_text=True), TEXT_NODES):
        if child.is_text_node:
            if not is_unseen(child):
                yield child
                length += len(child.text_content or "")
        elif child.tag in BREAKING_TAGS:
            yield child
        if length > TEXT_CHARACTERS:
            return


def is_unseen(text_node: LexborNode) -> bool:
    """Return whether a text node belongs to a script, a style or a form control."""
    parent = text_node.parent
    return parent is not None and parent.tag in UNSEEN_TAGS


def inner_text(node: LexborNode, unread: frozenset[int] = frozenset()) -> str:
    """Return the text of a small element in one line; words split over inline tags stay whole.

    Args:
        unread: `mem_id`s of elements whose own text is left out.
    """
    pieces = [
        (child.text_content or "").replace("<", LESS) if child.is_text_node else " "
        for child in _text_nodes(node)
        if not unread or child.parent is None or child.parent.mem_id not in unread
    ]
    return plain("".join(pieces)).replace(LESS, "<")
