"""Gzip members of a given length, by which a record takes the place of another one in a file.

Tables name records by file and offset, so all other records must stay where they are. The bytes
that shorter content leaves free are filled by means of RFC 1951 and 1952 that every reader skips.
"""

import zlib
from struct import pack
from typing import BinaryIO

_EMPTY_BLOCK = b"\0\0\0\xff\xff"
_LAST_BLOCK = b"\1\0\0\xff\xff"
# Readers look for the beginning of a record in the first 4 kB of a member.
_MOST_COMMENT = 1_024
_COMMENT_FLAG = 0x10
_FRAME_BYTES = 18


def read_member(file: BinaryIO, offset: int, most: int) -> tuple[bytes, int]:
    """Return the beginning of a member's content, and its length if it ended, else 0."""
    file.seek(offset)
    packed = file.read(most)
    member = zlib.decompressobj(wbits=31)
    try:
        content = member.decompress(packed, most)
    except zlib.error:
        return b"", 0
    return content, len(packed) - len(member.unused_data) if member.eof else 0


def member_of_length(content: bytes, length: int) -> bytes | None:
    """Return a gzip member of exactly `length` bytes; None if the content needs more.

    A few free bytes become a comment (RFC 1952, 2.3), many become empty blocks (RFC 1951, 3.2.4).
    """
    room = length - _FRAME_BYTES
    packed = zlib.compress(content, 9, wbits=-15)
    if room - len(packed) > _MOST_COMMENT:
        packed = _with_empty_blocks(content, room)
    free = room - len(packed)
    if free < 0:
        return None
    comment = b" " * (free - 1) + b"\0" if free else b""
    head = bytes((0x1F, 0x8B, 8, _COMMENT_FLAG if free else 0, 0, 0, 0, 0, 2, 255))
    return head + comment + packed + pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)


def _with_empty_blocks(content: bytes, room: int) -> bytes:
    """Return content compressed to nearly `room` bytes, filled with empty blocks."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)
    count = (room - len(packed) - len(_LAST_BLOCK)) // len(_EMPTY_BLOCK)
    return packed + _EMPTY_BLOCK * count + _LAST_BLOCK
