"""Files into batches; the split depends on the files alone, never on the number of workers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from config.settings import ReadSettings
from tasks.read.kinds import CONTAINERS, Kind
from tasks.read.outline import Outline, outline
from tasks.read.parquet_rows import ARROW_ERRORS, group_rows, open_parquet
from tasks.read.spans import Batch, Span
from tasks.read.streams import open_file

_ROWS = frozenset({Kind.JSON_ARRAY, Kind.JSON_LINES, Kind.CSV})


def split_files(
    files: Sequence[Span], columns: Mapping[str, str], settings: ReadSettings
) -> tuple[Batch, ...]:
    """Batches of about `batch_bytes`, in the order of the files.

    Small files share a batch; a large one is split as far as its format allows it.

    Args:
        files: a whole span per file.
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
    small = file.bytes <= min(settings.stripe_bytes, settings.batch_bytes)
    if file.fault or small:  # a small file is not even opened
        return iter((file,))
    try:
        found = outline(file.path, columns, settings)
    except OSError:
        return iter((file,))  # reading says so again, with its row
    if found.outer is Kind.WARC or found.members:
        return _ranges(file, settings.batch_bytes)
    if found.outer is Kind.PARQUET:
        return _row_groups(file, settings)
    return _stripes(file, settings) if _has_parts(found) else iter((file,))


def _has_parts(found: Outline) -> bool:
    rows = found.inner.kind in _ROWS or found.inner.kind is Kind.WARC
    return rows or (found.inner.kind in CONTAINERS)


def _ranges(file: Span, size: int) -> Iterator[Span]:
    """Ranges of equal size, not one of what is left: that keeps workers busy to the end."""
    count = -(-file.bytes // size)
    edges = [file.bytes * number // count for number in range(count + 1)]
    for start, end in pairwise(edges):
        last = end == file.bytes
        yield replace(file, bytes=end - start, offsets=(start, None if last else end))


def _stripes(file: Span, settings: ReadSettings) -> Iterator[Span]:
    count = min(settings.stripes, -(-file.bytes // settings.stripe_bytes))
    for stripe in range(count):
        yield replace(file, bytes=file.bytes // count, stripe=stripe, stripes=count)


def _row_groups(file: Span, settings: ReadSettings) -> Iterator[Span]:
    """Neighbouring row groups of together about `stripe_bytes`."""
    try:
        with open_file(file.path, settings) as stream:
            count = len(group_rows(open_parquet(stream)))
    except ARROW_ERRORS:
        count = 1  # reading says what is wrong with it
    parts = max(min(count, -(-file.bytes // settings.stripe_bytes)), 1)
    edges = [count * number // parts for number in range(parts + 1)]
    for first, stop in pairwise(edges):
        yield replace(file, bytes=file.bytes // parts, groups=(first, stop))
