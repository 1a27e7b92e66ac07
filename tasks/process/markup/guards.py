"""Refuses pages that would keep a parser busy for minutes, before they are parsed."""

import re
from collections.abc import Iterator

from config.settings import ProcessSettings
from tasks.reasons import Reason

# Elements that a parser closes without an end tag. They cannot make a page deep by themselves.
NOT_NESTING = frozenset(
    "area base br col embed hr img input link meta param source track wbr"
    " p li dt dd option optgroup td th tr thead tbody tfoot colgroup".split()
)
RAW_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed"})
TAG_NAME = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9-]*)")
# Shorter tags cannot hold enough attributes to hurt. The start of a tag is matched strictly,
# because "<n && ..." in a script looks like a tag, too.
LONG = 16_384
TAG_START = re.compile(r"<[a-zA-Z][a-zA-Z0-9-]*[\s/]")
WHOLE_TAG = re.compile(r"(?:[^>\"']++|\"[^\"]*\"|'[^']*')*+")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def refuse_page(html: str, settings: ProcessSettings) -> tuple[Reason, str] | None:
    """Return the reason and a detail why a page must not be parsed; None if it may be.

    The check is linear in the length of the page. The limits have measured causes: lexbor is
    quadratic in the depth of elements, trafilatura takes minutes for 300,000 tags, and both are
    quadratic in the number of attributes of one element.
    """
    if len(html) > settings.page_chars:
        return Reason.TOO_LARGE, f"{len(html)} characters, allowed are {settings.page_chars}"
    tags = html.count("<")
    if tags > settings.tag_count:
        return Reason.TOO_MANY_TAGS, f"{tags} tags, allowed are {settings.tag_count}"
    if tags > settings.tag_depth and _deeper_than(settings.tag_depth, html):
        return Reason.TOO_DEEP, f"more than {settings.tag_depth} open elements"
    attributes = max(map(_attributes, _long_tags(html)), default=0)
    if attributes > settings.tag_attributes:
        detail = f"{attributes} attributes in one tag, allowed are {settings.tag_attributes}"
        return Reason.TOO_MANY_ATTRIBUTES, detail
    return None


def _deeper_than(limit: int, html: str) -> bool:
    """Return whether more than `limit` elements are open at once.

    Elements are counted as a parser does: an end tag also closes the elements that are still open
    within its own, and an end tag without a start tag closes nothing.
    """
    # There are at most so many start tags: most pages need no further look.
    if html.count("<") - html.count("</") <= limit:
        return False
    open_elements: list[str] = []
    raw_end = None
    for tag in TAG_NAME.findall(html):
        name = tag.lower()
        if raw_end:
            raw_end = None if name == raw_end else raw_end
        elif name in RAW_TEXT:
            raw_end = f"/{name}"
        elif name[0] == "/":
            _close(open_elements, name[1:])
        elif name not in NOT_NESTING:
            open_elements.append(name)
            if len(open_elements) > limit:
                return True
    return False


def _close(open_elements: list[str], name: str) -> None:
    if name in open_elements:
        while open_elements.pop() != name:
            pass


def _long_tags(html: str) -> Iterator[str]:
    """Yield the tags that are long enough to hurt, each with the text up to the next "<".

    The page is searched for "<" in windows of LONG / 2 characters. A stretch of LONG characters
    without "<" always contains a whole window, so no stretch is missed.
    """
    at = 0
    while at < len(html):
        if html.find("<", at, at + LONG // 2) < 0:
            start, end = max(html.rfind("<", 0, at), 0), html.find("<", at)
            end = len(html) if end < 0 else end
            if (tag := TAG_START.match(html, start)) and end - tag.end() >= LONG:
                yield html[start:end]
            at = end
        at += LONG // 2


def _attributes(stretch: str) -> int:
    """Return about how many attributes the tag at the start of a stretch has."""
    whole = WHOLE_TAG.match(stretch)
    return len(QUOTED.sub("", whole[0]).split()) - 1 if whole else 0
