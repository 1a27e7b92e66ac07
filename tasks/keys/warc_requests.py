"""Replacement of request records in WARC files by records without keys, at the same offsets.

Tables name records by file and offset. A request is therefore replaced by a gzip member of exactly
the same length. All other bytes of the file stay as they are.
"""

import re
import shutil
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha1
from itertools import count, islice
from pathlib import Path
from typing import BinaryIO

from config.settings import ReadSettings
from tasks.raw.members import member_of_length, read_member
from tasks.read.warc.frames import find
from tasks.read.warc.framings import HEADER_BYTES, GzipFraming
from warehouse.files import written_aside

# The headers that Broadsheet sends by itself.
ORDINARY = frozenset(
    {
        *("host", "user-agent", "accept", "accept-encoding", "connection"),
        *("if-none-match", "if-modified-since"),
    }
)
# A request usually has some hundred bytes; this is far above what servers accept.
_MOST_BYTES = 1_048_576
_REQUEST = re.compile(rb"^WARC-Type: *request\r$", re.M | re.I)
_LENGTH = re.compile(rb"(?<=\r\nContent-Length: )\d+(?=\r\n)", re.I)
_DIGEST = re.compile(rb"(?<=\r\nWARC-Block-Digest: )sha1:\w+(?=\r\n)", re.I)
_END = b"\r\n\r\n"
_RECORDS_PER_PAGE = 3


@dataclass(frozen=True, slots=True)
class Replacement:
    """A request record with keys, and the member that takes its place.

    Attributes:
        member: as long as the original.
        names: of the headers that it does not have any more.
    """

    offset: int
    member: bytes
    names: tuple[str, ...]


def replacements(
    path: Path, names: frozenset[str], settings: ReadSettings, most: int | None = None
) -> list[Replacement]:
    """Find the request records that hold keys.

    Args:
        names: of headers that hold keys, in lower case. Headers that are not ordinary also count.
        most: number of requests to look at; None: all.
    """
    found = []
    # The file is only read here, and replaced later as a whole: a kill in between changes nothing.
    with path.open("rb") as file:
        for offset, length, content in islice(_requests(file, settings, most), most):
            if replaced := _replacement(offset, length, content, names):
                found.append(replaced)
    return found


def replace_requests(path: Path, found: list[Replacement]) -> None:
    """Write a file anew with these members; its name, its length and all offsets stay."""
    with written_aside(path) as aside:
        shutil.copy(path, aside)
        with aside.open("r+b") as file:
            for one in found:
                file.seek(one.offset)
                file.write(one.member)


def _requests(
    file: BinaryIO, settings: ReadSettings, most: int | None
) -> Iterator[tuple[int, int, bytes]]:
    """Yield offset, length and content of each gzip member that is a whole request record.

    With a limit, the search ends behind the records among which that many requests should be,
    because files that were copied from CC-NEWS hold no requests at all.
    """
    framing = GzipFraming(file, settings)
    at = find(framing, 0, None)
    for _ in count() if most is None else range(1 + _RECORDS_PER_PAGE * most):
        if at is None:
            return
        content, length = read_member(file, at, HEADER_BYTES)
        is_request = bool(_REQUEST.search(content.partition(_END)[0]))
        if is_request and not length:
            content, length = read_member(file, at, _MOST_BYTES)
        if is_request and length:
            yield at, length, content
        at = find(framing, at + max(length, 1), None)


def _replacement(
    offset: int, length: int, content: bytes, names: frozenset[str]
) -> Replacement | None:
    """Return the replacement of a request; None if it holds no keys."""
    header, _, block = content.partition(_END)
    head, *rest = block.split(_END)
    if any(rest):
        return None  # requests by Broadsheet have no body
    first, *lines = head.split(b"\r\n")
    sent = [(_name(line), line) for line in lines]
    removed = tuple(name for name, _ in sent if name in names or name not in ORDINARY)
    if not removed:
        return None
    kept = [line for name, line in sent if name not in removed]
    host = [line for name, line in sent if name == "host" and name not in removed]
    # Without the keys the record may still need more bytes than the original, whose compression
    # may have been better: then more of its headers are given up.
    for remaining in (kept, host, []):
        record = _record(header, _END.join((b"\r\n".join((first, *remaining)), b"")))
        if member := member_of_length(record, length):
            return Replacement(offset, member, removed)
    raise ValueError(f"no member of {length} bytes for the request at {offset}")


def _name(line: bytes) -> str:
    return line.partition(b":")[0].strip().lower().decode("utf-8", "replace")


def _record(header: bytes, block: bytes) -> bytes:
    """Return a record with another block, and the length and digest of that block."""
    digest = b"sha1:" + b32encode(sha1(block, usedforsecurity=False).digest())
    head = _LENGTH.sub(str(len(block)).encode(), header + b"\r\n")
    return _DIGEST.sub(digest, head) + b"\r\n" + block + _END
