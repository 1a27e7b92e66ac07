"""The images of an article, with their captions and credits.

An image belongs to the article if it stands among its paragraphs, or in a figure above them, and
none of the boxes around it is a teaser, a menu, an advertisement or the like. Boxes that hold text
of the article are not looked at, for their names describe the page.
"""

import re
from collections.abc import Sequence
from typing import Final

from selectolax.lexbor import LexborNode

from tasks.process.body.hints import HINTS, hints_of
from tasks.process.markup.parse import ParsedPage
from tasks.process.story.places import StoryBlock
from tasks.records import Image
from tasks.web.urls import absolute_url

IMAGE_TAGS: Final = frozenset({"img", "amp-img"})
MOST_IMAGES: Final = 200  # of one article
# Boxes around an image that is no part of the story.
_FOREIGN: Final = sum(
    1 << HINTS.index(name)
    for name in (
        *("name_comment", "name_share", "name_related", "name_popular", "name_teaser"),
        *("name_navigation", "name_newsletter", "name_advert", "name_shop", "name_consent"),
        *("name_author", "name_footer", "tag_nav", "tag_footer", "tag_form"),
    )
)
_FIGURE: Final = 1 << HINTS.index("tag_figure")
_SMALLEST: Final = 60  # pixels of an image that is no icon
_MOST_LEVELS: Final = 12  # boxes between an image and the story's text
# The first that is no drawing counts: `src` is often a placeholder until the page is scrolled.
_SOURCES: Final = ("data-src", "data-original", "data-lazy-src", "src", "data-srcset", "srcset")
_IMAGE_FILE: Final = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)(?:$|[?#&])|^#|^$", re.IGNORECASE)
# Images that stand for others, or for the publisher.
_STAND_IN: Final = re.compile(
    r"(?:placeholder|spacer|blank|pixel|transparent|logo|avatar|default|ersatzbild)[\w-]{0,40}"
    r"\.\w{3,4}(?:$|\?)",
    re.IGNORECASE,
)
_HEADINGS: Final = "h1, h2, h3, h4"
_CAPTIONS: Final = 'figcaption, [class*="caption" i], [class*="legend" i], [class*="bildunter" i]'
_CREDITS: Final = (
    '[class*="credit" i], [class*="copyright" i], [class*="photographer" i], '
    '[itemprop="copyrightHolder"], [itemprop="creditText"], [itemprop="author"], small, cite'
)
_LABEL: Final = (
    r"(?:photo(?:graph)?(?: credit| by|graphy)?|photos|picture|image(?: credit)?|credit|foto|fotos"
    r"|bild|bildquelle|quelle|crédits?(?: photo)?|fotografía|imagen|immagine|fotografia|beeld|kuva"
    r"|zdjęcie|фото|写真)"
)
_LONGEST_CREDIT: Final = 160
# A credit at the end of a caption: `Photo: Ida Marsh`, `(Foto: dpa)`, `© TPA`.
_CREDIT: Final = re.compile(
    rf"(?:^|[\s(\[|/.–—-])(?:{_LABEL} ?[:/]|©|\(c\)) ?(?P<credit>[^|()\[\]]{{1,{_LONGEST_CREDIT}}})"
    r"[)\]]?\.?$",
    re.IGNORECASE,
)
# A credit without a colon, behind the last sentence: `The gate. Photo Ida Marsh`.
_PLAIN_CREDIT: Final = re.compile(
    r"(?:^|[.!?…] )(?:Photos?|Fotos?) (?P<credit>[A-ZÀ-Þ][^|()\[\]]{1,80})$"
)
_STARTS_WITH_LABEL: Final = re.compile(rf"[(\[]?(?:{_LABEL} ?[:/]|©|\(c\)) ?", re.IGNORECASE)


def images_of_story(
    page: ParsedPage, base: str | None, blocks: Sequence[StoryBlock]
) -> tuple[Image, ...]:
    """Return the images of a story in the order of the page, each address once.

    Args:
        base: the page's `base_address`.
        blocks: the blocks of the story's text.
    """
    outline = page.outline
    if not blocks or IMAGE_TAGS.isdisjoint(outline.tags):
        return ()
    first, last = blocks[0].number, blocks[-1].number
    begin = outline.block_ends[first - 1] if first else 0
    end = outline.block_ends[last]
    holders = _boxes_with_text(page, blocks)
    found: dict[str, Image] = {}
    for place, tag in enumerate(outline.tags[:end]):
        if tag in IMAGE_TAGS and len(found) < MOST_IMAGES:
            node = outline.elements[place]
            outer = _outer_box(node, holders, is_above=place < begin)
            address = outer and _address(node, base)
            if outer and address and address not in found:
                found[address] = _image(node, outer, address)
    return tuple(found.values())


def _boxes_with_text(page: ParsedPage, blocks: Sequence[StoryBlock]) -> set[int]:
    """Return the ids of the elements around the blocks of a story, without body and html."""
    outline = page.outline
    ids: set[int] = set()
    for block in blocks:
        place = outline.block_ends[block.number - 1] if block.number else 0
        if place >= outline.block_ends[block.number]:
            continue
        node: LexborNode | None = outline.elements[place].parent
        while node is not None and node.tag != "body" and node.mem_id not in ids:
            ids.add(node.mem_id)
            node = node.parent
    return ids


def _outer_box(image: LexborNode, holders: set[int], *, is_above: bool) -> LexborNode | None:
    """Return the largest box around an image without text of the story; None if it is foreign."""
    node, seen = image, 0
    for _ in range(_MOST_LEVELS):
        parent = node.parent
        if parent is None or parent.tag in ("body", "html"):
            return None
        if parent.mem_id in holders:
            is_figure = bool(seen & _FIGURE)
            return node if is_figure or (not is_above and not _is_teaser(node)) else None
        node, attributes = parent, parent.attributes
        seen |= hints_of(node.tag or "", attributes)
        if seen & _FOREIGN or _leads_elsewhere(attributes.get("href")):
            return None
    return None


def _leads_elsewhere(href: str | None) -> bool:
    """Return whether a link around an image leads to another page, and not to a larger image."""
    return href is not None and not _IMAGE_FILE.search(href)


def _is_teaser(box: LexborNode) -> bool:
    return box.tag != "img" and box.css_first(_HEADINGS) is not None


def _address(node: LexborNode, base: str | None) -> str | None:
    """Return the address of an image; None for icons, drawings and images without an address."""
    attributes = node.attributes
    for side in ("width", "height"):
        value = (attributes.get(side) or "").removesuffix("px")
        if value.isdecimal() and len(value) < 6 and int(value) < _SMALLEST:
            return None
    for name in _SOURCES:
        written = (attributes.get(name) or "").strip()
        if name.endswith("srcset"):
            written = written.split(",")[-1].strip().split(" ")[0]
        address = absolute_url(written, base) if written else None
        is_drawing = address and address.partition("?")[0].lower().endswith((".svg", ".gif"))
        if address and not is_drawing and not _STAND_IN.search(address):
            return address
    return None


def _image(node: LexborNode, outer: LexborNode, address: str) -> Image:
    caption, credit = "", ""
    box = None if outer.mem_id == node.mem_id else outer.css_first(_CAPTIONS)
    if box is not None:
        named = box.css_first(_CREDITS) or outer.css_first(_CREDITS)
        caption = _text(box)
        credit = _text(named) if named is not None else ""
        caption, credit = split_caption(caption, credit)
    alt = " ".join((node.attributes.get("alt") or "").split())
    return Image(address, alt or None, caption or None, credit or None)


def split_caption(caption: str, credit: str) -> tuple[str, str]:
    """Return a caption without its credit, and the credit without its label.

    Args:
        credit: as the page marks it up; "" if it does not, so that the caption may end in one.
    """
    if credit and len(credit) <= _LONGEST_CREDIT:
        caption = caption.replace(credit, " ", 1)
    elif found := _ending_in_credit(caption[-2 * _LONGEST_CREDIT :]):
        credit = found["credit"]
        end = found.start() + (found[0][:1] in ".!?…")  # the sentence keeps its full stop
        caption = caption[: len(caption) - (len(found.string) - end)]
    else:
        credit = ""
    credit = _STARTS_WITH_LABEL.sub("", credit, count=1).strip(" ()[].|")
    return " ".join(caption.split()).strip(" |–—-"), credit


def _ending_in_credit(caption: str) -> re.Match[str] | None:
    return _CREDIT.search(caption) or _PLAIN_CREDIT.search(caption)


def _text(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())
