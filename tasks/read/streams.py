"""Byte streams that end at damage instead of raising.

Everything before the damage in an input must be read. Library readers raise in the middle of a
call, and the bytes that they had decoded in that call are lost. The streams here end instead, as at
the end of a file, and `fault_of` returns the reason afterwards.
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
from tasks.read.remote.addresses import is_remote
from tasks.read.remote.opening import open_remote
from tasks.read.remote.ranges import RangeFile
from tasks.reasons import Reason

# Exceptions of zipfile, tarfile, zlib, lzma and fastwarc for damaged or unreadable bytes.
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
    """The only method that a stream needs of its source."""

    def read(self, size: int, /) -> bytes: ...


class FaultStream(io.RawIOBase):
    """A readable stream that ends at a fault and fills each buffer completely until then.

    Attributes:
        fault: why the stream ended early; None as long as nothing is wrong.
    """

    fault: Reason | None = None

    def readable(self) -> bool:
        return True

    def more(self, size: int) -> bytes:
        """Return between 1 and `size` bytes, or b"" at the end of the stream."""
        raise NotImplementedError

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        # `BufferedReader.peek` reads once only. It must return a whole head, from which the kind of
        # the content is recognised, so the buffer is filled as long as there are bytes.
        filled = 0
        view = memoryview(buffer)
        while filled < len(view):
            chunk = self.more(len(view) - filled)
            if not chunk:
                break
            view[filled : filled + len(chunk)] = chunk
            filled += len(chunk)
        return filled


# Counts decompressed bytes; returns whether the whole file has grown like a bomb by now.
CountBytes = Callable[[int], bool]


def count_nothing(produced: int) -> bool:
    """Accept any number of bytes: they were not compressed, or another stream counts them."""
    return False


class Guarded(FaultStream):
    """A stream over another reader that turns its exceptions into faults and bounds its growth.

    Args:
        inner: the reader.
        packed: compressed size of the content in bytes; None if it is not compressed.
        limit: number of bytes above which the content is a bomb, whatever its ratio.
        count_bytes: counts the bytes read for the whole file.
    """

    def __init__(
        self,
        inner: Readable,
        settings: ReadSettings,
        packed: int | None,
        limit: int | None = None,
        count_bytes: CountBytes = count_nothing,
    ) -> None:
        super().__init__()
        self._inner = inner
        self._settings = settings
        self._packed = packed
        self._limit = limit
        self._count_bytes = count_bytes
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
        if self._count_bytes(len(chunk)) or self._is_bomb():
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
    """A file on disk or elsewhere, the only stream with random access."""

    def __init__(self, file: BinaryIO | RangeFile, settings: ReadSettings) -> None:
        super().__init__(file, settings, packed=None)
        self._file = file

    @property
    def path(self) -> str | None:
        """Return the path that the file was opened by; None for a file that is not on disk."""
        return None if isinstance(self._file, RangeFile) else str(self._file.name)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to an offset, or to the end if the file system refuses the offset.

        A forged record length may point beyond the 16 TB that ext4 can address.
        """
        try:
            return self._file.seek(offset, whence)
        except OSError:
            if whence != os.SEEK_SET or offset < 0:
                raise
            return self._file.seek(0, os.SEEK_END)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


def too_expanded(produced: int, packed: int, settings: ReadSettings) -> bool:
    """Return whether decompressed data are far larger than any real text would be.

    Args:
        produced: bytes after decompression so far.
        packed: compressed bytes that gave them.
    """
    return produced > settings.expansion_bytes and produced > settings.expansion_ratio * packed


def fault_of(stream: object) -> Reason | None:
    """Return why a stream ended early; None if it ended normally or has not ended yet."""
    fault = getattr(getattr(stream, "raw", stream), "fault", None)
    return fault if isinstance(fault, Reason) else None


def buffered(raw: FaultStream) -> io.BufferedReader:
    """Wrap a stream so that it has `readline`, and `peek` returns `HEAD_BYTES` at once."""
    return io.BufferedReader(raw, HEAD_BYTES)


def open_file(path: str, settings: ReadSettings, state: str = "") -> io.BufferedReader:
    """Open a regular file, without ever waiting for the other end of a pipe.

    Args:
        path: its path or address.
        state: of a file elsewhere when the run was planned; "" for any.

    Raises:
        OSError: The file cannot be opened, or is not a regular file any more.
        UnansweredError: The service that holds it does not answer, or holds another file now.
    """
    if is_remote(path):
        return buffered(FileStream(open_remote(path, settings, state), settings))
    file = io.FileIO(path, opener=_open_without_waiting)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("not a regular file")
    return buffered(FileStream(file, settings))


def random_access(stream: io.BufferedReader, settings: ReadSettings) -> BinaryIO | None:
    """Return the whole content with random access; None if it is too large to be copied.

    Files on disk are returned as they are. The content of any other stream is copied into memory,
    up to `batch_bytes`.
    """
    if stream.seekable():
        stream.seek(0)
        return stream
    copy = stream.read(settings.batch_bytes + 1)
    return io.BytesIO(copy) if len(copy) <= settings.batch_bytes else None


def path_on_disk(stream: io.BufferedReader) -> str | None:
    """Return the path of a file that is read as it is; None for what lies in an archive."""
    return stream.raw.path if isinstance(stream.raw, FileStream) else None


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _fault_from(error: Exception) -> Reason:
    if isinstance(error, OSError) and error.errno is not None:
        return Reason.UNREADABLE
    # The libraries say only in words that data are truncated: "unexpected end of data" (tarfile),
    # "incomplete frame" (zstd). zipfile raises EOFError.
    ends = isinstance(error, EOFError) or any(word in str(error) for word in ("end of", "incompl"))
    return Reason.TRUNCATED if ends else Reason.CORRUPT
