"""Reads a batch: the raw documents of its spans, and a row for each thing that is none."""

import io
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice

from config.settings import ReadSettings
from tasks.read.archives import read_tar, read_zip
from tasks.read.csv_rows import read_csv
from tasks.read.day_orders import with_day_orders
from tasks.read.documents import read_document
from tasks.read.inflating import expand
from tasks.read.json_rows import read_array, read_lines, read_object
from tasks.read.kinds import COMPRESSIONS, CONTAINERS, Kind, Sniffed
from tasks.read.outline import sniff_stream, warc_framing
from tasks.read.parquet_rows import read_parquet
from tasks.read.place import Place, Tally
from tasks.read.reasons import BY_NAME, Reason
from tasks.read.spans import Batch, Offsets, Span
from tasks.read.streams import buffered, fault_of, open_file
from tasks.read.transcoding import Transcoding
from tasks.read.warc.tape import RecentTape
from tasks.read.watch import Watch
from tasks.records import Dropped, RawDocument

Outcomes = Iterator[RawDocument | Dropped]
Reading = Generator[RawDocument | Dropped, None, None]


def read_batch(
    batch: Batch,
    settings: ReadSettings,
    columns: Mapping[str, str],
    watch: Watch | None = None,
    on_skip: Callable[[], None] = lambda: None,
) -> Outcomes:
    """Yield one outcome per document and per hole, in the order of their positions.

    Bad input raises nothing. Memory stays flat whatever the size of the input.

    Args:
        columns: the plan's.
        watch: told which file or member is read.
        on_skip: called for each document that the batch does not want.
    """
    watch = watch or Watch()
    outcomes = chain.from_iterable(
        _with_orders(span, Place(span.locator, _name(span), _tally(span), settings, columns, watch))
        for span in batch.spans
    )
    if batch.only is not None:
        return _only(outcomes, set(batch.only), on_skip)
    return islice(outcomes, batch.limit)


def _only(outcomes: Outcomes, wanted: set[str], on_skip: Callable[[], None]) -> Outcomes:
    for outcome in outcomes:
        if outcome.locator in wanted:
            yield outcome
        else:
            on_skip()


def _name(span: Span) -> str:
    return span.path.rpartition("/")[2].lower()


def _tally(span: Span) -> Tally:
    return Tally(span.file, span.stripe, span.stripes, size=span.bytes)


def _with_orders(span: Span, place: Place) -> Outcomes:
    """Read a span, and the whole file once more if the order of its dates must be found."""
    whole = replace(span, stripe=0, stripes=1, groups=None, bytes=span.bytes * span.stripes)
    alone = replace(place, tally=_tally(whole), watch=Watch())
    return with_day_orders(_read_span(span, place), lambda: _read_span(whole, alone))


def _read_span(span: Span, place: Place) -> Outcomes:
    return place.watched(_read_path(span, place))


def _read_path(span: Span, place: Place) -> Reading:
    if span.fault:
        yield from place.drop(BY_NAME[span.fault], size=span.bytes)
        return
    try:
        stream = open_file(span.path, place.settings)
    except OSError as error:
        yield from place.drop(Reason.UNREADABLE, error.strerror or str(error), size=span.bytes)
        return
    with stream:
        yield from _read_file(stream, place, span)


def _read_file(stream: io.BufferedReader, place: Place, span: Span) -> Reading:
    """A file on disk: the kinds that have parts are read by parts, with positions from them."""
    sniffed = sniff_stream(stream, place.name, place.columns)
    if sniffed.kind is Kind.PARQUET:
        yield from read_parquet(stream, place, span.groups)
    elif framing := warc_framing(stream, sniffed.kind, place.name):
        yield from _read_warc(stream, place, framing, span.offsets)
    else:
        yield from _read_content(stream, place)


def read_stream(stream: io.BufferedReader, place: Place) -> Outcomes:
    """Yield what a member of an archive holds, containers within containers included."""
    return place.watched(_read_content(stream, place))


def _read_content(stream: io.BufferedReader, place: Place) -> Reading:
    sniffed = sniff_stream(stream, place.name, place.columns)
    kind = sniffed.kind
    if not stream.peek(1):
        yield from place.drop(fault_of(stream) or Reason.EMPTY, size=0)
    elif kind in CONTAINERS and place.depth >= place.settings.nesting:
        yield from place.drop(Reason.NESTED_TOO_DEEP)
    elif framing := warc_framing(stream, kind, place.name):
        yield from _read_warc(RecentTape(stream), place, framing, None)
    elif kind in _REFUSED:
        yield from place.drop(_REFUSED[kind], sniffed.detail)
    else:
        before = place.tally.count
        yield from _read_kind(stream, place, sniffed)
        if place.tally.count == before:
            yield from place.drop(Reason.EMPTY, f"a {kind.value} file with nothing in it")


def _read_kind(stream: io.BufferedReader, place: Place, sniffed: Sniffed) -> Outcomes:
    kind, encoding = sniffed.kind, sniffed.encoding
    if kind in COMPRESSIONS:
        return _read_content(expand(stream, kind, place.settings, place.spend), place.unwrapped())
    if kind in _ARCHIVES:
        return _ARCHIVES[kind](stream, place, read_stream)
    if kind is Kind.CSV:
        return read_csv(stream, place, encoding)
    if kind is Kind.JSON_ARRAY:
        return read_array(stream, place, encoding)
    if kind in _JSON:
        return _JSON[kind](buffered(Transcoding(stream, encoding)) if encoding else stream, place)
    if kind is Kind.PARQUET:
        return read_parquet(stream, place, None)
    return read_document(stream, place, "html" if kind is Kind.HTML else "text")


def _read_warc(
    tape: io.BufferedReader | RecentTape, place: Place, kind: Kind, span: Offsets | None
) -> Outcomes:
    # fastwarc is loaded with these: they are imported where a WARC is read.
    from tasks.read.warc.framings import GzipFraming, PlainFraming
    from tasks.read.warc.records import read_warc

    framing = PlainFraming if kind is Kind.WARC else GzipFraming
    yield from read_warc(
        framing(tape, place.settings), place, span or (0, None), by_offset=span is not None
    )


_REFUSED = {Kind.UNKNOWN_FORMAT: Reason.UNKNOWN_FORMAT, Kind.NOT_TEXT: Reason.NOT_TEXT}
_ARCHIVES = {Kind.ZIP: read_zip, Kind.TAR: read_tar}
_JSON = {Kind.JSON_LINES: read_lines, Kind.JSON_OBJECT: read_object}
