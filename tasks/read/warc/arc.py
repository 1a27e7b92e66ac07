"""ARC, the format of web archives before WARC: a line, a block, and an empty line per record.

https://archive.org/web/researcher/ArcFileFormat.php. Version 1 has five fields in a line, version 2
ten. A record is given the header that it would have in a WARC.
"""

import re

from fastwarc.warc import HeaderMap

from tasks.read.kinds import ARC_HEADER
from tasks.read.warc.framings import PlainFraming
from tasks.read.warc.http import parse_header
from tasks.reasons import Reason

# More than any honest line has.
_LINE_BYTES = 8_192
_ADDRESS = re.compile(rb"[a-zA-Z][\w+.-]{0,20}:[^\s<>]")


class ArcFraming(PlainFraming):
    """Records of an ARC one after another; a unit is a record."""

    # Any scheme: besides pages there are files of FTP, and records that describe the crawl.
    sign = re.compile(rb"^[a-zA-Z][\w+.-]{0,20}:", re.MULTILINE)

    @staticmethod
    def is_record(head: bytes) -> bool:
        """Return whether a record begins with these bytes."""
        return ARC_HEADER.match(head) is not None

    def begins(self, offset: int) -> bool:
        """Return whether a record's line stands here."""
        self.tape.seek(max(offset - 1, 0))
        if offset and self.tape.read(1) != b"\n":
            return False
        return self.is_record(self.tape.read(_LINE_BYTES))

    def _header(self) -> tuple[HeaderMap | None, int]:
        start = self.tape.tell()
        data = self.tape.read(_LINE_BYTES)
        found = ARC_HEADER.match(data)
        if not found:
            # Only the line was looked at: what follows says whether the archive ends here.
            self.tape.seek(start + 1 + (data.find(b"\n") % (len(data) or 1)))
            return None, len(data)
        self.tape.seek(start + found.end())
        url, day, mime, length = found.groups()
        lines = (
            b"WARC/1.0",
            b"WARC-Type: " + (b"warcinfo" if url.startswith(b"filedesc:") else b"response"),
            b"WARC-Target-URI: " + url,
            b"WARC-Date: " + b"-".join((day[:4], day[4:6], day[6:8])) + _time(day[8:]),
            b"Content-Type: " + mime,
            b"Content-Length: " + length,
        )
        return parse_header(b"\r\n".join(lines) + b"\r\n\r\n"), len(data)

    def _is_followed(self, frame: object) -> bool:
        return False

    def _end_fault(self) -> Reason | None:
        """Go to where the next record should begin; say if this one does not end here."""
        place = self.tape.tell()
        tail = self.tape.read(_LINE_BYTES)
        rest = tail.lstrip(b"\r\n")
        next_line = place + len(tail) - len(rest)
        # A line that begins as one and is damaged costs its own record, not the one before it.
        begins_damaged = tail.startswith(b"\n") and _ADDRESS.match(rest)
        # A length that is 2 too large ends within the next line. What is left of that, "ttp://...",
        # looks like a line of another scheme.
        if rest and not begins_damaged and not self.begins(next_line):
            self.tape.seek(next_line)
            return Reason.WRONG_LENGTH
        self.tape.seek(next_line)
        return None if rest else self._tape_fault()


def _time(digits: bytes) -> bytes:
    """Return the time of a day as ISO 8601 has it; some archives leave out the seconds."""
    full = digits.ljust(6, b"0")
    return b"T" + b":".join((full[:2], full[2:4], full[4:6])) + b"Z"
