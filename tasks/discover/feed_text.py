"""Conversion of XML feeds to UTF-8 that feedparser reads without failing or exhausting memory."""

import re
from typing import Any

from feedparser.encodings import convert_to_utf8

from tasks.web.charset import UTF8, decode, known_charset
from tasks.web.gzip_members import GZIP, gunzip

MOST_FEED_BYTES = 52_000_000
# Limit of the bytes that the expansion of entities may add to a feed.
MOST_EXPANSION = 1_000_000
# feedparser takes a minute for 300,000 entries.
MOST_ENTRIES = 20_000
ENTRY = re.compile(rb"<(?:[\w-]{1,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)
FLAT_ENTITY = re.compile(rb"<!ENTITY\s+[\w.-]+\s+\"(&#\w+;|[^&%\"]*)\"\s*>")
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
XML_AS_TEXT = re.compile(r"text/(?=xml|[\w.-]+\+xml)")
_REFERENCE = re.compile(rb"&#([xX][0-9a-fA-F]+|[0-9]+);?")
LAST_CODE = 0x10FFFF


def without_gzip(content: bytes) -> bytes:
    """Return the content of a gzip body, or any other body as it is.

    Some feeds are gzip files that no header declares as compressed.
    """
    if not content.startswith(GZIP):
        return content
    return gunzip(content, MOST_FEED_BYTES).content


def keep_both_ends(text: bytes) -> tuple[bytes, int]:
    """Return a feed with its first and last entries, and the number of entries left out.

    Without the limit, feedparser would exceed the time for a list, and no entry would be read. The
    newest entries stand at one of the two ends.
    """
    starts = [found.start() for found in ENTRY.finditer(text)]
    left_out = len(starts) - MOST_ENTRIES
    if left_out <= 0:
        return text, 0
    first = MOST_ENTRIES // 2
    return text[: starts[first]] + text[starts[first + left_out] :], left_out


def feed_text(content: bytes, content_type: str) -> tuple[bytes, str | None]:
    """Return a feed's text in UTF-8, and what is wrong with its encoding."""
    text, fault = _utf8(content, content_type)
    return _disarm_entities(_repair_references(text)), fault


def _utf8(content: bytes, content_type: str) -> tuple[bytes, str | None]:
    """Convert a feed to UTF-8; bytes that are valid UTF-8 are UTF-8, whatever is declared.

    No text of another charset is valid UTF-8. UTF-16 and UTF-32, which feedparser may take for
    UTF-8 full of zeros, are recognised by their marks and zeros. For the rest feedparser's order
    applies: header, declaration, guess.
    """
    if 0 in content[:400]:
        return decode(content, None).text.encode(), None
    declared = "application/xml; charset=utf-8" if is_utf8(content) else _media_type(content_type)
    result: dict[str, Any] = {}
    try:
        text = convert_to_utf8({"content-type": declared} if declared else {}, content, result)
    except (LookupError, ValueError) as error:  # the label names a Python codec that is no charset
        return decode(content, None).text.encode(), f"unusable encoding: {error}"[:200]
    override = result.get("bozo_exception")
    return text, str(override)[:200] if override else None


def is_utf8(content: bytes) -> bool:
    """Return whether bytes beyond ASCII are valid UTF-8."""
    if content.isascii() or 0 in content[:400]:
        return False
    try:
        content.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def _media_type(content_type: str) -> str:
    """Return a header's media type, with text/xml replaced if no charset is given.

    feedparser takes text/xml for ASCII, as was the rule before RFC 7303, section 3. Since then the
    document's own declaration counts.
    """
    charset = CHARSET.search(content_type)
    if charset and known_charset(charset[1]):
        return content_type
    bare = content_type.partition(";")[0].strip().lower()
    return XML_AS_TEXT.sub("application/", bare)


def _repair_references(text: bytes) -> bytes:
    """Join references to the halves of a surrogate pair, and remove those to no character.

    feedparser fails on both.
    """
    repaired = _REFERENCE.sub(_repaired_reference, text)
    if repaired == text:
        return text
    halves = repaired.decode(UTF8, "surrogatepass").encode("utf-16-le", "surrogatepass")
    return halves.decode("utf-16-le", "replace").encode()


def _repaired_reference(found: re.Match[bytes]) -> bytes:
    """Return a valid reference as it is, and a surrogate in place of a half; else nothing."""
    digits = found[1].lstrip(b"xX0") or b"0"
    if len(digits) > len(str(LAST_CODE)):
        return b""
    code = int(digits, 16 if found[1][:1] in b"xX" else 10)
    if 0xD800 <= code <= 0xDFFF:
        return chr(code).encode(UTF8, "surrogatepass")
    return found[0] if 0 < code <= LAST_CODE else b""


def _disarm_entities(text: bytes) -> bytes:
    """Break the declarations of entities in a feed if they are nested or would make it large.

    feedparser only removes nested ones at the beginning of a line, its second parser expands
    without a limit, and expat's own limit is a hundred times the size of the feed.
    """
    declared = text.count(b"<!ENTITY")
    if not declared:
        return text
    values = FLAT_ENTITY.findall(text)
    longest = max(map(len, values), default=0)
    if len(values) == declared and longest * text.count(b"&") <= MOST_EXPANSION:
        return text
    return text.replace(b"<!ENTITY", b"<!-ENTITY")
