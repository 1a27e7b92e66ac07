"""A file elsewhere that is read by ranges, with random access, as if it were on this disk."""

import io
import os
import signal
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Protocol, TypeVar

from config.errors import RefusedError, UnansweredError

_BLOCK = 1 << 18
# Each request of a file that is read in order brings twice as many blocks as the one before, up to
# 2 MB. It takes 20 to 100 ms, and processing the pages in it takes longer.
_MOST_BLOCKS = 8
# Readers of WARC and Parquet return to places shortly before; columns are read side by side.
_BLOCKS_KEPT = 96
# Seconds to wait before each further try. Longer outages stop the run, which its command resumes.
_PAUSES = (1.0, 3.0)
_alarm = Lock()
T = TypeVar("T")


class RangeSource(Protocol):
    """A file elsewhere.

    Attributes:
        size: in bytes.
        state: size, and time or tag; two states that differ are those of different contents.
    """

    @property
    def address(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def state(self) -> str: ...

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes of a range, which lies within the file.

        Raises:
            FileNotFoundError: the file is gone.
            UnansweredError: the service does not answer.
        """

    def close(self) -> None: ...


class RangeFile(io.RawIOBase):
    """The bytes of a source, kept in blocks that were asked for."""

    def __init__(self, source: RangeSource) -> None:
        """Take a source, which is closed with the file."""
        super().__init__()
        self._source = source
        self._at = 0
        self._next = -1
        self._ahead = 1
        self._blocks: OrderedDict[int, bytes] = OrderedDict()  # least recently used first

    @property
    def name(self) -> str:
        """Return the address."""
        return self._source.address

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._source.size}[whence]
        if start + offset < 0:
            raise ValueError("negative seek position")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1, /) -> bytes:
        left = max(self._source.size - self._at, 0)
        wanted = left if size < 0 else min(size, left)
        pieces = []
        while wanted:
            number, within = divmod(self._at, _BLOCK)
            piece = self._block(number, within + wanted)[within : within + wanted]
            pieces.append(piece)
            self._at += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()

    def _block(self, number: int, wanted: int) -> bytes:
        """Return a block; if it is not here, ask for it and for those that will be needed.

        Args:
            wanted: bytes from its beginning on that are needed, perhaps more than it has.
        """
        if number not in self._blocks:
            in_order = number == self._next
            self._ahead = min(2 * self._ahead, _MOST_BLOCKS) if in_order else 1
            self._ask(number, max(self._ahead, min(-(-wanted // _BLOCK), _BLOCKS_KEPT // 2)))
        self._blocks.move_to_end(number)
        return self._blocks[number]

    def _ask(self, number: int, count: int) -> None:
        start = number * _BLOCK
        stop = min(start + count * _BLOCK, self._source.size)
        data = answered(lambda: self._source.read(start, stop))
        for at in range(0, stop - start, _BLOCK):
            self._blocks[number + at // _BLOCK] = data[at : at + _BLOCK]
        self._next = number + count
        while len(self._blocks) > _BLOCKS_KEPT:
            self._blocks.popitem(last=False)


def answered(ask: Callable[[], T]) -> T:
    """Return the answer of a service, which is asked again a few times if it does not answer.

    No document is to blame for the waiting, so an alarm that is set for one stands still.

    Raises:
        RefusedError: it refuses.
        UnansweredError: it did not answer any time.
    """
    with _alarm, _alarm_stopped():
        for seconds in _PAUSES:
            try:
                return ask()
            except RefusedError:
                raise
            except UnansweredError:
                time.sleep(seconds)
        return ask()


@contextmanager
def _alarm_stopped() -> Iterator[None]:
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        if left:
            signal.setitimer(signal.ITIMER_REAL, left)
