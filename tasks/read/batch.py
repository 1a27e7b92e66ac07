"""Reads a batch: yields its raw documents, and a ledger row for everything that is dropped."""

import io
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain, islice

from config.settings import ReadSettings
from tasks.read.archives import read_tar, read_zip
from tasks.read.day_orders import with_day_orders
from tasks.read.formats.csv_rows import read_csv
from tasks.read.formats.downloads import DOWNLOADS, read_download
from tasks.read.formats.files import read_document
from tasks.read.formats.json_rows import read_array, read_lines, read_objects
from tasks.read.formats.parquet_rows import read_parquet
from tasks.read.inflating import expand
from tasks.read.input_events import InputMonitor
from tasks.read.kinds import COMPRESSIONS, CONTAINERS, HEAD_BYTES, LISTED_ALONE, ROWS, Kind, Sniffed
from tasks.read.outline import sniff_stream
from tasks.read.place import Place, Tally
from tasks.read.record_layout import RecordLayout, record_layout
from tasks.read.remote.addresses import is_remote, name_in, without_query
from tasks.read.remote.opening import exists_remote
from tasks.read.saved.companions import companion_of
from tasks.read.saved.originals import as_published
from tasks.read.spans import Batch, Offsets, Span
from tasks.read.streams import buffered, fault_of, open_file
from tasks.read.text_columns import BACKFILL
from tasks.read.text_heads import lists_addresses
from tasks.read.transcoding import Transcoding
from tasks.read.understanding import InputReports, Understood
from tasks.read.warc.rewindable import RewindableStream
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]
_Reading = Generator[RawDocument | Dropped, None, None]


def read_batch(
    batch: Batch,
    settings: ReadSettings,
    columns: Mapping[str, str],
    monitor: InputMonitor | None = None,
    on_skip: Callable[[], None] = lambda: None,
) -> _Outcomes:
    """Yield one outcome per document and per unreadable region, in the order of their positions.

    Bad input raises nothing. Memory use does not depend on the size of the input.

    Args:
        columns: columns of the plan.
        monitor: receives which file or member is being read.
        on_skip: called for each document that `batch.only` leaves out.
    """
    monitor = monitor or InputMonitor()
    if batch.only is not None:  # the other documents must not be counted
        monitor = replace(monitor, reports=InputReports())
    outcomes = chain.from_iterable(
        _with_orders(span, _place_of(span, settings, columns, monitor)) for span in batch.spans
    )
    if batch.only is not None:
        return _select(outcomes, set(batch.only), on_skip)
    return islice(outcomes, batch.limit)


def _select(outcomes: _Outcomes, wanted: set[str], on_skip: Callable[[], None]) -> _Outcomes:
    for outcome in outcomes:
        if outcome.locator in wanted:
            yield outcome
        else:
            on_skip()


def _place_of(
    span: Span, settings: ReadSettings, columns: Mapping[str, str], monitor: InputMonitor
) -> Place:
    """Return the place of a span, which knows the files beside it below what the user named."""
    whole = without_query(span.path)
    path = "/".join(whole.split("/")[-1 - span.locator.count("/") :])
    folder = whole.removesuffix(path)
    exists = partial(exists_remote, settings=settings) if is_remote(folder) else os.path.exists
    return Place(
        span.locator,
        name_in(span.path),
        _tally(span),
        settings,
        columns,
        monitor,
        path=path,
        exists=lambda other: exists(folder + other),
    )


def _tally(span: Span) -> Tally:
    return Tally(span.file, span.stripe, span.stripes, span.by_member, size=span.bytes)


def _with_orders(span: Span, place: Place) -> _Outcomes:
    """Read a span, and the whole file again if the order of day and month is needed."""
    whole = replace(span, stripe=0, stripes=1, groups=None, bytes=span.bytes * span.stripes)
    alone = replace(place, tally=_tally(whole), monitor=InputMonitor())
    read_whole = partial(_read_span, whole, alone)
    return with_day_orders(_read_span(span, place), read_whole, place.monitor.reports)


def _read_span(span: Span, place: Place) -> _Outcomes:
    return place.monitored(_as_published(_read_path(span, place)))


def _as_published(outcomes: _Reading) -> _Reading:
    """Yield the outcomes, saved pages and captures as their publishers had them."""
    for outcome in outcomes:
        yield as_published(outcome) if isinstance(outcome, RawDocument) else outcome


def _read_path(span: Span, place: Place) -> _Reading:
    if span.fault:
        yield from place.drop(Reason[span.fault.upper()], size=span.bytes)
        return
    try:
        stream = open_file(span.path, place.settings, span.state)
    except OSError as error:
        yield from place.drop(Reason.UNREADABLE, error.strerror or str(error), size=span.bytes)
        return
    with stream:
        yield from _read_file(stream, place, span)


def _read_file(stream: io.BufferedReader, place: Place, span: Span) -> _Reading:
    """Yield the outcomes of a file on disk, or of the part of it that the span names."""
    sniffed = sniff_stream(stream, place.name, place.columns)
    if sniffed.kind is Kind.PARQUET:
        yield from _reported(read_parquet(stream, place, span.groups), place, sniffed)
    elif layout := record_layout(stream, sniffed.kind, place.name):
        records = _read_records(stream, place, layout, span.offsets)
        yield from _reported_records(records, place, layout)
        start, end = span.offsets  # the first range reports an empty file for all ranges
        if start == 0 and not place.tally.count and not _has_page(stream, place, layout, end):
            yield from place.drop(Reason.EMPTY, _NO_PAGE, at=0, size=span.bytes)
    else:
        yield from _read_content(stream, place)


def _has_page(
    stream: io.BufferedReader, place: Place, layout: RecordLayout, start: int | None
) -> bool:
    """Return whether any record of a web archive at or after an offset has an outcome."""
    if start is None:
        return False
    alone = replace(place, tally=Tally(place.tally.file))
    return next(_read_records(stream, alone, layout, (start, None)), None) is not None


def read_stream(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield the outcomes of an archive member, including those of containers inside it."""
    return place.monitored(_read_content(stream, place))


def _read_content(stream: io.BufferedReader, place: Place) -> _Reading:
    """Recognise the content of a stream and yield its outcomes; at least one."""
    sniffed = sniff_stream(stream, place.name, place.columns)
    outcomes = _read_sniffed(stream, place, sniffed)
    is_opened = sniffed.kind in CONTAINERS and place.depth < place.settings.nesting
    # Containers are not reported, what they contain is.
    yield from outcomes if is_opened else _reported(outcomes, place, sniffed)


def _reported(outcomes: _Outcomes, place: Place, sniffed: Sniffed) -> _Outcomes:
    """Yield the outcomes of an input, and record how it is understood."""
    has_encoding = sniffed.kind in ROWS | {Kind.DATABANK_TEXT} or sniffed.encoding is not None
    encoding = (sniffed.encoding or "utf-8") if has_encoding else ""
    report = Understood(place.locator, sniffed.in_words, encoding)
    return place.monitor.reports.watched(outcomes, report, is_table=sniffed.kind in LISTED_ALONE)


def _reported_records(records: _Outcomes, place: Place, layout: RecordLayout) -> _Outcomes:
    report = Understood(place.locator, "WET" if layout.converted else layout.kind.value)
    return place.monitor.reports.watched(records, report, is_table=True)


def _read_sniffed(stream: io.BufferedReader, place: Place, sniffed: Sniffed) -> _Reading:
    kind = sniffed.kind
    if not stream.peek(1):
        yield from place.drop(fault_of(stream) or Reason.EMPTY, size=0)
    elif companion := companion_of(place.path, place.exists):
        yield from place.drop(Reason.COMPANION, companion)
    elif kind in CONTAINERS and place.depth >= place.settings.nesting:
        yield from place.drop(Reason.NESTED_TOO_DEEP)
    elif layout := record_layout(stream, kind, place.name):
        before = place.tally.count
        records = _read_records(RewindableStream(stream), place, layout, None)
        yield from _reported_records(records, place, layout)
        if place.tally.count == before:
            yield from place.drop(Reason.EMPTY, _NO_PAGE)
    elif kind in NOT_READ:
        yield from place.drop(NOT_READ[kind], sniffed.detail)
    elif kind is Kind.TEXT and lists_addresses(stream.peek(HEAD_BYTES)):
        yield from place.drop(Reason.NOT_PROSE, f"addresses; {BACKFILL} fetches them")
    else:
        before = place.tally.count
        yield from READERS[kind](stream, place, sniffed)
        if place.tally.count == before:
            yield from place.drop(Reason.EMPTY, f"a {kind.value} file with nothing in it")


def _read_records(
    source: io.BufferedReader | RewindableStream,
    place: Place,
    layout: RecordLayout,
    span: Offsets | None,
) -> _Outcomes:
    # These modules load fastwarc, so they are imported only when a web archive is read.
    from tasks.read.warc.arc import ArcFraming
    from tasks.read.warc.framings import GzipFraming, PlainFraming
    from tasks.read.warc.records import read_records

    records = ArcFraming if layout.kind is Kind.ARC else PlainFraming
    settings = place.settings
    framing = GzipFraming(source, settings, records) if layout.packed else records(source, settings)
    yield from read_records(
        framing, place, span or (0, None), by_offset=span is not None, converted=layout.converted
    )


_NO_PAGE = "no record of a page, as in WAT files"


def _read_compressed(stream: io.BufferedReader, place: Place, sniffed: Sniffed) -> _Outcomes:
    content = expand(stream, sniffed.kind, place.settings, place.count_bytes)
    place.monitor.reports.note_packing(place.locator, sniffed.kind.value)
    return _read_content(content, place.decompressed())


def _read_json(read: Callable[[io.BufferedReader, Place], _Outcomes]) -> "Reader":
    """Return a reader that converts its input to UTF-8 before `read` sees it."""

    def reader(stream: io.BufferedReader, place: Place, sniffed: Sniffed) -> _Outcomes:
        encoding = sniffed.encoding
        return read(buffered(Transcoding(stream, encoding)) if encoding else stream, place)

    return reader


def _read_saved(stream: io.BufferedReader, place: Place, sniffed: Sniffed) -> _Outcomes:
    # The parsers of mail and of property lists are loaded with these.
    from tasks.read.formats.mhtml import read_mhtml
    from tasks.read.formats.webarchive import read_webarchive

    read = read_mhtml if sniffed.kind is Kind.MHTML else read_webarchive
    return read(stream, place)


Reader = Callable[[io.BufferedReader, Place, Sniffed], _Outcomes]
# `_read_content` passes web archives to `_read_records` before it looks here, because a file with a
# damaged beginning is recognised by its later records. Their entries complete the table.
READERS: Mapping[Kind, Reader] = {
    **dict.fromkeys(COMPRESSIONS, _read_compressed),
    Kind.ZIP: lambda stream, place, _: read_zip(stream, place, read_stream),
    Kind.TAR: lambda stream, place, _: read_tar(stream, place, read_stream),
    Kind.WARC: lambda stream, place, _: _read_records(
        RewindableStream(stream), place, RecordLayout(Kind.WARC, packed=False), None
    ),
    Kind.ARC: lambda stream, place, _: _read_records(
        RewindableStream(stream), place, RecordLayout(Kind.ARC, packed=False), None
    ),
    Kind.PARQUET: lambda stream, place, _: read_parquet(stream, place, None),
    **dict.fromkeys(DOWNLOADS, read_download),
    Kind.MHTML: _read_saved,
    Kind.WEBARCHIVE: _read_saved,
    Kind.HTML: lambda stream, place, _: read_document(stream, place, "html"),
    Kind.TEXT: lambda stream, place, _: read_document(stream, place, "text"),
    Kind.JSON_ARRAY: lambda stream, place, sniffed: read_array(stream, place, sniffed.encoding),
    Kind.JSON_OBJECT: _read_json(read_objects),
    Kind.JSON_LINES: _read_json(read_lines),
    Kind.CSV: lambda stream, place, sniffed: read_csv(stream, place, sniffed.encoding),
}
# Kinds that are recognised but not read, with the reason in their ledger row.
NOT_READ: Mapping[Kind, Reason] = {
    Kind.UNKNOWN_FORMAT: Reason.UNKNOWN_FORMAT,
    Kind.NOT_TEXT: Reason.NOT_TEXT,
}
