"""What a table and a column are, and the types that columns have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Origin = Literal["process", "resolve"]

INSTANT = pa.timestamp("us", tz="UTC")
TEXTS = pa.list_(pa.field("element", pa.string()))

SQL_TYPES = {
    pa.string(): "VARCHAR",
    TEXTS: "VARCHAR[]",
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
    """One column: its name, Arrow type, and meaning for the docs.

    Attributes:
        origin: "process" where the document alone decides the value, "resolve" where the run and
            the warehouse do.
    """

    name: str
    type: pa.DataType
    meaning: str
    origin: Origin = "resolve"

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Table:
    """One Iceberg table: columns, grain, and how its files are laid out.

    Attributes:
        sort_by: the column by which each file is sorted, and whose bounds stand in the manifests.
        bloom: columns with a bloom filter, for single look-ups.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    sort_by: str | None = None
    bloom: tuple[str, ...] = ()

    @property
    def arrow(self) -> pa.Schema:
        return pa.schema([pa.field(column.name, column.type) for column in self.columns])

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)
