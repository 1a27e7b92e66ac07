"""Takes readers' comments off a page where they outweigh its story.

The extractor finds the largest good text of a page. Below a short story with many comments that is
the comments. Where they hold most of the text, the page is read without them.
"""

import re
from dataclasses import replace
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.process.body.blocks import read_outline
from tasks.process.body.hints import HINTS
from tasks.process.parse import ParsedPage

# Places in `Outline.boxes`.
HINTS_OF_BOX: Final = 2
FIRST_BLOCK: Final = 6
COMMENT: Final = 1 << HINTS.index("name_comment")
MOSTLY: Final = 0.4  # of a page's characters
NAMES: Final = (
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
    ),
)
NAMED: Final = ",".join(f'[{where}*="{name}" i]' for name in NAMES for where in ("class", "id"))
MARKED: Final = f'{NAMED},[itemtype$="/Comment"],[itemtype$="/UserComments"]'
KEPT_TAGS: Final = frozenset({"html", "body", "main"})
# A sentence outside the comments shows that the story stands there.
STORY_BLOCK: Final = 60
SENTENCE: Final = re.compile(r"[.!?。！？؟।]")


def without_comments(page: ParsedPage) -> ParsedPage:
    """Return the page without its comments if they hold much of its text; else the page itself."""
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
    outline = page.outline
    if not any(box[HINTS_OF_BOX] & COMMENT for box in outline.boxes):
        return "/Comment" in page.html or "/UserComments" in page.html
    lengths = [len(text) for text in outline.texts]
    comments = end = 0
    for box, ends in zip(outline.boxes, outline.ends, strict=True):
        first, last = box[FIRST_BLOCK], ends[0]
        if box[HINTS_OF_BOX] & COMMENT and first >= end:  # one within another counts once
            comments += sum(lengths[first:last])
            end = last
    return comments >= MOSTLY * max(1, sum(lengths))


def _holds_headline(node: LexborNode) -> bool:
    return node.css_first("h1") is not None


def _is_story(text: str) -> bool:
    return len(text) >= STORY_BLOCK and SENTENCE.search(text) is not None
