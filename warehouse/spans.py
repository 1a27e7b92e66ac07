"""The days that each file of a table spans, from the bounds that Iceberg's manifests state.

A statement that needs the articles of few days is given the files of these days alone. DuckDB would
skip the others, too, but it opens every file for it: after ten years of nights that took longer
than all the rest of a statement.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import pyarrow as pa
from pyiceberg.manifest import DataFile
from pyiceberg.schema import Schema

from warehouse.schema import Table

# First and last day as ordinals of `datetime.date`.
DaySpan = tuple[int, int]
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400_000_000  # microseconds
# `published_at` is in UTC, `published_date` is the day at the publisher's place.
_MARGIN = 2


def spans_of(table: Table, schema: Schema, files: Iterable[DataFile]) -> dict[str, DaySpan]:
    """Return the days of the column `sort_by` by file, without files that may hold a NULL there.

    Args:
        schema: the Iceberg schema of the table.
    """
    if table.sort_by is None:
        return {}
    field = schema.find_field(table.sort_by).field_id
    unit = 1 if pa.types.is_date(table.arrow.field(table.sort_by).type) else _DAY
    spans = {}
    for file in files:
        lower, upper = (
            (bounds or {}).get(field) for bounds in (file.lower_bounds, file.upper_bounds)
        )
        nulls = (file.null_value_counts or {}).get(field)
        if lower and upper and nulls == 0:
            first, last = (int.from_bytes(one, "little", signed=True) for one in (lower, upper))
            spans[file.file_path] = (_EPOCH + first // unit, _EPOCH + last // unit)
    return spans


def files_of_days(
    files: Sequence[str], spans: Mapping[str, DaySpan], days: Collection[date]
) -> list[str]:
    """Return the files that may hold rows of some days or rows without a day."""
    wanted = sorted(day.toordinal() for day in days)
    return [file for file in files if file not in spans or _meets(spans[file], wanted)]


def files_of_range(
    files: Sequence[str], spans: Mapping[str, DaySpan], first: date, last: date
) -> list[str]:
    """Return the files that may hold rows from `first` to `last`, or rows without a day."""
    begin, end = first.toordinal() - _MARGIN, last.toordinal() + _MARGIN
    return [
        file
        for file in files
        if file not in spans or (spans[file][0] <= end and spans[file][1] >= begin)
    ]


def _meets(span: DaySpan, wanted: Sequence[int]) -> bool:
    first, last = span
    position = bisect_left(wanted, first - _MARGIN)
    return position < len(wanted) and wanted[position] <= last + _MARGIN
