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
from tasks.fetch.open_files import OpenFiles
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
        self,
        folder: Path,
        stem: str,
        most_bytes: int,
        kept: Mapping[str, int] | None = None,
        files: OpenFiles | None = None,
    ) -> None:
        """Opens nothing before the first page.

        Args:
            folder: made if it is not there; may hold files of others, which are left alone.
            most_bytes: the size at which a file is full.
            kept: of a run that goes on: its files, each with the end of the last record that its
                log knows. What is behind that is cut off, and the last file is added to. A file
                that is shorter, for a machine that lost power, is cut behind its last whole
                record; `ends` then says less than the log.
            files: shared with other writers; None: none are.
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
        self._begin_file()
        begun = self.ends[self._name]
        members = [exchange.request, exchange.answer, exchange.evidence]
        if not begun:
            members.insert(0, warcinfo(self._name, self._stem))
        end = begun + sum(map(len, members))
        self._files.write(self._folder / self._name, b"".join(members), begun)
        self._unsynced.add(self._name)
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
        """Makes durable what was written so far."""
        for name in sorted(self._unsynced):
            fsync(self._folder / name)
        self._unsynced.clear()
        if self.ends:
            fsync(self._folder)

    def close(self) -> None:
        """Makes all durable; nothing more is written."""
        self._files.close(self._folder / self._name)
        self.sync()

    def _begin_file(self) -> None:
        """Goes on to the next file where there is none, or where it is full.

        Full files wait for `sync`: to make a gigabyte durable takes seconds, and a page must not.
        """
        if self._name and self.ends[self._name] < self._most_bytes:
            return
        self._files.close(self._folder / self._name)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._name = self._next_name()
        self.ends[self._name] = 0

    def _next_name(self) -> str:
        """A name that is free. The folder is not listed: it holds the files of all sources."""
        number = max(map(self._number, self.ends), default=-1) + 1
        while (self._folder / (name := f"{self._stem}-{number:03}.warc.gz")).exists():
            number += 1
        return name

    def _number(self, name: str) -> int:
        match = re.fullmatch(re.escape(self._stem) + r"-(\d{3,})\.warc\.gz", name)
        return int(match[1]) if match else -1


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
