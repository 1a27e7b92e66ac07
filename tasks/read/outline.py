"""What a file holds, from its first bytes, compressions undone."""

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from config.settings import ReadSettings
from tasks.read.inflating import Inflating, expand
from tasks.read.kinds import COMPRESSIONS, HEAD_BYTES, MAGIC, Kind, Sniffed, sniff
from tasks.read.streams import open_file

# The first record of an archive that is one by the standard (warcinfo) is far smaller.
_FIRST_MEMBER_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Outline:
    """The kind of a file and of what is in it.

    Attributes:
        outer: as the file is.
        inner: under all compressions; NOT_TEXT for what could not be read so far.
        head: the first bytes under all compressions.
        members: a gzip WARC with a member per record, which can be read from any member on.
    """

    outer: Kind
    inner: Sniffed
    head: bytes
    members: bool


def outline(path: str, columns: Mapping[str, str], settings: ReadSettings) -> Outline:
    """Sniffs a file.

    Raises:
        OSError: it cannot be opened.
    """
    with open_file(path, settings) as stream:
        name = path.rpartition("/")[2].lower()
        outer = inner = sniff_stream(stream, name, columns)
        framing = warc_framing(stream, outer.kind, name)
        members = framing is Kind.GZIP and _record_per_member(stream, settings)
        stream.seek(0)
        content = stream
        for _ in range(settings.nesting):
            if inner.kind not in COMPRESSIONS:
                break
            content = expand(content, inner.kind, settings)
            name = name.rpartition(".")[0] or name
            inner = sniff_stream(content, name, columns)
        return Outline(framing or outer.kind, inner, content.peek(HEAD_BYTES), members)


def sniff_stream(stream: io.BufferedReader, name: str, columns: Mapping[str, str]) -> Sniffed:
    """Sniffs what a stream holds, without reading on in it."""
    head = stream.peek(HEAD_BYTES)
    return sniff(head, name, columns, whole=len(head) < HEAD_BYTES)


def warc_framing(stream: io.BufferedReader, kind: Kind, name: str) -> Kind | None:
    """How WARC records lie in a stream: WARC for plain, GZIP for in gzip, None for not at all.

    An archive whose first record is damaged is known by the records after it; where its very
    first bytes are, its name must say that it is one.
    """
    if kind is Kind.WARC:
        return kind
    head = stream.peek(HEAD_BYTES)
    if kind is Kind.GZIP or name.endswith(".warc.gz"):
        return Kind.GZIP if _has_warc_member(head) else None
    named = name.endswith(".warc") and b"\nWARC-Record-ID: <" in head
    return Kind.WARC if named else None


def _has_warc_member(head: bytes) -> bool:
    """Whether the first member begins as a WARC, or is damaged and one after it does."""
    at = 0
    while at >= 0:
        inflater = zlib.decompressobj(wbits=31)
        try:
            content = inflater.decompress(head[at:], HEAD_BYTES)
        except zlib.error:
            content = b""
        if content or inflater.eof:
            return content.startswith(MAGIC[Kind.WARC])
        at = head.find(MAGIC[Kind.GZIP], at + 1)
    return False


def _record_per_member(stream: io.BufferedReader, settings: ReadSettings) -> bool:
    member = Inflating(stream, Kind.GZIP, settings, single=True)
    content = member.read(_FIRST_MEMBER_BYTES) or b""
    whole = len(content) < _FIRST_MEMBER_BYTES and not member.fault
    return whole and content.count(b"\nWARC-Record-ID:") <= 1
