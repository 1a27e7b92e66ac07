"""A gzip body in memory, undone in time that grows with its size, whatever its members."""

from dataclasses import dataclass
from typing import Final, Literal, cast

from isal import isal_zlib

GZIP: Final = b"\x1f\x8b"
# A decompressor hands back what lies behind the end of its member as a copy. Fed with the whole
# body each time, a body of 9 MB in members of 20 bytes takes minutes.
PIECE_BYTES: Final = 16_384
# Honest files have a few members, block-wise ones one for 64 kB.
MOST_MEMBERS: Final = 10_000
_WBITS: Final = 31
# The stubs of isal name its error as if it were none.
_DAMAGE: Final = cast("type[Exception]", isal_zlib.error)

End = Literal["whole", "cut", "truncated", "damaged"]


@dataclass(frozen=True, slots=True)
class Gunzipped:
    """What a gzip body holds, and how it ended.

    Attributes:
        end: "cut": there is more than was asked for; "damaged": also where something else than
            zeros follows the last member, or members are too many.
    """

    content: bytes
    end: End


def gunzip(body: bytes, most_bytes: int) -> Gunzipped:
    """Undo a gzip body of any number of members; zeros behind the last are padding."""
    parts: list[bytes] = []
    room = most_bytes
    at = 0
    for _ in range(MOST_MEMBERS):
        content, at, end = _member(body, at, room)
        parts.append(content)
        room -= len(content)
        if end != "whole":
            return Gunzipped(b"".join(parts), end)
        at = _behind_zeros(body, at)
        if at == len(body):
            return Gunzipped(b"".join(parts), "whole")
        if room <= 0:
            return Gunzipped(b"".join(parts), "cut")
    return Gunzipped(b"".join(parts), "damaged")


def _member(body: bytes, at: int, room: int) -> tuple[bytes, int, End]:
    """Return a member's content, where the body goes on behind it, and how it ended."""
    inflater = isal_zlib.decompressobj(wbits=_WBITS)
    parts: list[bytes] = []
    if not body.startswith(GZIP, at):
        return b"", at, "damaged"
    try:
        while not inflater.eof and room > 0:
            waiting = inflater.unconsumed_tail
            piece = waiting or body[at : at + PIECE_BYTES]
            if not piece:
                return b"".join(parts), at, "truncated"
            at += 0 if waiting else len(piece)
            parts.append(inflater.decompress(piece, room))
            room -= len(parts[-1])
    except _DAMAGE:
        return b"".join(parts), at, "damaged"
    end: End = "whole" if inflater.eof else "cut"
    return b"".join(parts), at - len(inflater.unused_data), end


def _behind_zeros(body: bytes, at: int) -> int:
    while body.startswith(b"\0", at):
        piece = body[at : at + PIECE_BYTES]
        at += len(piece) - len(piece.lstrip(b"\0"))
    return at
