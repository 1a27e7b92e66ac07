"""Opens zips by their own end record, and never by that of another zip inside them.

The directory of a zip stands at its end. If the end is cut off, the last end record that is left
may be that of a zip that is a member. If a comment follows, it may hold an end record, too. zipfile
takes the last one and corrects all offsets by the bytes before it.
"""

import io
import os
import zipfile
from typing import BinaryIO

_BEGINS = (b"PK\x03\x04", b"PK\x05\x06")
_END_RECORD = b"PK\x05\x06"
_END_BYTES = 22
_END_BYTES_64 = 76  # end record and its locator in zip64
_MOST_COMMENT = 65_535
# Some programs write zips of more than 4 GB with offsets of 32 bits.
_WRAPS_AT = 1 << 32


class ForeignDirectoryError(zipfile.BadZipFile):
    """The only directory that a zip has left belongs to another zip inside it."""


class _Front(io.RawIOBase):
    """The first bytes of a file, as a file of its own."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        super().__init__()
        self._file = file
        self._end = end
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._end}[whence]
        if base + offset < 0:
            raise OSError("an offset before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._at)
        chunk = self._file.read(max(0, min(len(buffer), self._end - self._at)))
        buffer[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """Open a zip whose directory begins where its end record says.

    Something may stand before a zip, such as the program that unpacks it. But a file that begins as
    a zip begins with its own first member.

    Raises:
        ForeignDirectoryError: The directory that is there belongs to another zip.
        zipfile.BadZipFile: The file is no zip, or is damaged. Other exceptions of zipfile are
            raised as they are.
    """
    shift = _shift(file)
    if shift == 0:
        return zipfile.ZipFile(file)
    file.seek(0)
    if not file.read(4).startswith(_BEGINS):
        return zipfile.ZipFile(file)
    for end in _earlier_ends(file):
        front = _Front(file, end)
        if _shift(front) == 0:
            return zipfile.ZipFile(front)
    if shift and shift > 0 and shift % _WRAPS_AT:
        raise ForeignDirectoryError("its directory is cut off; the one found is of a zip inside it")
    return zipfile.ZipFile(file)


def _shift(file: BinaryIO | _Front) -> int | None:
    """Return how far behind its stated offset the last directory begins; None without one."""
    record = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    if record is None:
        return None
    signature, size, offset, at = record[0], record[5], record[6], record[9]
    wide = _END_BYTES_64 if signature != _END_RECORD else 0
    return int(at - wide - size - offset)


def _earlier_ends(file: BinaryIO) -> list[int]:
    """Return where end records end whose comment is all that follows, the last of them first."""
    size = file.seek(0, os.SEEK_END)
    first = max(0, size - _END_BYTES - _MOST_COMMENT)
    file.seek(first)
    tail = file.read()
    ends = []
    at = len(tail) - _END_BYTES
    while (at := tail.rfind(_END_RECORD, 0, max(at, 0))) >= 0:
        end = at + _END_BYTES
        if int.from_bytes(tail[end - 2 : end], "little") == len(tail) - end:
            ends.append(first + end)
    return ends
