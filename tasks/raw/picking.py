"""Copying the records of some domains and days out of a large WARC, byte by byte."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from config.settings import ReadSettings
from config.sources import Source
from tasks.raw.warc_records import evidence_record, gzip_member, warcinfo
from tasks.read.warc.frames import find
from tasks.read.warc.framings import HEADER_BYTES, GzipFraming
from tasks.read.warc.http import parse_header
from tasks.read.warc.records import warc_instant
from tasks.runs.taken_down import TakenPages
from tasks.web.exchange import Evidence
from tasks.web.urls import registered_domain, url_key

_COPY_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class PickFilter:
    """The domains and days whose records are picked.

    Attributes:
        sources: registered domains, each with its configured source, if any.
        first, last: days of fetching, both included, in UTC.
        taken: the articles that were taken down, which are not picked.
    """

    sources: Mapping[str, Source | None]
    first: date
    last: date
    taken: TakenPages = field(default_factory=TakenPages)


@dataclass(frozen=True, slots=True)
class PickResult:
    """The number of records that were picked from a file.

    Attributes:
        records: responses that were copied.
        skipped: responses that were not wanted.
        unreadable_regions: stretches in which no record could be recognised.
        size: of the file in bytes.
    """

    records: int
    skipped: int
    unreadable_regions: int
    size: int


@dataclass(frozen=True, slots=True)
class _RecordHeader:
    kind: str
    url: str
    record_id: str
    fetched_at: datetime | None


def pick(archive: Path, target: Path, wanted: PickFilter, settings: ReadSettings) -> PickResult:
    """Copy the wanted responses of a gzipped WARC, with our evidence behind each.

    A record is copied byte by byte, damage included. Reading the copy later gives each damaged
    record its row in the ledger.
    """
    records = skipped = unreadable_regions = 0
    with archive.open("rb") as source_file, target.open("wb") as out:
        out.write(warcinfo(target.name, archive.name))
        size = archive.stat().st_size
        # Each record ends where the next one is found, so a damaged stretch is copied with the
        # record before it.
        framing = GzipFraming(source_file, settings)
        at = find(framing, 0, None)
        unreadable_regions += at != 0
        while at is not None:
            header = _header(source_file, at)
            following = find(framing, at + 1, None)
            if header is None:
                unreadable_regions += 1
            elif header.kind == "response" and (evidence := _evidence(header, wanted)):
                _copy(source_file, out, at, following if following is not None else size)
                out.write(gzip_member(evidence_record(header.record_id, header.url, evidence)))
                records += 1
            elif header.kind == "response":
                skipped += 1
            at = following
    return PickResult(records, skipped, unreadable_regions, size)


def _evidence(header: _RecordHeader, wanted: PickFilter) -> Evidence | None:
    """Return the evidence to store with a wanted record; None for one that is not wanted."""
    day = header.fetched_at.date() if header.fetched_at else None
    if day is None or not wanted.first <= day <= wanted.last:
        return None
    domain = registered_domain(header.url)
    if domain is None or domain not in wanted.sources:
        return None
    if (url_key(header.url) or "") in wanted.taken:
        return None
    source = wanted.sources[domain]
    if source is None:
        return Evidence(source="", how="ccnews")
    return Evidence(
        source=source.name, timezone=source.timezone, language=source.language, how="ccnews"
    )


def _header(source_file: BinaryIO, offset: int) -> _RecordHeader | None:
    """Read the header of the record in the gzip member at `offset`; None if there is none."""
    source_file.seek(offset)
    try:
        text = zlib.decompressobj(wbits=31).decompress(source_file.read(HEADER_BYTES), HEADER_BYTES)
    except zlib.error:
        return None
    end = text.find(b"\r\n\r\n")
    if end < 0:
        return None
    header = parse_header(text[: end + 4])
    if header is None:
        return None
    return _RecordHeader(
        (header.get("WARC-Type") or "").lower(),
        (header.get("WARC-Target-URI") or "").strip("<> "),
        (header.get("WARC-Record-ID") or "").strip("<> "),
        warc_instant(header.get("WARC-Date") or ""),
    )


def _copy(source_file: BinaryIO, out: BinaryIO, start: int, end: int) -> None:
    source_file.seek(start)
    left = end - start
    while left and (chunk := source_file.read(min(left, _COPY_BYTES))):
        out.write(chunk)
        left -= len(chunk)
