"""Removes readers' comments from pages on which they outweigh the story.

The extractor looks for the largest good text of a page. On a page with a short story and many
comments, that would be the comments. Where they hold much of the text, they are removed before.
"""

import re
from dataclasses import replace
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.process.body.blocks import read_outline
from tasks.process.body.hints import HINTS
from tasks.process.markup.parse import ParsedPage

# Positions in the tuples of `PageOutline.boxes`.
HINTS_OF_BOX: Final = 2
FIRST_BLOCK: Final = 6
_COMMENT: Final = 1 << HINTS.index("name_comment")
_MOSTLY: Final = 0.4  # the share of a page's characters from which on comments are removed
_NAMES: Final = (
    *("comment", "disqus", "respond", "responses", "reply", "replies", "komment", "discussion"),
    *(
        "comentario",
        "commenti",
        "reacties",
        "leserbrief",
        "livefyre",
        "viafoura",
        "spot-im",
        "openweb",
        "hyvor",
        "komentar",
    ),
)
NAMED: Final = ",".join(f'[{where}*="{name}" i]' for name in _NAMES for where in ("class", "id"))
MARKED: Final = (
    f'{NAMED},coral-comments,[id="reactions"],[itemtype$="/Comment"],[itemtype$="/UserComments"]'
)
# Signs of comments that are not among the extractor's hints. To look for their names in the page's
# HTML took three times as long.
UNHINTED: Final = (
    'coral-comments,[itemtype$="/Comment"],[itemtype$="/UserComments"]'
    ',[id^="reactions"],[class^="reactions"],[id^="komentar"],[class^="komentar"]'
)
KEPT_TAGS: Final = frozenset({"html", "body", "main"})
# A block of this length with a full stop outside the comments shows that the story stands there.
STORY_BLOCK: Final = 60
_SENTENCE: Final = re.compile(r"[.!?。！？؟।]")


def without_comments(page: ParsedPage) -> ParsedPage:
    """Return the page without its comments if they hold much of its text, else the page itself.

    An element with the headline in it is kept, whatever its name says; so is the whole page if no
    story is left without the comments.
    """
    if not _may_outweigh(page):
        return page
    tree = LexborHTMLParser(page.html)
    found = [node for node in tree.css(MARKED) if node.tag not in KEPT_TAGS]
    for node in found:
        if not _holds_headline(node):
            node.decompose()
    outline = read_outline(tree)
    if not any(_is_story(text) for text in outline.texts):
        return page
    return replace(page, html=tree.html or "", tree=tree, outline=outline)


def _may_outweigh(page: ParsedPage) -> bool:
    """Return whether comments may hold so much of the page's text that they must be removed."""
    outline = page.outline
    if not any(box[HINTS_OF_BOX] & _COMMENT for box in outline.boxes):
        return page.tree.css_matches(UNHINTED)
    lengths = [len(text) for text in outline.texts]
    comments = end = 0
    for box, ends in zip(outline.boxes, outline.ends, strict=True):
        first, last = box[FIRST_BLOCK], ends[0]
        # A box within a box that was counted already begins before `end`.
        if box[HINTS_OF_BOX] & _COMMENT and first >= end:
            comments += sum(lengths[first:last])
            end = last
    return comments >= _MOSTLY * max(1, sum(lengths))


def _holds_headline(node: LexborNode) -> bool:
    return node.css_first("h1") is not None


def _is_story(text: str) -> bool:
    return len(text) >= STORY_BLOCK and _SENTENCE.search(text) is not None
