"""Decompression of gzip bodies in memory, in time linear to their size, however many members."""

from dataclasses import dataclass
from typing import Final, Literal, cast

from isal import isal_zlib

GZIP: Final = b"\x1f\x8b"
# A decompressor returns the bytes behind its member as a copy. If it were given the whole rest of
# the body each time, a body of 9 MB in members of 20 bytes would take minutes.
_PIECE_BYTES: Final = 16_384
# Ordinary files have a few members; block-wise gzip has one for each 64 kB.
MOST_MEMBERS: Final = 10_000
_WBITS: Final = 31
# The stubs of isal do not declare its error as an exception.
_DAMAGE: Final = cast("type[Exception]", isal_zlib.error)

End = Literal["whole", "cut", "truncated", "damaged"]


@dataclass(frozen=True, slots=True)
class Gunzipped:
    """The content of a gzip body, and the way it ended.

    Attributes:
        end: "whole"; "cut": there is more than `most_bytes`; "truncated": the body ends within a
            member; "damaged": a member is broken, something other than zeros follows the last
            one, or there are more than MOST_MEMBERS.
    """

    content: bytes
    end: End


def gunzip(body: bytes, most_bytes: int) -> Gunzipped:
    """Decompress a gzip body of any number of members; zeros behind the last one are padding."""
    parts: list[bytes] = []
    room = most_bytes
    at = 0
    for _ in range(MOST_MEMBERS):
        content, at, end = _inflate_member(body, at, room)
        parts.append(content)
        room -= len(content)
        if end != "whole":
            return Gunzipped(b"".join(parts), end)
        at = _skip_zeros(body, at)
        if at == len(body):
            return Gunzipped(b"".join(parts), "whole")
        if room <= 0:
            return Gunzipped(b"".join(parts), "cut")
    return Gunzipped(b"".join(parts), "damaged")


def _inflate_member(body: bytes, at: int, room: int) -> tuple[bytes, int, End]:
    """Return a member's content, the position behind it, and how it ended."""
    inflater = isal_zlib.decompressobj(wbits=_WBITS)
    parts: list[bytes] = []
    if not body.startswith(GZIP, at):
        return b"", at, "damaged"
    try:
        while not inflater.eof and room > 0:
            waiting = inflater.unconsumed_tail
            piece = waiting or body[at : at + _PIECE_BYTES]
            if not piece:
                return b"".join(parts), at, "truncated"
            at += 0 if waiting else len(piece)
            parts.append(inflater.decompress(piece, room))
            room -= len(parts[-1])
    except _DAMAGE:
        return b"".join(parts), at, "damaged"
    end: End = "whole" if inflater.eof else "cut"
    return b"".join(parts), at - len(inflater.unused_data), end


def _skip_zeros(body: bytes, at: int) -> int:
    """Return the position of the first byte at or behind `at` that is not zero."""
    while body.startswith(b"\0", at):
        piece = body[at : at + _PIECE_BYTES]
        at += len(piece) - len(piece.lstrip(b"\0"))
    return at
