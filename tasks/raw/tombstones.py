"""WARC records of pages that are taken down, replaced by records of the same length without them.

Tables name records by file and offset, and these stay as they are for all other pages. A tombstone
is a metadata record without a block. That of a response still counts as a document when the file is
read again, so that the numbers of documents agree with what the ledger says; it is rejected as
`taken_down`.
"""

import shutil
import zlib
from base64 import b32encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from pathlib import Path
from typing import BinaryIO

from config.errors import DamagedWarehouseError
from config.settings import ReadSettings
from tasks.raw.members import member_of_length, read_member
from tasks.read.warc.frames import find
from tasks.read.warc.framings import HEADER_BYTES, GzipFraming
from tasks.read.warc.http import parse_header
from tasks.read.warc.records import TOMBSTONE_HEADER
from tasks.web.urls import url_key
from warehouse.files import written_aside

_DIGEST = f"WARC-Block-Digest: sha1:{b32encode(sha1(usedforsecurity=False).digest()).decode()}"
_END = b"\r\n\r\n"
_CHUNK = 65_536
_NAMING = ("WARC-Target-URI", "WARC-Refers-To-Target-URI")
_REFERRING = ("WARC-Concurrent-To", "WARC-Refers-To")


@dataclass(frozen=True, slots=True)
class TakenRecord:
    """A record that is to be replaced.

    Attributes:
        length: of its gzip member; 0 if the member is damaged.
        kind: its type, such as "response".
    """

    offset: int
    length: int
    kind: str


def offsets_by_file(records: Iterable[str]) -> dict[str, set[int]]:
    """Return the offsets of records in each WARC file, from their locators."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for record in records:
        name, _, offset = record.partition("#offset=")
        found[name].add(int(offset.partition("+")[0] or 0))
    return dict(found)


def taken_records(
    path: Path, offsets: Iterable[int], keys: frozenset[str], settings: ReadSettings
) -> list[TakenRecord]:
    """Return the records of a file that are at these offsets, or of pages with one of these keys.

    Requests, metadata and revisits name the page, or the record beside them. Records that were
    replaced already are left out.
    """
    wanted = frozenset(offsets)
    with path.open("rb") as file:
        headers = list(_headers(file, settings))
        # A request stands before the response that it names, so the names must be known before.
        pages = [one for one in headers if one[0] in wanted or _key(one[1]) in keys]
        names = {_text(header, "WARC-Record-ID") for _, header in pages}
        return [
            TakenRecord(offset, _length(file, offset), _text(header, "WARC-Type").lower())
            for offset, header in headers
            if offset in wanted or _key(header) in keys or _refers(header, names)
            if not _text(header, TOMBSTONE_HEADER)
        ]


def _refers(header: Mapping[str, str], names: set[str]) -> bool:
    return any(_text(header, name) in names for name in _REFERRING if _text(header, name))


def replace_records(path: Path, found: Iterable[TakenRecord], taken_at: datetime) -> None:
    """Write a file anew with tombstones; its name, its length and all offsets stay.

    Raises:
        DamagedWarehouseError: a record is too short for a tombstone.
    """
    members = {one.offset: _tombstone(path, one, taken_at) for one in found if one.length}
    with written_aside(path) as aside:
        shutil.copyfile(path, aside)
        with aside.open("r+b") as file:
            for offset, member in members.items():
                file.seek(offset)
                file.write(member)


def _tombstone(path: Path, record: TakenRecord, taken_at: datetime) -> bytes:
    lines = (
        "WARC/1.1",
        "WARC-Type: metadata",
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{record.offset:012x}>",
        f"WARC-Date: {taken_at:%Y-%m-%dT%H:%M:%SZ}",
        f"{TOMBSTONE_HEADER}: {record.kind}",
        "Content-Length: 0",
    )
    # The digest is left out of a record that would become too long.
    contents = ("\r\n".join(kept).encode() + _END + _END for kept in ((*lines, _DIGEST), lines))
    made = (member_of_length(content, record.length) for content in contents)
    member = next((one for one in made if one is not None), None)
    if member is None:
        raise DamagedWarehouseError(
            f"The record at {record.offset} of {path} is too short to be replaced: remove this "
            "file with `broadsheet prune`, and repeat the command."
        )
    return member


def _headers(file: BinaryIO, settings: ReadSettings) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield offset and header of each gzip member that begins with a record."""
    framing = GzipFraming(file, settings)
    at = find(framing, 0, None)
    while at is not None:
        content, length = read_member(file, at, HEADER_BYTES)
        if (header := parse_header(content.partition(_END)[0] + _END)) is not None:
            yield at, {name.lower(): value for name, value in header.items()}
        at = find(framing, at + max(length, 1), None)


def _text(header: Mapping[str, str], name: str) -> str:
    return header.get(name.lower(), "").strip("<> \t")


def _key(header: Mapping[str, str]) -> str:
    """Return the key of the page that a record names; an empty text if it names none."""
    for name in _NAMING:
        if (url := _text(header, name)) and (key := url_key(url)):
            return key
    return ""


def _length(file: BinaryIO, offset: int) -> int:
    """Return the length of the gzip member at an offset; 0 if it is damaged."""
    file.seek(offset)
    member = zlib.decompressobj(31)
    try:
        while not member.eof and (chunk := file.read(_CHUNK)):
            member.decompress(chunk)
    except zlib.error:
        return 0
    return file.tell() - offset - len(member.unused_data) if member.eof else 0
