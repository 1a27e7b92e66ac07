"""Compressed streams: what is in them, as far as it can be had."""

import bz2
import io
import lzma
from collections.abc import Callable
from typing import BinaryIO, cast

from isal import isal_zlib

from config.settings import ReadSettings
from tasks.read.kinds import MAGIC, Kind
from tasks.read.reasons import Reason
from tasks.read.streams import (
    FaultStream,
    Guarded,
    Readable,
    Spend,
    buffered,
    fault_of,
    free,
    too_expanded,
)

_CHUNK = 16_384
# The stubs of isal name its error as if it were none.
_DAMAGED = cast(
    "tuple[type[Exception], ...]",
    (isal_zlib.error, OSError, lzma.LZMAError, ValueError, MemoryError),
)


def expand(
    stream: io.BufferedReader, kind: Kind, settings: ReadSettings, spend: Spend = free
) -> io.BufferedReader:
    """Return the content of a compressed stream.

    Args:
        kind: GZIP, BZIP2, XZ or ZSTD.
        spend: counts the bytes that come out; says whether they are a bomb's.
    """
    if kind is not Kind.ZSTD:
        return buffered(Inflating(stream, kind, settings, spend=spend))
    return buffered(_Zstd(stream, settings, spend))


class _GzipCodec:
    """gzip with the interface of the decompressors of bz2 and lzma; isal halves zlib's time."""

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
    """The content of gzip, bzip2 or xz members, one after another.

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
        spend: Spend = free,
    ) -> None:
        super().__init__()
        self._source = source
        self._magic = MAGIC[kind]
        self._open = _CODECS[kind]
        self._codec = self._open()
        self._settings = settings
        self._single = single
        self._spend = spend
        self._rest = b""
        self._produced = 0
        self._fed = 0
        self.consumed = 0

    def more(self, size: int) -> bytes:
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
        if self._rest:
            data, self._rest = self._rest, b""
            return data
        return self._fetch() if self._codec.needs_input else b""

    def _fetch(self) -> bytes:
        data = self._source.read(_CHUNK)
        self._fed += len(data)
        return data

    def _decode(self, data: bytes, size: int) -> bytes:
        try:
            chunk = self._codec.decompress(data, size)
        except _DAMAGED:
            self.fault = Reason.CORRUPT
            return b""
        self._produced += len(chunk)
        self.consumed = self._fed - (len(self._codec.unused_data) if self._codec.eof else 0)
        if self._spend(len(chunk)) or too_expanded(self._produced, self.consumed, self._settings):
            self.fault = Reason.BOMB
        return chunk

    def _next_member(self) -> bool:
        """Opens the member that follows, if one does; zeros between members are padding."""
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


class _Counted:
    """Counts what a library reads from a stream."""

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

    def __init__(self, source: io.BufferedReader, settings: ReadSettings, spend: Spend) -> None:
        # Here and not above: only few inputs need it, and it is no light import.
        from fastwarc.stream_io import ZstdReader

        self._source = source
        self._counted = _Counted(source)
        reader = ZstdReader(cast(BinaryIO, self._counted))  # it only reads
        super().__init__(reader, settings, packed=None, spend=spend)

    def more(self, size: int) -> bytes:
        self._packed = self._counted.taken
        chunk = super().more(min(size, _CHUNK))
        if self.fault is Reason.TRUNCATED:
            self.fault = fault_of(self._source) or self.fault
        return chunk
