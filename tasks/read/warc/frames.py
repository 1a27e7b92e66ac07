"""Records in a WARC: where each begins and ends, and what of it is there.

fastwarc, warcio and others end without a word where a header or a member is damaged. Here each
record's length is checked against what follows it; after damage the search goes on for the next
beginning of a record, and the hole has a frame of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from fastwarc.warc import HeaderMap

from tasks.read.warc.rewindable import Tape
from tasks.reasons import Reason

_SEARCH_CHUNK = 262_144
MOST_SIGN = 32


@dataclass(frozen=True, slots=True)
class Frame:
    """One record, or one hole.

    Attributes:
        offset: where it begins; of a record in a gzip member, where the member begins.
        ordinal: which record of its member it is.
        header: None where no header could be recognised.
        block: what follows the header; only its beginning where the record is too large.
        length: of the block, as the header says.
        fault: why it is not whole. TOO_LARGE is no damage.
    """

    offset: int
    header: HeaderMap | None = None
    block: bytes = b""
    length: int | None = None
    fault: Reason | None = None
    ordinal: int = 0

    @property
    def damaged(self) -> bool:
        return self.fault not in (None, Reason.TOO_LARGE)


class Framing(Protocol):
    """A way in which records lie in a tape, in units: records, or gzip members of records.

    Attributes:
        sign: matches the first bytes of a unit, and at most `MOST_SIGN` of them.
        next: where the unit after the one just read begins; None after damage.
        search: after damage, where the search for the next unit begins.
    """

    tape: Tape
    sign: re.Pattern[bytes]
    next: int | None
    search: int

    def begins(self, offset: int) -> bool:
        """Return whether a unit begins here, as far as its first bytes show."""

    def unit(self, offset: int) -> Iterator[Frame]:
        """Yield the frames of the unit that should begin here; none at the end of the stream."""


def walk(framing: Framing, start: int, end: int | None) -> Iterator[Frame]:
    """Yield the frames of the units that begin in a range of a stream.

    Ranges that touch give each unit and each hole once. What does not look like a unit belongs to
    the range that holds the unit before it: that one knows that something should begin there.

    Args:
        end: None for all that follows.
    """
    at = start if start == 0 else find(framing, start, end)
    while at is not None:
        empty = True
        for frame in framing.unit(at):
            empty = False
            yield frame
        if framing.next is None:
            at = find(framing, framing.search, end)
        elif empty and framing.next <= at:
            return
        else:
            at = framing.next
            if end is not None and at >= end and framing.begins(at):
                return


def find(framing: Framing, start: int, end: int | None) -> int | None:
    """Return the offset of the first unit at or after `start` and before `end`."""
    tape = framing.tape
    at = tape.seek(start)
    held = b""
    while end is None or at < end:
        chunk = tape.read(_SEARCH_CHUNK)
        window = held + chunk
        base = at - len(held)
        for match in framing.sign.finditer(window):
            candidate = base + match.start()
            if end is not None and candidate >= end:
                return None
            if framing.begins(candidate):
                return candidate
        if not chunk:
            return None
        at += len(chunk)
        tape.seek(at)
        held = window[-MOST_SIGN:]
    return None
