"""A stream that converts text in any encoding to UTF-8 and marks bytes that cannot be decoded."""

import codecs
import io

from tasks.read.streams import FaultStream, fault_of
from tasks.reasons import Reason

_CHUNK = 16_384
# A Unicode noncharacter in place of bytes that cannot be decoded. Parsers of JSON and CSV
# accept it, and no real text contains it: readers can recognise the damaged row afterwards.
BAD_BYTE = "\ufdd0"


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Replace undecodable bytes by `BAD_BYTE`; a handler for `codecs.register_error`."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return BAD_BYTE, error.end


codecs.register_error("broadsheet.mark", _mark)


class Transcoding(FaultStream):
    """The text of a source, converted to UTF-8 without a byte order mark.

    Args:
        encoding: Python's name of the source's encoding; None means UTF-8.
    """

    def __init__(self, source: io.BufferedReader, encoding: str | None) -> None:
        super().__init__()
        self._source = source
        codec = encoding or "utf-8-sig"
        self._decoder = codecs.getincrementaldecoder(codec)("broadsheet.mark")
        self._ready = b""
        self._ended = False

    def more(self, size: int) -> bytes:
        # A chunk may hold the first bytes of a character only and then gives no text yet.
        while not self._ready and not self._ended:
            data = self._source.read(_CHUNK)
            self._ended = not data
            text = self._decoder.decode(data, final=self._ended)
            self._ready = text.encode("utf-8", "replace")
            self.fault: Reason | None = fault_of(self._source) if self._ended else None
        chunk, self._ready = self._ready[:size], self._ready[size:]
        return chunk
