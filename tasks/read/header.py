"""Finds the columns of a file of rows from its beginning, and shows its first rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.settings import ReadSettings
from tasks.read.formats.csv_dialects import csv_dialect, first_rows
from tasks.read.formats.json_prefix import sample_rows
from tasks.read.formats.ninjs import is_ninjs, ninjs_row
from tasks.read.formats.parquet_rows import ARROW_ERRORS, first_cells, open_parquet
from tasks.read.formats.statistics_rows import first_data_rows
from tasks.read.kinds import Kind
from tasks.read.outline import FileOutline
from tasks.read.rows import row_names
from tasks.read.streams import open_file

_JSON = frozenset({Kind.JSON_ARRAY, Kind.JSON_LINES, Kind.JSON_OBJECT})


@dataclass(frozen=True, slots=True)
class TableHead:
    """The beginning of a table.

    Attributes:
        names: its columns; of JSON those of the first rows.
        rows: its first rows.
        is_complete: whether the table has no other columns.
    """

    names: tuple[str, ...]
    rows: Sequence[Mapping[str, object]]
    is_complete: bool = True


def table_head(
    path: str, found: FileOutline, columns: Mapping[str, str], settings: ReadSettings
) -> TableHead | None:
    """Return the beginning of a table; None for other kinds, and for damaged tables.

    Raises:
        OSError: the file cannot be read.
    """
    if found.inner.kind is Kind.CSV:
        text = found.head.decode(found.inner.encoding or "utf-8", "replace")
        dialect = csv_dialect(text, columns)
        return TableHead(dialect.header, first_rows(text, dialect))
    if found.inner.kind in _JSON:
        return _json_head(found, columns)
    if found.outer is Kind.STATISTICS:
        with open_file(path, settings) as stream:
            head = first_data_rows(stream, settings)
        return TableHead(tuple(head[0]), head[1], is_complete=False) if head else None
    if found.outer is not Kind.PARQUET:
        return None
    with open_file(path, settings) as stream:
        try:
            table = open_parquet(stream)
            return TableHead(tuple(table.schema_arrow.names), first_cells(table))
        except ARROW_ERRORS:
            return None


def _json_head(found: FileOutline, columns: Mapping[str, str]) -> TableHead | None:
    """Return the rows in the head of a JSON file; None if it shows no row."""
    head = found.head
    if found.inner.encoding:
        head = head.decode(found.inner.encoding, "replace").encode("utf-8", "replace")
    values = sample_rows(head.removeprefix(b"\xef\xbb\xbf"), columns)
    rows = [
        ninjs_row(row, columns) if is_ninjs(row) else row
        for row in values
        if isinstance(row, Mapping)
    ]
    names = tuple(dict.fromkeys(name for row in rows for name in row_names(row)))
    return TableHead(names, rows, is_complete=False) if names else None
