"""Byte streams whose faults end them instead of raising.

A damaged input must give all that is readable before the damage. Library readers raise, and what
they had already decoded in the same call is gone; the streams here end, and `fault_of` says why.
"""

import io
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO, Protocol

from config.settings import ReadSettings
from tasks.read.kinds import HEAD_BYTES
from tasks.read.reasons import Reason

# What the libraries raise on damaged or unreadable bytes.
_DAMAGE = (
    EOFError,
    MemoryError,  # a forged LZMA header asks for a dictionary of gigabytes
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
)


class Readable(Protocol):
    """All that a stream asks of what lies under it."""

    def read(self, size: int, /) -> bytes: ...


class FaultStream(io.RawIOBase):
    """A readable stream that fills what it is asked for, and ends at a fault."""

    fault: Reason | None = None

    def readable(self) -> bool:
        return True

    def more(self, size: int) -> bytes:
        """At most `size` bytes, at least one unless the stream has ended."""
        raise NotImplementedError

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        filled = 0
        view = memoryview(buffer)
        while filled < len(view):
            chunk = self.more(len(view) - filled)
            if not chunk:
                break
            view[filled : filled + len(chunk)] = chunk
            filled += len(chunk)
        return filled


Spend = Callable[[int], bool]


def free(produced: int) -> bool:
    """Count nothing: what is read was not compressed, or is bounded elsewhere."""
    return False


class Guarded(FaultStream):
    """Another reader's bytes; its exceptions become faults, and its growth is bounded.

    Args:
        inner: what is read.
        packed: the compressed size behind it, None where nothing is compressed.
        limit: bytes after which it is a bomb whatever its ratio.
        spend: counts the bytes; says whether all that the file gave so far is a bomb.
    """

    def __init__(
        self,
        inner: Readable,
        settings: ReadSettings,
        packed: int | None,
        limit: int | None = None,
        spend: Spend = free,
    ) -> None:
        super().__init__()
        self._inner = inner
        self._settings = settings
        self._packed = packed
        self._limit = limit
        self._spend = spend
        self._produced = 0

    def more(self, size: int) -> bytes:
        if self.fault:
            return b""
        try:
            chunk = self._inner.read(size)
        except _DAMAGE as error:
            self.fault = _fault_from(error)
            return b""
        self._produced += len(chunk)
        if self._spend(len(chunk)) or self._is_bomb():
            self.fault = Reason.BOMB
            return b""
        return chunk

    def _is_bomb(self) -> bool:
        if self._limit is not None and self._produced > self._limit:
            return True
        return self._packed is not None and too_expanded(
            self._produced, self._packed, self._settings
        )


class FileStream(Guarded):
    """A file on disk; the only stream with random access."""

    def __init__(self, file: BinaryIO, settings: ReadSettings) -> None:
        super().__init__(file, settings, packed=None)
        self._file = file

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


def too_expanded(produced: int, packed: int, settings: ReadSettings) -> bool:
    """Whether compressed data grew beyond what honest text does."""
    return produced > settings.expansion_bytes and produced > settings.expansion_ratio * packed


def fault_of(stream: object) -> Reason | None:
    """Why a stream ended before its time; None if it did not, or not yet."""
    fault = getattr(getattr(stream, "raw", stream), "fault", None)
    return fault if isinstance(fault, Reason) else None


def buffered(raw: FaultStream) -> io.BufferedReader:
    """The stream with `peek`, which shows a whole head, and `readline`."""
    return io.BufferedReader(raw, HEAD_BYTES)


def open_file(path: str, settings: ReadSettings) -> io.BufferedReader:
    """Opens a regular file, and never waits for the other end of a pipe.

    Raises:
        OSError: it cannot be opened, or is not a regular file any more.
    """
    file = io.FileIO(path, opener=_open_without_waiting)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("not a regular file")
    return buffered(FileStream(file, settings))


def random_access(stream: io.BufferedReader, settings: ReadSettings) -> BinaryIO | None:
    """The stream from its beginning as something to seek in; None if it is too large for that.

    Only files on disk have random access. Of what lies in an archive a copy is made in memory.
    """
    if stream.seekable():
        stream.seek(0)
        return stream
    copy = stream.read(settings.batch_bytes + 1)
    return io.BytesIO(copy) if len(copy) <= settings.batch_bytes else None


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _fault_from(error: Exception) -> Reason:
    if isinstance(error, OSError) and error.errno is not None:
        return Reason.UNREADABLE
    # "unexpected end of data" (tarfile), "incomplete frame" (zstd), EOFError (zipfile)
    ends = isinstance(error, EOFError) or any(word in str(error) for word in ("end of", "incompl"))
    return Reason.TRUNCATED if ends else Reason.CORRUPT
