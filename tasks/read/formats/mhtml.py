"""Reads MHTML (RFC 2557): pages that Chrome, Opera, Internet Explorer and Firefox's add-ons saved.

The first part of type HTML is the page; the others are its frames, styles and images. Parts are
read line by line up to the page, so that a file with large images costs what its page costs.
"""

import base64
import binascii
import io
import quopri
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime

from tasks.read.place import Place, dropped
from tasks.read.streams import fault_of
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_ADDRESSES = ("Content-Location", "Snapshot-Content-Location")
_LINE_BYTES = 65_536
_HEADER_BYTES = 262_144
_MOST_BOUNDARIES = 10
# A byte takes three in quoted-printable.
_ENCODED_GROWTH = 3
_SOFT_BREAK = re.compile(rb"\s+")


class _DamagedError(Exception):
    """The file has no page that could be read."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def read_mhtml(stream: io.BufferedReader, place: Place) -> Iterator[RawDocument | Dropped]:
    """Yield the page of an MHTML file with its address and the time at which it was saved."""
    position = place.tally.claim()
    if position is None:
        return
    try:
        top = _headers(stream)
        part, boundaries = _page(stream, top)
        body = _decoded(part, _encoded(stream, boundaries, place.settings.document_bytes))
        if len(body) > place.settings.document_bytes:
            raise _DamagedError(Reason.TOO_LARGE, "the page of an MHTML file")
    except _DamagedError as error:
        reason = fault_of(stream) or error.reason
        yield dropped(place.locator, position, reason, error.detail)
        return
    yield RawDocument(
        locator=place.locator,
        position=position,
        media="html",
        body=body,
        url=_address(part, top),
        fetched_at=_date(top),
        headers=(("content-type", str(part.get("Content-Type", "text/html"))),),
        charset=_charset(part),
    )


def _headers(stream: io.BufferedReader) -> Message:
    """Read headers up to the empty line that ends them."""
    lines: list[bytes] = []
    size = 0
    while (line := stream.readline(_LINE_BYTES)).strip() or (line and not lines):
        size += len(line)
        if size > _HEADER_BYTES:
            raise _DamagedError(Reason.CORRUPT, "the header of an MHTML file does not end")
        lines.append(line)
    return BytesHeaderParser().parsebytes(b"".join(lines).lstrip())


def _boundaries(top: Message) -> list[bytes]:
    value = top.get_param("boundary")
    return [b"--" + str(value).encode("latin-1", "replace")] if value else []


def _page(stream: io.BufferedReader, top: Message) -> tuple[Message, list[bytes]]:
    """Return the headers of the first HTML part, and the boundaries of which one ends it.

    The stream stands at the part's content then. A file of a single part has no boundaries.
    """
    if top.get_content_type() in _HTML:
        return top, []
    boundaries = _boundaries(top)
    while boundaries and (line := stream.readline(_LINE_BYTES)):
        if line.rstrip() not in boundaries:
            continue
        part = _headers(stream)
        if part.get_content_type() in _HTML:
            return part, boundaries
        if part.get_content_maintype() == "multipart" and len(boundaries) < _MOST_BOUNDARIES:
            boundaries += _boundaries(part)
    raise _DamagedError(Reason.NO_TEXT, "an MHTML file without a page")


def _encoded(stream: io.BufferedReader, boundaries: list[bytes], cap: int) -> bytes:
    """Return the content of the part at which the stream stands, up to the next boundary."""
    ends = {*boundaries, *(one + b"--" for one in boundaries)}
    lines: list[bytes] = []
    size = 0
    while line := stream.readline(_LINE_BYTES):
        if line.rstrip() in ends:
            return b"".join(lines).removesuffix(b"\n").removesuffix(b"\r")
        size += len(line)
        if size > cap * _ENCODED_GROWTH:
            raise _DamagedError(Reason.TOO_LARGE, "the page of an MHTML file")
        lines.append(line)
    if not boundaries and not fault_of(stream):
        return b"".join(lines)
    raise _DamagedError(Reason.TRUNCATED, "the page of an MHTML file has no end")


def _decoded(part: Message, content: bytes) -> bytes:
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding == "quoted-printable":
        return quopri.decodestring(content)
    if encoding != "base64":
        return content
    try:
        return base64.b64decode(_SOFT_BREAK.sub(b"", content))
    except (binascii.Error, ValueError) as error:
        raise _DamagedError(Reason.BAD_ENCODING, "base64") from error


def _address(part: Message, top: Message) -> str | None:
    values = [message.get(name) for message in (part, top) for name in _ADDRESSES]
    addresses = (_unfolded(str(value)) for value in values if value)
    return next((one for one in addresses if one.lower().startswith(("http:", "https:"))), None)


def _unfolded(value: str) -> str:
    """Return a header's value as one word; long and international ones are encoded words."""
    with suppress(HeaderParseError, LookupError, ValueError):
        value = str(make_header(decode_header(value)))
    return "".join(value.split())


def _date(top: Message) -> datetime | None:
    try:
        when = parsedate_to_datetime(str(top.get("Date", "")))
        return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _charset(part: Message) -> str | None:
    value = part.get_param("charset")
    return value if isinstance(value, str) and value else None
