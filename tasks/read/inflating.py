"""Decompresses gzip, bzip2, xz and zstd streams as far as they can be read."""

import bz2
import io
import lzma
from collections.abc import Callable
from typing import BinaryIO, cast

from isal import isal_zlib

from config.settings import ReadSettings
from tasks.read.kinds import MAGIC, Kind
from tasks.read.streams import (
    CountBytes,
    FaultStream,
    Guarded,
    Readable,
    buffered,
    count_nothing,
    fault_of,
    too_expanded,
)
from tasks.reasons import Reason

_CHUNK = 16_384
# The cast is needed because isal's type stubs do not declare its error as an exception.
_DAMAGED = cast(
    "tuple[type[Exception], ...]",
    (isal_zlib.error, OSError, lzma.LZMAError, ValueError, MemoryError),
)


def expand(
    stream: io.BufferedReader,
    kind: Kind,
    settings: ReadSettings,
    count_bytes: CountBytes = count_nothing,
) -> io.BufferedReader:
    """Return the decompressed content of a stream.

    Args:
        kind: GZIP, BZIP2, XZ or ZSTD.
        count_bytes: counts the decompressed bytes; returns whether the file has grown like a bomb.
    """
    if kind is not Kind.ZSTD:
        return buffered(Inflating(stream, kind, settings, count_bytes=count_bytes))
    return buffered(_Zstd(stream, settings, count_bytes))


class _GzipCodec:
    """A gzip decompressor with the interface of those of bz2 and lzma; isal halves zlib's time."""

    def __init__(self) -> None:
        self._zlib = isal_zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)


_Codec = _GzipCodec | bz2.BZ2Decompressor | lzma.LZMADecompressor
_CODECS: dict[Kind, Callable[[], _Codec]] = {
    Kind.GZIP: _GzipCodec,
    Kind.BZIP2: bz2.BZ2Decompressor,
    Kind.XZ: lzma.LZMADecompressor,
}


class Inflating(FaultStream):
    """The content of concatenated gzip, bzip2 or xz members.

    Args:
        single: whether to end after the first member.
        count_bytes: counts the decompressed bytes; returns whether the file has grown like a bomb.

    Attributes:
        consumed: compressed bytes of the members read so far.
    """

    def __init__(
        self,
        source: Readable,
        kind: Kind,
        settings: ReadSettings,
        *,
        single: bool = False,
        count_bytes: CountBytes = count_nothing,
    ) -> None:
        super().__init__()
        self._source = source
        self._magic = MAGIC[kind]
        self._open = _CODECS[kind]
        self._codec = self._open()
        self._settings = settings
        self._single = single
        self._count_bytes = count_bytes
        self._rest = b""
        self._produced = 0
        self._fetched = 0
        self.consumed = 0

    def more(self, size: int) -> bytes:
        # A codec may take input without giving output, and a member may be empty, so one step does
        # not always give bytes. If there is no input and the member is unfinished, it is truncated.
        while not self.fault:
            if self._codec.eof and not self._next_member():
                break
            data = self._input()
            chunk = self._decode(data, size)
            if self.fault:
                break
            if chunk:
                return chunk
            if not data and self._codec.needs_input and not self._codec.eof:
                self.fault = fault_of(self._source) or Reason.TRUNCATED
        return b""

    def _input(self) -> bytes:
        """Return compressed bytes for the codec; none while it still has output to give."""
        if self._rest:
            data, self._rest = self._rest, b""
            return data
        return self._fetch() if self._codec.needs_input else b""

    def _fetch(self) -> bytes:
        data = self._source.read(_CHUNK)
        self._fetched += len(data)
        return data

    def _decode(self, data: bytes, size: int) -> bytes:
        try:
            chunk = self._codec.decompress(data, size)
        except _DAMAGED:
            self.fault = Reason.CORRUPT
            return b""
        self._produced += len(chunk)
        self.consumed = self._fetched - (len(self._codec.unused_data) if self._codec.eof else 0)
        if self._count_bytes(len(chunk)) or too_expanded(
            self._produced, self.consumed, self._settings
        ):
            self.fault = Reason.BOMB
        return chunk

    def _next_member(self) -> bool:
        """Begin the next member, if there is one; skip the zeros that pad members to blocks."""
        if self._single:
            return False
        rest = self._codec.unused_data.lstrip(b"\0")
        while len(rest) < len(self._magic) and (data := self._fetch()):
            rest = (rest + data).lstrip(b"\0")
        if not rest.startswith(self._magic):
            self.fault = fault_of(self._source) or (Reason.CORRUPT if rest else None)
            return False
        self._codec = self._open()
        self._rest = rest
        return True


class _CountingReader:
    """A reader that counts the bytes that a library takes from a stream."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.taken += len(data)
        return data

    def tell(self) -> int:
        return self.taken


class _Zstd(Guarded):
    """The content of zstd frames."""

    def __init__(
        self, source: io.BufferedReader, settings: ReadSettings, count_bytes: CountBytes
    ) -> None:
        # Imported here because it takes time to load and few inputs are zstd.
        from fastwarc.stream_io import ZstdReader

        self._source = source
        self._counted = _CountingReader(source)
        reader = ZstdReader(cast(BinaryIO, self._counted))  # it only reads
        super().__init__(reader, settings, packed=None, count_bytes=count_bytes)

    def more(self, size: int) -> bytes:
        self._packed = self._counted.taken
        chunk = super().more(min(size, _CHUNK))
        if self.fault is Reason.TRUNCATED:
            self.fault = fault_of(self._source) or self.fault
        return chunk
