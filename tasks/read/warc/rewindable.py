"""Bytes that a reader may go back in, after it was led astray by a damaged record."""

import io
from typing import Protocol

from tasks.read.streams import fault_of
from tasks.reasons import Reason

# How far one may go back in a stream without random access: far beyond a page.
_KEPT_BYTES = 8_000_000
_CHUNK = 65_536


class Tape(Protocol):
    """A file, or a stream whose last part is kept."""

    def read(self, size: int, /) -> bytes: ...

    def seek(self, offset: int, /) -> int: ...

    def tell(self) -> int: ...


class RewindableStream:
    """A stream with its last few megabytes kept; seeking further back ends at their beginning."""

    def __init__(self, stream: io.BufferedReader | io.RawIOBase) -> None:
        self._stream = stream
        self._kept = bytearray()
        self._start = 0
        self._at = 0

    @property
    def fault(self) -> Reason | None:
        """Return why the stream ended too early, if it did."""
        return fault_of(self._stream)

    def read(self, size: int, /) -> bytes:
        begin = self._at - self._start
        missing = begin + size - len(self._kept)
        if missing > 0:
            self._kept += self._stream.read(missing) or b""
        with memoryview(self._kept) as kept:
            data = bytes(kept[begin : begin + size])
        self._at += len(data)
        surplus = len(self._kept) - 2 * _KEPT_BYTES
        if surplus > 0:
            self._forget(surplus + _KEPT_BYTES)
        return data

    def seek(self, offset: int, /) -> int:
        """Go to an offset, or as near to it as the stream and its kept bytes allow."""
        if offset < self._at:
            self._at = max(offset, self._start)
        while self._at < offset and self.read(min(_CHUNK, offset - self._at)):
            pass
        return self._at

    def tell(self) -> int:
        return self._at

    def _forget(self, count: int) -> None:
        count = min(count, self._at - self._start)
        del self._kept[:count]
        self._start += count
