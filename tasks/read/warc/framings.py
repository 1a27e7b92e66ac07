"""The two ways in which WARC records lie in a file: one after another, or in gzip members."""

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from fastwarc.warc import HeaderMap

from config.settings import ReadSettings
from tasks.read.inflating import Inflating
from tasks.read.kinds import MAGIC, Kind
from tasks.read.streams import fault_of
from tasks.read.warc.frames import MOST_SIGN, Frame, walk
from tasks.read.warc.http import parse_header
from tasks.read.warc.rewindable import RewindableStream, Tape
from tasks.reasons import Reason

# More than any honest header has; the HTTP header of a large record is looked for in as much.
HEADER_BYTES = 65_536
_FIRST_READ = 2_048
# Bytes by which a gzip member is recognised, and in which pieces they are decompressed.
_FIRST_CONTENT, _FIRST_PIECE = 4_096, 64
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_VERSION = re.compile(rb"WARC/\d\.\d+[ \t]*\r?\n")
# Of headers within a header only the last can be one; looking 64 KiB ahead from each is slow.
_NEXT_VERSION = re.compile(rb"\nWARC/\d\.\d+[ \t]*\r?\n")
_RECORD_END = b"\r\n\r\n"
_DESCRIBING = {"warcinfo", "request", "metadata", "conversion", "continuation"}
_TYPES = _DESCRIBING | {"response", "resource", "revisit"}


class PlainFraming:
    """Records one after another; a unit is a record.

    Attributes:
        _before: where the last record began.
        _hole: where the last hole began. Two records may both end there, if a wrong length made one
            of them contain the other; the hole has one frame.
    """

    sign = re.compile(re.escape(MAGIC[Kind.WARC]))

    def __init__(self, tape: Tape, settings: ReadSettings) -> None:
        self.tape = tape
        self.next: int | None = 0
        self.search = 0
        self._cap = settings.document_bytes + HEADER_BYTES
        self._before = self._hole = -1

    @staticmethod
    def is_record(head: bytes) -> bool:
        """Return whether a record begins with these bytes."""
        return head.startswith(MAGIC[Kind.WARC])

    def begins(self, offset: int) -> bool:
        """Return whether a record's header stands at the start of a line here."""
        self.tape.seek(max(offset - 1, 0))
        if offset and self.tape.read(1) != b"\n":
            return False
        header, _ = self._header()
        return header is not None and "WARC-Record-ID" in header

    def unit(self, offset: int) -> Iterator[Frame]:
        """Yield the frame of one record."""
        self.tape.seek(offset)
        follows = self.next == offset
        self.next = offset
        header, size = self._header()
        if not size:
            return
        frame = self._frame(offset, header)
        self.next = None if frame.damaged and not self._is_followed(frame) else self.tape.tell()
        self.search = offset + 1
        if header is not None:
            self._before = offset
        elif follows:
            # The record before may have a wrong length, and hold the next.
            self.search = self._before + 1
        if header is not None or offset > self._hole:
            yield frame
        if header is None:
            self._hole = max(self._hole, offset)

    def _is_followed(self, frame: Frame) -> bool:
        """Return whether only a record's end is damaged: the next one begins where it should."""
        if frame.fault is not Reason.WRONG_LENGTH:
            return False
        place = self.tape.tell()
        found = self.tape.read(MOST_SIGN)
        self.tape.seek(place)
        return self.is_record(found)

    def _header(self) -> tuple[HeaderMap | None, int]:
        """Return the header at the stream's position, if any, and the number of bytes examined."""
        start = self.tape.tell()
        data = self.tape.read(_FIRST_READ)
        if not _VERSION.match(data):
            return None, len(data)
        end = _HEADER_END.search(data)
        if not end and not _NEXT_VERSION.search(data, 1):
            data += self.tape.read(HEADER_BYTES)
            end = _HEADER_END.search(data)
        if not end or _NEXT_VERSION.search(data, 1, end.end()):
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
        """Go to where the next record should begin; return the fault if this one ends elsewhere.

        Two newlines end a record. Other numbers of them are seen, and accepted where another
        record or the end of the tape follows.
        """
        place = self.tape.tell()
        tail = self.tape.read(16)
        newlines = len(tail) - len(tail.lstrip(b"\r\n"))
        rest = tail[newlines:]
        if not tail.startswith(_RECORD_END) and rest and not self.is_record(rest):
            self.tape.seek(place + len(_RECORD_END))
            return Reason.WRONG_LENGTH
        self.tape.seek(place + newlines)
        return self._tape_fault() if not rest else None

    def _tape_fault(self) -> Reason | None:
        return fault_of(self.tape)


class GzipFraming:
    """A gzip member per record, as the standard asks for; a unit is a member.

    Members with many records, and files that are one such member, are read as well.
    """

    sign = re.compile(re.escape(MAGIC[Kind.GZIP]))

    def __init__(
        self, tape: Tape, settings: ReadSettings, records: type[PlainFraming] = PlainFraming
    ) -> None:
        self.tape = tape
        self.next: int | None = 0
        self.search = 0
        self._settings = settings
        self._records = records

    def begins(self, offset: int) -> bool:
        """Return whether a gzip member with a record begins here."""
        self.tape.seek(offset)
        content = _first_content(self.tape.read(_FIRST_CONTENT))
        return self._records.is_record(content)

    def unit(self, offset: int) -> Iterator[Frame]:
        """Yield the frames of one member, all with the member's offset, and their ordinals."""
        begin = self._skip_padding(offset)
        self.next, self.search = offset, offset + 1
        if begin is None:
            return
        member = Inflating(self.tape, Kind.GZIP, self._settings, single=True)
        ordinal, damaged = 0, False
        for frame in walk(self._records(RewindableStream(member), self._settings), 0, None):
            if ordinal and ordinal >= member.consumed:
                # More records than bytes: nobody's archive, and their positions would collide
                # with those of the next member.
                member.fault = Reason.BOMB
                break
            # Not before the last frame: it may lie behind padding, and its place is taken.
            self.search = begin + ordinal + 1
            yield replace(frame, offset=begin, ordinal=ordinal)
            damaged = damaged or frame.damaged
            ordinal += 1
        if member.fault and not damaged:
            self.search = begin + ordinal + 1
            yield Frame(begin, fault=member.fault, ordinal=ordinal)
        self.next = None if member.fault else self._after_padding(begin + member.consumed)

    def _after_padding(self, offset: int) -> int:
        """Return where the next member begins, so that it belongs to one range of the file only."""
        begin = self._skip_padding(offset)
        return offset if begin is None else begin

    def _skip_padding(self, offset: int) -> int | None:
        """Return the offset behind zeros that pad some files; None at the end of the stream."""
        self.tape.seek(offset)
        while data := self.tape.read(_FIRST_READ):
            rest = data.lstrip(b"\0")
            offset += len(data) - len(rest)
            if rest:
                self.tape.seek(offset)
                return offset
        return None


def _first_content(data: bytes) -> bytes:
    """Return the beginning of a gzip member's content, as far as it is undamaged.

    A member whose damage lies behind its header is still the beginning of a record: found as such,
    it gets a row of its own.
    """
    inflater = zlib.decompressobj(wbits=31)
    content = b""
    with suppress(zlib.error):
        for at in range(0, len(data), _FIRST_PIECE):
            content += inflater.decompress(data[at : at + _FIRST_PIECE])
            if len(content) >= _FIRST_CONTENT:
                break
    return content


def _length(header: HeaderMap) -> int | None:
    text = (header.get("Content-Length") or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
