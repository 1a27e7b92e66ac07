"""A query's answer as CSV, JSON or Parquet."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import duckdb
import orjson

from warehouse.query import executed

# Excel shows no more characters of a cell, and splits longer ones over several rows.
LONGEST_CELL = 32_767
# Spreadsheets take a text that begins so for a formula, which may run programs or send data
# (OWASP, CSV injection).
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class CutCell:
    """A cell that was too long for Excel: its row (the header is 1), column and length."""

    row: int
    column: str
    characters: int


def write_csv(connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO) -> None:
    """Write header and rows in UTF-8; lists and structs are JSON within their field."""
    cursor = executed(connection, query)
    text, writer = _csv_writer(out, "utf-8")
    writer.writerow(_names(cursor))
    for row in _rows(cursor):
        writer.writerow(_plain(value) for value in row)
    text.detach()


def write_excel_csv(
    connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO
) -> list[CutCell]:
    """Write CSV that Excel opens without harm: with a byte order mark, and no formulas.

    Returns:
        The cells that had to be cut at Excel's limit.
    """
    cursor = executed(connection, query)
    text, writer = _csv_writer(out, "utf-8-sig")
    names = _names(cursor)
    writer.writerow(map(_disarmed, names))
    cut = []
    for number, row in enumerate(_rows(cursor), 2):
        cells = [_disarmed(_plain(value)) for value in row]
        for name, cell in zip(names, cells, strict=True):
            if isinstance(cell, str) and len(cell) > LONGEST_CELL:
                cut.append(CutCell(number, name, len(cell)))
        writer.writerow(c[:LONGEST_CELL] if isinstance(c, str) else c for c in cells)
    text.detach()
    return cut


def write_json(connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO) -> None:
    """Write an array of objects, one a line."""
    cursor = executed(connection, query)
    names = _names(cursor)
    separator = b"[\n"
    for row in _rows(cursor):
        out.write(separator + orjson.dumps(dict(zip(names, row, strict=True)), default=str))
        separator = b",\n"
    out.write(b"\n]\n" if separator == b",\n" else b"[]\n")


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO) -> None:
    """Write one Parquet file, compressed with zstd."""
    import pyarrow.parquet as pq

    batches = executed(connection, query).to_arrow_reader(8192)
    with pq.ParquetWriter(out, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _csv_writer(out: BinaryIO, encoding: str) -> tuple[io.TextIOWrapper, Any]:
    text = io.TextIOWrapper(out, encoding=encoding, newline="", write_through=True)
    return text, csv.writer(text)


def _names(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    return [column[0] for column in cursor.description or ()]


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while batch := cursor.fetchmany(ROWS_AT_ONCE):
        yield from batch


def _plain(value: object) -> object:
    if isinstance(value, list | dict | tuple):
        return orjson.dumps(value, default=str).decode()
    return value


def _disarmed(value: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    if isinstance(value, str) and value.startswith(FORMULA_MARKS):
        return f"'{value}"
    return value
