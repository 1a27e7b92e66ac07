"""The elements of a JSON array as bytes, from a stream of any length.

Elements are told apart by their brackets and strings alone and parsed one by one afterwards. So an
element that is damaged, too large or nested too deep, or holds a number that no parser takes, costs
its own row; and memory and time grow with the largest element that is allowed, not with the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

_CHUNK = 262_144
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
# To the next mark in one step, where no chunk ends before it: 12 times faster than mark by mark.
# Commas count between elements only. No part can match in two ways, so the time is linear.
_TO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+[\[\]{}]", re.DOTALL)
_TO_MARK = re.compile(rb'(?:[^"\[\]{},]++|' + _STRING + rb")*+[\[\]{},]", re.DOTALL)
# A comma within an element must not end the search: the next one would begin in vain once more.
# A whole row without nested objects in one step, which most are: twice as fast again. What does not
# match, because a chunk ends within it or it is nested, is read mark by mark.
_PLAIN = rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+"
_FLAT_OBJECT = re.compile(
    rb"[\s,]*+(?P<object>\{(?:[^\"\[\]{}]++|" + _STRING + rb"|(\[" + _PLAIN + rb"\]))*+\})",
    re.DOTALL,
)
_BRACKET_OR_QUOTE = re.compile(rb'["\[\]{}]')
_MARK_OR_QUOTE = re.compile(rb'["\[\]{},]')
_QUOTE_OR_ESCAPE = re.compile(rb'["\\]')


class _Readable(Protocol):
    """All that is asked of the stream."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an array.

    Attributes:
        data: its bytes; only the first of them where it is too large.
        size: of the whole element.
        depth: the most brackets that are open within it at once.
        whole: its end was found.
    """

    data: bytes
    size: int
    depth: int
    whole: bool


class _Cursor:
    """Walks over the marks of a stream; keeps the bytes of the present element up to a cap."""

    def __init__(self, stream: _Readable, cap: int) -> None:
        self._stream = stream
        self._cap = cap
        self._buffer = b""
        self._at = 0
        self._start = 0
        self._kept: list[bytes] = []
        self._size = 0

    def mark(self, *, within: bool) -> int | None:
        """Step behind the next bracket or comma outside of strings; None at the stream's end.

        Args:
            within: an element is open, whose commas may be passed over.
        """
        found = (_TO_BRACKET if within else _TO_MARK).match(self._buffer, self._at)
        if found is None:
            return self._mark_across_chunks(_BRACKET_OR_QUOTE if within else _MARK_OR_QUOTE)
        self._at = found.end()
        return self._buffer[self._at - 1]

    def flat_object(self) -> int:
        """Step behind an object that comes next; return its depth, 0 if it is not flat or cut."""
        found = _FLAT_OBJECT.match(self._buffer, self._at)
        if found is None:
            return 0
        self._start = found.start("object")
        self._at = found.end()
        return 1 if found[2] is None else 2

    def _mark_across_chunks(self, wanted: re.Pattern[bytes]) -> int | None:
        while True:
            found = wanted.search(self._buffer, self._at)
            if found is None:
                self._at = len(self._buffer)
                if not self._fill():
                    return None
                continue
            self._at = found.end()
            mark = self._buffer[found.start()]
            if mark != 0x22:
                return mark
            if not self._skip_string():
                return None

    def begin(self, *, behind: int = 0) -> None:
        """Let the next element begin where the cursor stands, or so many bytes before."""
        self._start, self._kept, self._size = self._at - behind, [], 0

    def end(self, *, before: int) -> tuple[bytes, int]:
        """Return the element that ends so many bytes before the cursor, and its size."""
        piece = self._buffer[self._start : self._at - before]
        self._keep(piece)
        return b"".join(self._kept), self._size

    def _skip_string(self) -> bool:
        while True:
            found = _QUOTE_OR_ESCAPE.search(self._buffer, self._at)
            if found is None:
                self._at = len(self._buffer)
                if not self._fill():
                    return False
                continue
            self._at = found.end()
            if found[0] == b'"':
                return True
            if self._at == len(self._buffer) and not self._fill():
                return False
            self._at += 1  # what is escaped, also where it is a quote

    def _fill(self) -> bool:
        """Read on; the cursor stands at the end of what was read before."""
        data = self._stream.read(_CHUNK)
        self._keep(self._buffer[self._start :])
        self._buffer, self._start, self._at = data, 0, 0
        return bool(data)

    def _keep(self, piece: bytes) -> None:
        if self._size <= self._cap:
            self._kept.append(piece[: self._cap + 1 - self._size])
        self._size += len(piece)


def elements(stream: _Readable, cap: int, *, once: bool = False) -> Iterator[Element]:
    """Yield the elements of the array that the stream begins with.

    Commas that are missing between objects, or stand twice, do no harm; what follows the array is
    another one, or comes as an element of its own.

    Args:
        cap: the most bytes of an element that are kept.
        once: end behind the array.
    """
    cursor = _Cursor(stream, cap)
    depth = deepest = 0
    while True:
        yield from _flat_objects(cursor, depth)
        if (mark := cursor.mark(within=depth > 1)) is None:
            break
        if mark in b"[{":
            if depth == 0 and mark == 0x5B:
                yield from _element(cursor, 1, 0, whole=True)  # what stood before the array
                cursor.begin()
            depth += 1
            deepest = max(deepest, depth)
        elif mark in b"]}":
            depth = max(depth - 1, 0)
            if depth <= 1:
                # A bracket closes an element, which it is part of, or the array.
                yield from _element(cursor, int(depth == 0), deepest - 1, whole=True)
                cursor.begin()
                deepest = depth
            if once and depth == 0:
                return
        elif depth <= 1:
            yield from _element(cursor, 1, deepest - 1, whole=True)
            cursor.begin()
    yield from _element(cursor, 0, deepest - 1, whole=depth == 0)
    if depth:
        yield Element(b"", 0, 0, whole=False)


def values(stream: _Readable, cap: int) -> Iterator[Element]:
    """Yield the objects and arrays of a stream, one after the other.

    What stands between them comes as an element of its own, unless it is a comma.

    Args:
        cap: the most bytes of a value that are kept.
    """
    cursor = _Cursor(stream, cap)
    depth = deepest = 0
    while (mark := cursor.mark(within=depth > 0)) is not None:
        if mark in b"[{":
            if depth == 0:
                yield from _element(cursor, 1, 0, whole=True)
                cursor.begin(behind=1)
                deepest = 0
            depth += 1
            deepest = max(deepest, depth)
        elif mark in b"]}":
            depth = max(depth - 1, 0)
            if depth == 0:
                yield from _element(cursor, 0, deepest, whole=True)
                cursor.begin()
        else:
            yield from _element(cursor, 1, 0, whole=True)
            cursor.begin()
    yield from _element(cursor, 0, deepest, whole=depth == 0)


def _flat_objects(cursor: _Cursor, depth: int) -> Iterator[Element]:
    while depth == 1 and (inner := cursor.flat_object()):
        yield from _element(cursor, 0, inner, whole=True)
        cursor.begin()


def _element(cursor: _Cursor, before: int, depth: int, *, whole: bool) -> Iterator[Element]:
    data, size = cursor.end(before=before)
    if data.strip():
        yield Element(data, size, max(depth, 0), whole)
