"""Picking records from a large WARC: those of some domains and days, copied as they lie."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from config.settings import ReadSettings
from config.sources import Source
from tasks.fetch.model import Evidence
from tasks.fetch.warc_records import evidence_record, gzip_member, warcinfo
from tasks.process.urls import registered_domain
from tasks.read.warc.frames import find
from tasks.read.warc.framings import HEADER_BYTES, GzipFraming
from tasks.read.warc.http import parse_header
from tasks.read.warc.records import warc_instant

_COPY_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are wanted.

    Attributes:
        sources: registered domains, and the configured source that each stands for, if any.
        first, last: days of fetching, both included, in UTC.
    """

    sources: Mapping[str, Source | None]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Picked:
    """What a file came to.

    Attributes:
        holes: places where no record could be recognised.
        size: of the file.
    """

    records: int
    skipped: int
    holes: int
    size: int


@dataclass(frozen=True, slots=True)
class _Header:
    kind: str
    url: str
    record_id: str
    fetched_at: datetime | None


def pick(archive: Path, target: Path, wanted: Wanted, settings: ReadSettings) -> Picked:
    """Copies the wanted responses of a gzipped WARC, with our evidence behind each.

    A record is copied as its bytes lie, damage included, which then has its row in the ledger.
    """
    records = skipped = holes = 0
    with archive.open("rb") as tape, target.open("wb") as out:
        out.write(warcinfo(target.name, archive.name))
        size = archive.stat().st_size
        framing = GzipFraming(tape, settings)
        at = find(framing, 0, None)
        holes += at != 0
        while at is not None:
            header = _header(tape, at)
            following = find(framing, at + 1, None)
            if header is None:
                holes += 1
            elif header.kind == "response" and (evidence := _evidence(header, wanted)):
                _copy(tape, out, at, following if following is not None else size)
                out.write(gzip_member(evidence_record(header.record_id, header.url, evidence)))
                records += 1
            elif header.kind == "response":
                skipped += 1
            at = following
    return Picked(records, skipped, holes, size)


def _evidence(header: _Header, wanted: Wanted) -> Evidence | None:
    """What is known of a wanted record beside its bytes; None for one that is not wanted."""
    day = header.fetched_at.date() if header.fetched_at else None
    if day is None or not wanted.first <= day <= wanted.last:
        return None
    domain = registered_domain(header.url)
    if domain is None or domain not in wanted.sources:
        return None
    source = wanted.sources[domain]
    if source is None:
        return Evidence(source="", how="ccnews")
    return Evidence(
        source=source.name, timezone=source.timezone, language=source.language, how="ccnews"
    )


def _header(tape: BinaryIO, offset: int) -> _Header | None:
    """The header of the record in the gzip member here."""
    tape.seek(offset)
    try:
        text = zlib.decompressobj(wbits=31).decompress(tape.read(HEADER_BYTES), HEADER_BYTES)
    except zlib.error:
        return None
    end = text.find(b"\r\n\r\n")
    if end < 0:
        return None
    header = parse_header(text[: end + 4])
    if header is None:
        return None
    return _Header(
        (header.get("WARC-Type") or "").lower(),
        (header.get("WARC-Target-URI") or "").strip("<> "),
        (header.get("WARC-Record-ID") or "").strip("<> "),
        warc_instant(header.get("WARC-Date") or ""),
    )


def _copy(tape: BinaryIO, out: BinaryIO, start: int, end: int) -> None:
    tape.seek(start)
    left = end - start
    while left and (chunk := tape.read(min(left, _COPY_BYTES))):
        out.write(chunk)
        left -= len(chunk)
