"""Rows of Parquet, by row group."""

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tasks.read.fields import find_columns, names_text
from tasks.read.place import Place
from tasks.read.rows import read_row
from tasks.read.streams import random_access
from tasks.read.text_columns import text_remedy
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]

# Small: pages of a megabyte are found in such tables.
_BATCH_ROWS = 64
_SAMPLE = 20  # rows that show which column may be the text
_BUFFER_BYTES = 1 << 20
# pyarrow's errors are of these classes; a forged footer asks for types that it does not know.
ARROW_ERRORS = (OSError, ValueError, TypeError, LookupError, NotImplementedError, MemoryError)


def read_parquet(
    stream: io.BufferedReader, place: Place, groups: tuple[int, int] | None
) -> _Outcomes:
    """Yield one outcome per row; a damaged row group costs only its own unread rows.

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
        remedy = text_remedy(names, first_cells(table))
        return Reason.NO_KNOWN_COLUMNS, f"{', '.join(names)[:300]}; {remedy}"
    if any(group_rows(table)):
        return None
    if table.metadata.num_rows:
        return Reason.CORRUPT, "rows are announced, and no row group has any"
    return Reason.EMPTY, "a table without rows"


def open_parquet(file: Any) -> Any:
    """Open a `pyarrow.parquet.ParquetFile` that buffers little.

    Raises:
        ARROW_ERRORS: it is damaged.
    """
    import pyarrow.parquet as pq

    return pq.ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER_BYTES)


def group_rows(table: Any) -> list[int]:
    """Return the number of rows in each row group."""
    footer = table.metadata
    return [max(footer.row_group(g).num_rows, 0) for g in range(footer.num_row_groups)]


def first_cells(table: Any) -> list[dict[str, Any]]:
    """Return the first rows of a table as far as they can be read."""
    if not any(group_rows(table)):
        return []
    return list(islice(_rows(table, 0, table.schema_arrow.names), _SAMPLE))


def _read_groups(table: Any, place: Place, groups: tuple[int, int] | None) -> _Outcomes:
    known = _known(table.schema_arrow.names, place)
    sizes = group_rows(table)
    first, stop = groups or (0, len(sizes))
    for group in range(first, stop):
        before = sum(sizes[:group])
        number = before
        for cells in islice(_rows(table, group, known), sizes[group]):
            number += 1
            # The group is counted too: that leaves room for the hole at the end of each.
            yield from read_row(cells, place, f"#row={number}", at=number + group)
        missing = before + sizes[group] - number
        if missing:
            detail = f"{missing} rows from row {number + 1} on"
            suffix = f"#group={group}"
            yield from place.drop(Reason.CORRUPT, detail, suffix=suffix, at=number + group + 1)


def _rows(table: Any, group: int, known: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a group as far as they can be read.

    A column that is damaged, or of a type without a meaning in Python, must not cost the text of
    its rows: on an error the rest is read without the columns that are only kept.
    """
    count = 0
    for columns in (None, known):
        try:
            for row in islice(_cells(table, group, columns), count, None):
                yield row
                count += 1
            return
        except (*ARROW_ERRORS, OverflowError):
            continue


def _cells(table: Any, group: int, columns: list[str] | None) -> Iterator[dict[str, Any]]:
    for batch in table.iter_batches(_BATCH_ROWS, row_groups=[group], columns=columns):
        yield from batch.to_pylist()


def _known(names: list[str], place: Place) -> list[str]:
    found = find_columns(names, place.columns)
    return list(dict.fromkeys(column for columns in found.values() for column in columns))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
