"""Refuses pages that would keep a parser busy for minutes, before any parser sees them."""

import re
from collections.abc import Iterator

from config.settings import ProcessSettings

# Elements that end without an end tag; what they nest is bounded by their parent.
NOT_NESTING = frozenset(
    "area base br col embed hr img input link meta param source track wbr"
    " p li dt dd option optgroup td th tr thead tbody tfoot colgroup".split()
)
RAW_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed"})
TAG_NAME = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9-]*)")
# Shorter ones cannot hold enough to hurt. "<n && ..." within a script looks like a tag, too.
LONG = 16_384
TAG_START = re.compile(r"<[a-zA-Z][a-zA-Z0-9-]*[\s/]")
WHOLE_TAG = re.compile(r"(?:[^>\"']++|\"[^\"]*\"|'[^']*')*+")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def refuse_page(html: str, settings: ProcessSettings) -> tuple[str, str] | None:
    """Why a page must not be parsed, as reason and detail; None for a page that may be.

    Linear in the page's length. Measured causes: lexbor is quadratic in depth, trafilatura takes
    minutes for 300,000 tags, and both are quadratic in the attributes of one element.
    """
    if len(html) > settings.page_chars:
        return "too_large", f"{len(html)} characters, allowed are {settings.page_chars}"
    tags = html.count("<")
    if tags > settings.tag_count:
        return "too_many_tags", f"{tags} tags, allowed are {settings.tag_count}"
    if tags > settings.tag_depth and _deeper_than(settings.tag_depth, html):
        return "too_deep", f"more than {settings.tag_depth} open elements"
    attributes = max(map(_attributes, _long_tags(html)), default=0)
    if attributes > settings.tag_attributes:
        detail = f"{attributes} attributes in one tag, allowed are {settings.tag_attributes}"
        return "too_many_attributes", detail
    return None


def _deeper_than(limit: int, html: str) -> bool:
    """Counts as parsers do: an end tag closes all that is open within, a stray one nothing."""
    if html.count("<") - html.count("</") <= limit:  # so many start tags there are at most
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
    """Tags that are long enough to hurt, with what follows up to the next "<".

    Any such stretch holds a whole one of the windows, half as long, in which "<" is sought.
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
    whole = WHOLE_TAG.match(stretch)
    return len(QUOTED.sub("", whole[0]).split()) - 1 if whole else 0
