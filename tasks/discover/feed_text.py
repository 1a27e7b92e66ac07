"""The bytes of an XML feed as UTF-8 that feedparser neither fails on nor expands without end."""

import re
from typing import Any

from feedparser.encodings import convert_to_utf8

from tasks.process.charset import UTF8, decode, known_charset
from tasks.read.gzip_members import GZIP, gunzip

MOST_FEED_BYTES = 52_000_000
# Entities of a feed may add so many bytes to it and no more.
MOST_EXPANSION = 1_000_000
FLAT_ENTITY = re.compile(rb"<!ENTITY\s+[\w.-]+\s+\"(&#\w+;|[^&%\"]*)\"\s*>")
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
XML_AS_TEXT = re.compile(r"text/(?=xml|[\w.-]+\+xml)")
REFERENCE = re.compile(rb"&#([xX][0-9a-fA-F]+|[0-9]+);?")
LAST_CODE = 0x10FFFF


def without_gzip(content: bytes) -> bytes:
    """Return what a gzip body holds: some feeds are files that no header calls compressed."""
    if not content.startswith(GZIP):
        return content
    return gunzip(content, MOST_FEED_BYTES).content


def feed_text(content: bytes, content_type: str) -> tuple[bytes, str | None]:
    """The text in UTF-8, and what is wrong with its encoding."""
    text, fault = _utf8(content, content_type)
    return _with_harmless_entities(_with_real_characters(text)), fault


def _utf8(content: bytes, content_type: str) -> tuple[bytes, str | None]:
    """Bytes that are UTF-8 are read as such, whatever they are said to be.

    No other charset's text passes for it. UTF-16 and UTF-32, which feedparser may take for UTF-8
    full of zeros, are told by their marks and zeros; else its order: header, declaration, guess.
    """
    if 0 in content[:400]:
        return decode(content, None).text.encode(), None
    declared = "application/xml; charset=utf-8" if is_utf8(content) else _media_type(content_type)
    result: dict[str, Any] = {}
    try:
        text = convert_to_utf8({"content-type": declared} if declared else {}, content, result)
    except (LookupError, ValueError) as error:  # a codec of Python's that is no charset
        return decode(content, None).text.encode(), f"unusable encoding: {error}"[:200]
    override = result.get("bozo_exception")
    return text, str(override)[:200] if override else None


def is_utf8(content: bytes) -> bool:
    """Whether bytes that are more than ASCII can be nothing but UTF-8."""
    if content.isascii() or 0 in content[:400]:
        return False
    try:
        content.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def _media_type(content_type: str) -> str:
    """A header's media type; without a charset, text/xml is what the document says it is.

    feedparser takes it for ASCII, as was the rule before RFC 7303, section 3.
    """
    charset = CHARSET.search(content_type)
    if charset and known_charset(charset[1]):
        return content_type
    bare = content_type.partition(";")[0].strip().lower()
    return XML_AS_TEXT.sub("application/", bare)


def _with_real_characters(text: bytes) -> bytes:
    """References to halves of a character joined, to none at all gone: feedparser fails on both."""
    mended = REFERENCE.sub(_real, text)
    if mended == text:
        return text
    halves = mended.decode(UTF8, "surrogatepass").encode("utf-16-le", "surrogatepass")
    return halves.decode("utf-16-le", "replace").encode()


def _real(found: re.Match[bytes]) -> bytes:
    digits = found[1].lower()
    if len(digits.lstrip(b"x0")) > len(str(LAST_CODE)):
        return b""
    code = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
    if 0xD800 <= code <= 0xDFFF:
        return chr(code).encode(UTF8, "surrogatepass")
    return found[0] if 0 < code <= LAST_CODE else b""


def _with_harmless_entities(text: bytes) -> bytes:
    """The feed with its declarations of entities broken, if these nest or make it large.

    feedparser takes out what nests only where it stands at a line's beginning, and its second
    parser expands without a bound; expat's own bound is a hundred times the feed.
    """
    declared = text.count(b"<!ENTITY")
    if not declared:
        return text
    values = FLAT_ENTITY.findall(text)
    longest = max(map(len, values), default=0)
    if len(values) == declared and longest * text.count(b"&") <= MOST_EXPANSION:
        return text
    return text.replace(b"<!ENTITY", b"<!-ENTITY")
