"""Recognises what a file contains from its first bytes, after undoing compression."""

import io
from collections.abc import Mapping
from dataclasses import dataclass

from config.settings import ReadSettings
from tasks.read.inflating import Inflating, expand
from tasks.read.kinds import COMPRESSIONS, HEAD_BYTES, Kind, Sniffed, sniff
from tasks.read.record_layout import has_record_per_member, record_layout
from tasks.read.remote.addresses import name_in
from tasks.read.streams import open_file

# Bytes of the first gzip member that are searched for a second record. The first record of a file
# that follows the standard is a warcinfo, which is far smaller.
_FIRST_MEMBER_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class FileOutline:
    """The kind of a file and of its decompressed content.

    Attributes:
        outer: kind of the file as it is stored.
        inner: kind of the content after all decompression; NOT_TEXT if no content can be read.
        head: first bytes of the content after all decompression.
        members: whether it is a gzip WARC or ARC with one member per record; reading may then start
            at any member.
    """

    outer: Kind
    inner: Sniffed
    head: bytes
    members: bool


def outline(path: str, columns: Mapping[str, str], settings: ReadSettings) -> FileOutline:
    """Recognise the kind of a file and of its content.

    Raises:
        OSError: The file cannot be opened.
    """
    with open_file(path, settings) as stream:
        name = name_in(path)
        outer = inner = sniff_stream(stream, name, columns)
        layout = record_layout(stream, outer.kind, name)
        members = layout is not None and layout.packed and _record_per_member(stream, settings)
        stream.seek(0)
        content = stream
        for _ in range(settings.nesting):
            if inner.kind not in COMPRESSIONS:
                break
            content = expand(content, inner.kind, settings)
            name = name.rpartition(".")[0] or name
            inner = sniff_stream(content, name, columns)
        return FileOutline(
            layout.outer if layout else outer.kind, inner, content.peek(HEAD_BYTES), members
        )


def sniff_stream(stream: io.BufferedReader, name: str, columns: Mapping[str, str]) -> Sniffed:
    """Recognise the kind of a stream's content without consuming any of it."""
    head = stream.peek(HEAD_BYTES)
    return sniff(head, name, columns, whole=len(head) < HEAD_BYTES)


def _record_per_member(stream: io.BufferedReader, settings: ReadSettings) -> bool:
    """Return whether the first gzip member holds one record, and not the whole archive."""
    member = Inflating(stream, Kind.GZIP, settings, single=True)
    content = member.read(_FIRST_MEMBER_BYTES) or b""
    whole = len(content) < _FIRST_MEMBER_BYTES and not member.fault
    return whole and has_record_per_member(content)
