"""The two ways in which WARC records lie in a file: one after another, or in gzip members."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace

from fastwarc.warc import HeaderMap

from config.settings import ReadSettings
from tasks.read.inflating import Inflating
from tasks.read.kinds import MAGIC, Kind
from tasks.read.reasons import Reason
from tasks.read.streams import fault_of
from tasks.read.warc.frames import Frame, walk
from tasks.read.warc.http import parse_header
from tasks.read.warc.tape import RecentTape, Tape

# More than any honest header has; the HTTP header of a large record is looked for in as much.
HEADER_BYTES = 65_536
_FIRST_READ = 2_048
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_VERSION = re.compile(rb"WARC/\d\.\d+[ \t]*\r?\n")
_RECORD_END = b"\r\n\r\n"
_DESCRIBING = {"warcinfo", "request", "metadata", "conversion", "continuation"}
_TYPES = _DESCRIBING | {"response", "resource", "revisit"}


class PlainFraming:
    """Records one after another; a unit is a record."""

    magic = MAGIC[Kind.WARC]

    def __init__(self, tape: Tape, settings: ReadSettings) -> None:
        self.tape = tape
        self.next: int | None = 0
        self._cap = settings.document_bytes + HEADER_BYTES

    def begins(self, offset: int) -> bool:
        """Whether a record's header stands at the start of a line here."""
        self.tape.seek(max(offset - 1, 0))
        if offset and self.tape.read(1) != b"\n":
            return False
        header, _ = self._header()
        return header is not None and "WARC-Record-ID" in header

    def unit(self, offset: int) -> Iterator[Frame]:
        """One frame."""
        self.tape.seek(offset)
        self.next = offset
        header, size = self._header()
        if not size:
            return
        frame = self._frame(offset, header)
        self.next = None if frame.damaged and not self._is_followed(frame) else self.tape.tell()
        yield frame

    def _is_followed(self, frame: Frame) -> bool:
        """Whether only the end of a record is damaged: where the next one should begin, it does."""
        if frame.fault is not Reason.WRONG_LENGTH:
            return False
        place = self.tape.tell()
        found = self.tape.read(len(self.magic))
        self.tape.seek(place)
        return found == self.magic

    def _header(self) -> tuple[HeaderMap | None, int]:
        """The header at the tape's place, if it is one, and how many bytes were looked at."""
        start = self.tape.tell()
        data = self.tape.read(_FIRST_READ)
        if not _VERSION.match(data):
            return None, len(data)
        end = _HEADER_END.search(data)
        if not end:
            data += self.tape.read(HEADER_BYTES)
            end = _HEADER_END.search(data)
        if not end:
            return None, len(data)
        self.tape.seek(start + end.end())
        header = parse_header(data[: end.end()])
        if header is None:
            return None, len(data)
        known = (header.get("WARC-Type") or "").lower() in _TYPES and _length(header) is not None
        return (header if known else None), len(data)

    def _frame(self, offset: int, header: HeaderMap | None) -> Frame:
        length = _length(header) if header else None
        if header is None or length is None:
            ended = fault_of(self.tape) or (None if self.tape.read(1) else Reason.TRUNCATED)
            return Frame(offset, fault=ended or Reason.BROKEN_RECORD)
        block = self.tape.read(length if length <= self._cap else HEADER_BYTES)
        too_large = Reason.TOO_LARGE if length > self._cap else None
        fault: Reason | None
        whole = len(block) == length or (length > self._cap and self._skip(length - len(block)))
        if not whole:
            fault = fault_of(self.tape) or Reason.TRUNCATED
        else:
            fault = self._end_fault() or too_large
        return Frame(offset, header, block, length, fault)

    def _skip(self, count: int) -> bool:
        self.tape.seek(self.tape.tell() + count - 1)
        return len(self.tape.read(1)) == 1

    def _end_fault(self) -> Reason | None:
        """Goes to where the next record should begin; says if this one does not end here.

        Two newlines end a record. Other numbers of them are seen, and accepted where another
        record or the end of the tape follows.
        """
        place = self.tape.tell()
        tail = self.tape.read(16)
        newlines = len(tail) - len(tail.lstrip(b"\r\n"))
        rest = tail[newlines:]
        if not tail.startswith(_RECORD_END) and rest and not rest.startswith(self.magic):
            self.tape.seek(place + len(_RECORD_END))
            return Reason.WRONG_LENGTH
        self.tape.seek(place + newlines)
        return fault_of(self.tape) if not rest else None


class GzipFraming:
    """A gzip member per record, as the standard asks for; a unit is a member.

    Members with many records, and files that are one such member, are read as well.
    """

    magic = MAGIC[Kind.GZIP]

    def __init__(self, tape: Tape, settings: ReadSettings) -> None:
        self.tape = tape
        self.next: int | None = 0
        self._settings = settings

    def begins(self, offset: int) -> bool:
        """Whether a gzip member with a WARC record begins here."""
        self.tape.seek(offset)
        try:
            content = zlib.decompressobj(wbits=31).decompress(self.tape.read(4096), 5)
        except zlib.error:
            return False
        return content == MAGIC[Kind.WARC]

    def unit(self, offset: int) -> Iterator[Frame]:
        """The frames of one member, all with the member's offset, and their ordinals."""
        begin = self._skip_padding(offset)
        self.next = offset
        if begin is None:
            return
        member = Inflating(self.tape, Kind.GZIP, self._settings, single=True)
        ordinal, damaged = 0, False
        for frame in walk(PlainFraming(RecentTape(member), self._settings), 0, None):
            if ordinal and ordinal >= member.consumed:
                # More records than bytes: nobody's archive, and their positions would collide
                # with those of the next member.
                member.fault = Reason.BOMB
                break
            yield replace(frame, offset=begin, ordinal=ordinal)
            damaged = damaged or frame.damaged
            ordinal += 1
        if member.fault and not damaged:
            yield Frame(begin, fault=member.fault, ordinal=ordinal)
        self.next = None if member.fault else begin + member.consumed

    def _skip_padding(self, offset: int) -> int | None:
        """Where the zeros end that some tapes are filled up with; None at the end of the tape."""
        self.tape.seek(offset)
        while data := self.tape.read(_FIRST_READ):
            rest = data.lstrip(b"\0")
            offset += len(data) - len(rest)
            if rest:
                self.tape.seek(offset)
                return offset
        return None


def _length(header: HeaderMap) -> int | None:
    text = (header.get("Content-Length") or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
