"""Splits files into batches. The split depends on the files alone, not on the number of workers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from config.settings import ReadSettings
from tasks.read.formats.parquet_rows import ARROW_ERRORS, group_rows, open_parquet
from tasks.read.kinds import CONTAINERS, ROWS, Kind
from tasks.read.outline import FileOutline, outline
from tasks.read.remote.addresses import is_remote
from tasks.read.spans import Batch, Span
from tasks.read.streams import open_file

_RECORDS = frozenset({Kind.WARC, Kind.ARC})


def split_files(
    files: Sequence[Span], columns: Mapping[str, str], settings: ReadSettings
) -> tuple[Batch, ...]:
    """Return batches of about `batch_bytes` in the order of the files.

    Small files share a batch. A large file is split if its format allows it.

    Args:
        files: one span per file, which covers the whole file.
    """
    groups: list[list[Span]] = []
    room = 0
    for file in files:
        parts = list(_parts(file, columns, settings))
        shares = len(parts) == 1 and file.bytes <= room
        if shares and groups and len(groups[-1]) < settings.batch_files:
            groups[-1].append(file)
            room -= file.bytes
        else:
            groups.extend([part] for part in parts)
            room = settings.batch_bytes - file.bytes if len(parts) == 1 else 0
    return tuple(
        Batch(number, tuple(spans), sum(span.bytes for span in spans))
        for number, spans in enumerate(groups)
    )


def _parts(file: Span, columns: Mapping[str, str], settings: ReadSettings) -> Iterator[Span]:
    """Return the spans of one file: the whole file, or its parts."""
    small = file.bytes <= min(settings.stripe_bytes, settings.batch_bytes)
    if file.fault or small:  # it stays whole and need not be opened
        return iter((file,))
    try:
        found = outline(file.path, columns, settings)
    except OSError:
        return iter((file,))  # reading fails in the same way and writes the ledger row
    if found.outer in _RECORDS or found.members:
        return _ranges(file, settings.batch_bytes)
    if found.outer is Kind.PARQUET:
        return _row_groups(file, settings)
    return _stripes(file, settings) if _has_parts(found) else iter((file,))


def _has_parts(found: FileOutline) -> bool:
    """Return whether a file holds several documents, so that stripes can share them."""
    rows = found.inner.kind in ROWS | _RECORDS
    return rows or (found.inner.kind in CONTAINERS)


def _ranges(file: Span, size: int) -> Iterator[Span]:
    """Split a WARC into byte ranges of equal size.

    A short last range would leave one worker idle at the end.
    """
    count = -(-file.bytes // size)
    edges = [file.bytes * number // count for number in range(count + 1)]
    for start, end in pairwise(edges):
        last = end == file.bytes
        yield replace(file, bytes=end - start, offsets=(start, None if last else end))


def _stripes(file: Span, settings: ReadSettings) -> Iterator[Span]:
    """Split a file that cannot be entered in the middle; each stripe parses all of it.

    A file elsewhere stays whole: each stripe would transfer all of it.
    """
    if is_remote(file.path):
        yield file
        return
    count = min(settings.stripes, -(-file.bytes // settings.stripe_bytes))
    for stripe in range(count):
        share = file.bytes // count
        yield replace(file, bytes=share, stripe=stripe, stripes=count, by_member=count > 1)


def _row_groups(file: Span, settings: ReadSettings) -> Iterator[Span]:
    """Split a Parquet file into runs of row groups of about `stripe_bytes` each."""
    try:
        with open_file(file.path, settings) as stream:
            count = len(group_rows(open_parquet(stream)))
    except ARROW_ERRORS:
        count = 1  # reading fails in the same way and writes the ledger row
    parts = max(min(count, -(-file.bytes // settings.stripe_bytes)), 1)
    edges = [count * number // parts for number in range(parts + 1)]
    for first, stop in pairwise(edges):
        yield replace(file, bytes=file.bytes // parts, groups=(first, stop))
