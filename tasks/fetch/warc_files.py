"""The WARC files of one source: STEM-000.warc.gz, STEM-001.warc.gz, ...

Each page is one write to the operating system: what a kill leaves is whole but for the last page.
Only one writer may write files of a stem at a time.
"""

import os
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from tasks.fetch.model import Answer, Evidence
from tasks.fetch.warc_records import (
    Exchange,
    Original,
    page_exchange,
    payload_digest,
    revisit_exchange,
    warcinfo,
)
from warehouse.files import fsync

__all__ = ["Original", "WarcFiles", "Written", "payload_digest"]

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Written:
    """Where an answer's record lies.

    Attributes:
        file: name of the file within its folder.
        offset, length: of the gzip member with the answer's record.
        end: of what was written with it; a log that names it makes it stay.
        record_id: without angle brackets.
        payload_digest: of the body as sent; None for "not modified", which has none.
    """

    file: str
    offset: int
    length: int
    end: int
    record_id: str
    payload_digest: str | None


class WarcFiles:
    """Writes exchanges one behind the other; a file that has grown to a size is not added to.

    Attributes:
        ends: where each file ends that was kept or written to.
    """

    def __init__(
        self, folder: Path, stem: str, most_bytes: int, kept: Mapping[str, int] | None = None
    ) -> None:
        """Opens nothing before the first page.

        Args:
            folder: made if it is not there; may hold files of others, which are left alone.
            most_bytes: the size at which a file is full.
            kept: of a run that goes on: its files, each with the end of the last record that its
                log knows. What is behind that is cut off, and the last file is added to. A file
                that is shorter, for a machine that lost power, is cut behind its last whole
                record; `ends` then says less than the log.
        """
        self._folder = folder
        self._stem = stem
        self._most_bytes = most_bytes
        self._file: int | None = None
        self._full: list[int] = []
        self.ends: dict[str, int] = {}
        for name in sorted(kept or {}, key=self._number):
            if (folder / name).is_file():
                self.ends[name] = _cut(folder / name, (kept or {})[name])
        self._name = next(reversed(self.ends), "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write_page(self, answer: Answer, evidence: Evidence) -> Written:
        """A page with its bytes.

        Raises:
            OSError: the disk is full or fails; the file ends as it did before.
        """
        return self.write(page_exchange(answer, evidence))

    def write_revisit(self, answer: Answer, evidence: Evidence, original: Original) -> Written:
        """A page that is unchanged: "not modified", or the same bytes as the original's.

        Raises:
            OSError: as for `write_page`.
        """
        return self.write(revisit_exchange(answer, evidence, original))

    def write(self, exchange: Exchange) -> Written:
        """The request's record, the answer's, and behind that the metadata that belong to it."""
        file = self._open_file()
        begun = self.ends[self._name]
        members = [exchange.request, exchange.answer, exchange.evidence]
        if not begun:
            members.insert(0, warcinfo(self._name, self._stem))
        end = begun + sum(map(len, members))
        _append(file, b"".join(members), begun)
        self.ends[self._name] = end
        return Written(
            file=self._name,
            offset=end - len(exchange.evidence) - len(exchange.answer),
            length=len(exchange.answer),
            end=end,
            record_id=exchange.record_id,
            payload_digest=exchange.payload_digest,
        )

    def sync(self) -> None:
        """Makes durable what was written so far; another thread may call it."""
        full, self._full = self._full, []
        for file in full:
            os.fsync(file)
            os.close(file)
        if self._file is not None:
            os.fsync(self._file)
        if self.ends:
            fsync(self._folder)

    def close(self) -> None:
        """Makes all durable; nothing more is written."""
        if self._file is not None:
            self._full.append(self._file)
            self._file = None
        self.sync()

    def _open_file(self) -> int:
        """The file that is added to; the next one where that is full.

        Full files wait for `sync`: to make a gigabyte durable takes seconds, and a page must not.
        """
        is_full = self.ends.get(self._name, 0) >= self._most_bytes
        if self._file is not None and is_full:
            self._full.append(self._file)
            self._file = None
        if self._file is None:
            if is_full or not self._name:
                self._name = self._next_name()
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._folder / self._name, os.O_WRONLY | os.O_CREAT, 0o644)
            self.ends.setdefault(self._name, 0)
        return self._file

    def _next_name(self) -> str:
        there = (self._number(path.name) for path in self._folder.glob("*.warc.gz"))
        number = max((*there, *map(self._number, self.ends)), default=-1) + 1
        return f"{self._stem}-{number:03}.warc.gz"

    def _number(self, name: str) -> int:
        match = re.fullmatch(re.escape(self._stem) + r"-(\d{3,})\.warc\.gz", name)
        return int(match[1]) if match else -1


def _append(file: int, data: bytes, at: int) -> None:
    """Writes all or nothing, as far as the system lets us."""
    try:
        written = os.pwrite(file, data, at)
        while written < len(data):
            written += os.pwrite(file, data[written:], at + written)
    except OSError:
        with suppress(OSError):
            os.ftruncate(file, at)
        raise


def _cut(path: Path, end: int) -> int:
    """Cuts off what is behind `end`, or behind the last whole member before it."""
    if path.stat().st_size < end:
        end = _whole_members(path)
    os.truncate(path, end)
    return end


def _whole_members(path: Path) -> int:
    """Where the last gzip member ends that is whole."""
    end = 0
    with path.open("rb") as file:
        while length := _member_length(file, end):
            end += length
    return end


def _member_length(file: BinaryIO, start: int) -> int:
    """Of the gzip member that begins there; 0 if it is torn or none."""
    file.seek(start)
    member = zlib.decompressobj(31)
    with suppress(zlib.error):
        while not member.eof and (chunk := file.read(_CHUNK)):
            member.decompress(chunk)
    return file.tell() - start - len(member.unused_data) if member.eof else 0
