"""Texts of rows as UTF-8, whatever they are written in, and their undecodable bytes marked."""

import codecs
import io

from tasks.read.reasons import Reason
from tasks.read.streams import FaultStream, fault_of

_CHUNK = 16_384
# A noncharacter, which no text has: a parser takes it, and the row is known to be damaged.
BAD_BYTE = "\ufdd0"


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return BAD_BYTE, error.end


codecs.register_error("broadsheet.mark", _mark)


class Transcoding(FaultStream):
    """A text in any encoding as UTF-8 without a byte order mark."""

    def __init__(self, source: io.BufferedReader, encoding: str | None) -> None:
        super().__init__()
        self._source = source
        codec = encoding or "utf-8-sig"
        self._decoder = codecs.getincrementaldecoder(codec)("broadsheet.mark")
        self._ready = b""
        self._ended = False

    def more(self, size: int) -> bytes:
        while not self._ready and not self._ended:
            data = self._source.read(_CHUNK)
            self._ended = not data
            text = self._decoder.decode(data, final=self._ended)
            self._ready = text.encode("utf-8", "replace")
            self.fault: Reason | None = fault_of(self._source) if self._ended else None
        chunk, self._ready = self._ready[:size], self._ready[size:]
        return chunk
