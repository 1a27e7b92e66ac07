"""The classes that describe tables and columns, and the types of columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Origin = Literal["process", "resolve"]

INSTANT = pa.timestamp("us", tz="UTC")
TEXTS = pa.list_(pa.field("element", pa.string()))
HASHES = pa.list_(pa.field("element", pa.int64()))

SQL_TYPES = {
    pa.string(): "VARCHAR",
    TEXTS: "VARCHAR[]",
    HASHES: "BIGINT[]",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float32(): "REAL",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    INSTANT: "TIMESTAMPTZ",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its Arrow type, and its meaning for the docs.

    Attributes:
        origin: "process" if the document alone decides the value; "resolve" if the run and the
            warehouse do.
        is_compared: whether a different value makes `reprocess` load a new version of an article.
            False for values that follow from other columns, or that identify the bytes.
        is_json: whether it holds JSON: a string in the files, JSON in the published views.
    """

    name: str
    type: pa.DataType
    meaning: str
    origin: Origin = "resolve"
    is_compared: bool = False
    is_json: bool = False

    @property
    def sql_type(self) -> str:
        """Return the name of the column's type in DuckDB, as the published views show it."""
        return "JSON" if self.is_json else SQL_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Table:
    """An Iceberg table: its columns, its grain, and the layout of its files.

    Attributes:
        sort_by: the column by which each file is sorted. Its bounds are stored in the manifests.
        order_by: the columns by which compacted files are sorted, so that a query on one source,
            run or article skips most row groups. They begin with `sort_by`.
        bloom: columns with a bloom filter, for look-ups of single values.
        joined: columns that only the published view has, which joins them.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    sort_by: str | None = None
    order_by: tuple[str, ...] = ()
    bloom: tuple[str, ...] = ()
    joined: tuple[Column, ...] = ()

    @property
    def arrow(self) -> pa.Schema:
        """Return the Arrow schema of the table."""
        return pa.schema([pa.field(column.name, column.type) for column in self.columns])

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)
