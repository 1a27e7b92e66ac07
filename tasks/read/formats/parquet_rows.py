"""Rows of Parquet, by row group, and only the columns that are known."""

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tasks.read.fields import find_columns, names_text
from tasks.read.place import Place
from tasks.read.reasons import Reason
from tasks.read.rows import read_row
from tasks.read.streams import random_access
from tasks.records import Dropped, RawDocument

Outcomes = Iterator[RawDocument | Dropped]

# Small: pages of a megabyte are found in such tables.
_BATCH_ROWS = 64
_BUFFER_BYTES = 1 << 20
# pyarrow's errors are of these classes; a forged footer asks for types that it does not know.
ARROW_ERRORS = (OSError, ValueError, TypeError, LookupError, NotImplementedError, MemoryError)


def read_parquet(
    stream: io.BufferedReader, place: Place, groups: tuple[int, int] | None
) -> Outcomes:
    """One outcome per row; a damaged row group costs its own unread rows.

    Args:
        groups: first row group and the one after the last; None for all.
    """
    file = random_access(stream, place.settings)
    if file is None:
        yield from place.drop(Reason.TOO_LARGE, "a Parquet file in an archive: unpack it first")
        return
    try:
        table = open_parquet(file)
    except ARROW_ERRORS as error:
        yield from place.drop(Reason.CORRUPT, _one_line(error))
        return
    refusal = _refusal(table, place)
    if refusal is None:
        yield from _read_groups(table, place, groups)
    elif groups is None or groups[0] == 0:  # one row for the file, not one for each of its parts
        yield from place.drop(*refusal)


def _refusal(table: Any, place: Place) -> tuple[Reason, str] | None:
    """Say why no row of a table can be read; None where rows can."""
    names = table.schema_arrow.names
    if not names_text(names, place.columns):
        return Reason.NO_KNOWN_COLUMNS, ", ".join(names)[:300]
    if any(group_rows(table)):
        return None
    if table.metadata.num_rows:
        return Reason.CORRUPT, "rows are announced, and no row group has any"
    return Reason.EMPTY, "a table without rows"


def open_parquet(file: Any) -> Any:
    """A `pyarrow.parquet.ParquetFile` that buffers little.

    Raises:
        ARROW_ERRORS: it is damaged.
    """
    import pyarrow.parquet as pq

    return pq.ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER_BYTES)


def group_rows(table: Any) -> list[int]:
    """The number of rows in each row group."""
    footer = table.metadata
    return [max(footer.row_group(g).num_rows, 0) for g in range(footer.num_row_groups)]


def _read_groups(table: Any, place: Place, groups: tuple[int, int] | None) -> Outcomes:
    columns = _wanted(table.schema_arrow.names, place)
    sizes = group_rows(table)
    first, stop = groups or (0, len(sizes))
    for group in range(first, stop):
        before = sum(sizes[:group])
        number = before
        for cells in islice(_rows(table, group, columns), sizes[group]):
            number += 1
            # The group is counted too: that leaves room for the hole at the end of each.
            yield from read_row(cells, place, f"#row={number}", at=number + group)
        missing = before + sizes[group] - number
        if missing:
            detail = f"{missing} rows from row {number + 1} on"
            suffix = f"#group={group}"
            yield from place.drop(Reason.CORRUPT, detail, suffix=suffix, at=number + group + 1)


def _rows(table: Any, group: int, columns: list[str]) -> Iterator[dict[str, Any]]:
    """The rows of a group as far as they can be read."""
    try:
        for batch in table.iter_batches(_BATCH_ROWS, row_groups=[group], columns=columns):
            yield from batch.to_pylist()
    except (*ARROW_ERRORS, OverflowError):
        return


def _wanted(names: list[str], place: Place) -> list[str]:
    found = find_columns(names, place.columns)
    return list(dict.fromkeys(column for columns in found.values() for column in columns))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
