"""Recognises web archives, WARC and ARC, and how their records lie in a stream."""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tasks.read.kinds import ARC_HEADER, HEAD_BYTES, MAGIC, Kind

_TYPE = re.compile(rb"^WARC-Type:[ \t]*(\w+)", re.MULTILINE | re.IGNORECASE)
# Members of the head in which the first record that is not the archive's own is looked for.
_FIRST_MEMBERS = 3
# Places in the head that look like the beginning of a member. In compressed data there is one such
# place in 64 KiB; the head of a hostile file has thousands, and each range of it is looked at.
_MOST_PLACES = 100
_ARC_RECORD = re.compile(rb"\n" + ARC_HEADER.pattern)


@dataclass(frozen=True, slots=True)
class RecordLayout:
    """How the records of a web archive lie in a stream.

    Attributes:
        kind: WARC or ARC.
        packed: the records lie in gzip members.
        converted: a WET file: its documents are the texts that were made of pages elsewhere.
    """

    kind: Kind
    packed: bool
    converted: bool = False

    @property
    def outer(self) -> Kind:
        """Return the kind of the file as it lies on disk."""
        return Kind.GZIP if self.packed else self.kind


def record_layout(stream: io.BufferedReader, kind: Kind, name: str) -> RecordLayout | None:
    """Return how records lie in a stream; None if it is no web archive.

    An archive whose first record is damaged is known by the records after it; where its very
    first bytes are, its name must say that it is one.

    Args:
        kind: what the first bytes say.
    """
    head = stream.peek(HEAD_BYTES)
    if kind is Kind.ARC:
        return RecordLayout(kind, packed=False)
    if kind is Kind.GZIP or name.endswith((".warc.gz", ".arc.gz")):
        return _packed_layout(head, name)
    named = name.endswith(".warc") and b"\nWARC-Record-ID: <" in head
    if kind is Kind.WARC or named:
        return RecordLayout(Kind.WARC, packed=False, converted=_is_converted([head], name))
    return None


def has_record_per_member(content: bytes) -> bool:
    """Return whether the content of an archive's first member is a single record."""
    if ARC_HEADER.match(content):
        return _ARC_RECORD.search(content) is None
    return content.count(b"\nWARC-Record-ID:") <= 1


def _packed_layout(head: bytes, name: str) -> RecordLayout | None:
    members = list(islice(_members(head), _FIRST_MEMBERS))
    first = members[0] if members else b""
    if first.startswith(MAGIC[Kind.WARC]):
        return RecordLayout(Kind.WARC, packed=True, converted=_is_converted(members, name))
    return RecordLayout(Kind.ARC, packed=True) if ARC_HEADER.match(first) else None


def _members(head: bytes) -> Iterator[bytes]:
    """Yield the beginnings of the gzip members in a head; those that are damaged are left out."""
    at = 0
    for _ in range(_MOST_PLACES):
        if not 0 <= at < len(head):
            return
        inflater = zlib.decompressobj(wbits=31)
        try:
            content = inflater.decompress(head[at:], HEAD_BYTES)
        except zlib.error:
            content = b""
        if content or inflater.eof:
            yield content
        if inflater.eof:
            at = len(head) - len(inflater.unused_data)
        else:
            at = head.find(MAGIC[Kind.GZIP], at + 1)


def _is_converted(contents: list[bytes], name: str) -> bool:
    """Return whether the first record that does not describe the archive is a conversion.

    In other archives a conversion repeats what another record holds.
    """
    types = (found[1].lower() for content in contents for found in _TYPE.finditer(content))
    first = next((one for one in types if one != b"warcinfo"), b"")
    return first == b"conversion" or (not first and ".wet" in name)
