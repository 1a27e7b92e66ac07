"""Read-only SQL on what is published."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import duckdb
import orjson

from config.errors import UsageError
from warehouse.layout import PUBLISHED


@contextmanager
def opened(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, read-only; times are shown in UTC.

    Raises:
        UsageError: nothing is published there, or it cannot be opened.
    """
    path = warehouse / PUBLISHED
    if not path.is_file():
        raise UsageError(
            f"There is no {path} yet: run `broadsheet ingest PATH --warehouse {warehouse}` first."
        )
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise UsageError(
            f"Cannot open {path} ({_first_line(error)}): `broadsheet repair` publishes it anew."
        ) from error
    with connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def rows(
    connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any] | None = None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The names of a query's columns, and its rows.

    Args:
        values: what stands for the query's $names.

    Raises:
        UsageError: DuckDB refuses the query; gives its reason.
    """
    cursor = _executed(connection, query, values)
    return [column[0] for column in cursor.description or ()], cursor.fetchall()


def write_csv(connection: duckdb.DuckDBPyConnection, query: str, out: TextIO) -> None:
    """Header and rows; lists and structs are JSON within their field."""
    writer = csv.writer(out)
    cursor = _executed(connection, query)
    writer.writerow(column[0] for column in cursor.description or ())
    while batch := cursor.fetchmany(1000):
        for row in batch:
            writer.writerow(_plain(value) for value in row)


def write_json(connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO) -> None:
    """An array of objects, one a line."""
    cursor = _executed(connection, query)
    names = [column[0] for column in cursor.description or ()]
    separator = b"[\n"
    while batch := cursor.fetchmany(1000):
        for row in batch:
            out.write(separator + orjson.dumps(dict(zip(names, row, strict=True)), default=str))
            separator = b",\n"
    out.write(b"\n]\n" if separator == b",\n" else b"[]\n")


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO) -> None:
    """One Parquet file, zstd."""
    import pyarrow.parquet as pq

    batches = _executed(connection, query).to_arrow_reader(8192)
    with pq.ParquetWriter(out, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _executed(
    connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    try:
        return connection.execute(query, values)
    except duckdb.Error as error:
        raise UsageError(f"DuckDB refuses the query: {error}") from error


def _plain(value: object) -> object:
    if isinstance(value, list | dict | tuple):
        return orjson.dumps(value, default=str).decode()
    return value


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
