"""The WARC files of one source: STEM-000.warc.gz, STEM-001.warc.gz, ...

Each page is one write to the operating system, so a kill can damage the last page only. At any time
only one writer may write the files of a stem.
"""

import os
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from tasks.raw.open_files import OpenFiles
from tasks.raw.warc_records import (
    Exchange,
    Original,
    page_exchange,
    revisit_exchange,
    warcinfo,
)
from tasks.web.exchange import Answer, Evidence
from warehouse.files import fsync

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The position and identity of a stored answer.

    Attributes:
        file: name of the file within its folder.
        offset, length: of the gzip member with the answer's record.
        end: end of the last record of the exchange. A log that holds it keeps the exchange: what
            lies behind the last logged end is cut off when a run resumes.
        record_id: without angle brackets.
        payload_digest: of the body as sent; None for "not modified", which has no body.
    """

    file: str
    offset: int
    length: int
    end: int
    record_id: str
    payload_digest: str | None


class WarcFiles:
    """Appends exchanges to a source's files, and begins a new file when one is full.

    Attributes:
        ends: the end of each file that was kept or written to.
    """

    def __init__(
        self,
        folder: Path,
        stem: str,
        most_bytes: int,
        kept: Mapping[str, int] | None = None,
        files: OpenFiles | None = None,
    ) -> None:
        """Cut the files that a killed run left to whole, logged records; open none of them.

        Args:
            folder: created if it does not exist; files of other stems in it are left alone.
            most_bytes: the size at which a file is full.
            kept: for a run that is resumed, each of its files with the end of the last record in
                its log. What lies behind that end is cut off, and the last file is appended to. A
                file that is shorter, after a loss of power, is cut behind its last whole record;
                `ends` is then lower than the log says.
            files: shared with other writers; None: not shared.
        """
        self._folder = folder
        self._stem = stem
        self._most_bytes = most_bytes
        self._files = files or OpenFiles()
        self._unsynced: set[str] = set()
        self.ends: dict[str, int] = {}
        for name in sorted(kept or {}, key=self._number):
            if (folder / name).is_file():
                self.ends[name] = _cut(folder / name, (kept or {})[name])
        self._name = next(reversed(self.ends), "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write_page(self, answer: Answer, evidence: Evidence) -> StoredRecord:
        """Write a page with its bytes.

        Raises:
            OSError: the disk is full or fails; the file ends where it did before.
        """
        return self.write(page_exchange(answer, evidence))

    def write_revisit(self, answer: Answer, evidence: Evidence, original: Original) -> StoredRecord:
        """Write an unchanged page: "not modified", or the same bytes as the original's.

        Raises:
            OSError: as `write_page` does.
        """
        return self.write(revisit_exchange(answer, evidence, original))

    def write(self, exchange: Exchange) -> StoredRecord:
        """Write the records of the request, the answer and its metadata, in this order."""
        self._begin_file_if_full()
        start = self.ends[self._name]
        members = [exchange.request, exchange.answer, exchange.evidence]
        if not start:
            members.insert(0, warcinfo(self._name, self._stem))
        end = start + sum(map(len, members))
        # A kill during this call leaves bytes that no log names; the next run cuts them off.
        self._files.write(self._folder / self._name, b"".join(members), start)
        self._unsynced.add(self._name)
        self.ends[self._name] = end
        return StoredRecord(
            file=self._name,
            offset=end - len(exchange.evidence) - len(exchange.answer),
            length=len(exchange.answer),
            end=end,
            record_id=exchange.record_id,
            payload_digest=exchange.payload_digest,
        )

    def sync(self) -> None:
        """Make everything that was written so far durable."""
        for name in sorted(self._unsynced):
            fsync(self._folder / name)
        self._unsynced.clear()
        if self.ends:
            fsync(self._folder)

    def close(self) -> None:
        """Close the current file and make everything durable."""
        self._files.close(self._folder / self._name)
        self.sync()

    def _begin_file_if_full(self) -> None:
        """Begin the next file if there is none yet or the current one is full.

        Full files are made durable by `sync` later: that takes seconds for a gigabyte, which must
        not delay a page.
        """
        if self._name and self.ends[self._name] < self._most_bytes:
            return
        self._files.close(self._folder / self._name)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._name = self._next_name()
        self.ends[self._name] = 0

    def _next_name(self) -> str:
        """Return an unused name, by trying numbers in turn.

        The folder is not listed, because it holds the files of all sources.
        """
        number = max(map(self._number, self.ends), default=-1) + 1
        while (self._folder / (name := f"{self._stem}-{number:03}.warc.gz")).exists():
            number += 1
        return name

    def _number(self, name: str) -> int:
        """Return the number in a file's name, -1 if it is not a file of this stem."""
        match = re.fullmatch(re.escape(self._stem) + r"-(\d{3,})\.warc\.gz", name)
        return int(match[1]) if match else -1


def _cut(path: Path, end: int) -> int:
    """Cut a file at `end`, or behind its last whole member if it is shorter; return the new end."""
    if path.stat().st_size < end:
        end = _end_of_whole_members(path)
    os.truncate(path, end)
    return end


def _end_of_whole_members(path: Path) -> int:
    """Return the end of the last gzip member that is whole."""
    end = 0
    with path.open("rb") as file:
        while length := _member_length(file, end):
            end += length
    return end


def _member_length(file: BinaryIO, start: int) -> int:
    """Return the length of the gzip member at `start`; 0 if it is incomplete or there is none."""
    file.seek(start)
    member = zlib.decompressobj(31)
    with suppress(zlib.error):
        while not member.eof and (chunk := file.read(_CHUNK)):
            member.decompress(chunk)
    return file.tell() - start - len(member.unused_data) if member.eof else 0
