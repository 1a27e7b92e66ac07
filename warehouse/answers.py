"""Answers of queries as CSV, JSON or Parquet."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import duckdb
import orjson

from warehouse.query import executed

# Excel's limit for the characters of a cell. It splits longer cells over several rows.
LONGEST_CELL = 32_767
# Spreadsheets read a cell with such a beginning as a formula, which may run programs or send data
# (OWASP, "CSV Injection"). Where the comma is the decimal mark, Excel splits lines at semicolons
# instead of commas. Then a semicolon or line break within a text begins a cell, too.
_FORMULA = re.compile(r'(^|[;\t\r\n])(?="*[=+\-@\t\r＝＋－＠])')
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class CutCell:
    """A cell that was too long for Excel: its row (the header is row 1), column and length."""

    row: int
    column: str
    characters: int


def write_csv(connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO) -> None:
    """Write the answer of a query as CSV in UTF-8; lists and structs are JSON in their cell."""
    cursor = executed(connection, query)
    text, writer = _csv_writer(out, "utf-8")
    writer.writerow(answer_names(cursor))
    for row in answer_rows(cursor):
        writer.writerow(plain_cell(value) for value in row)
    text.detach()


def write_excel_csv(
    connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO
) -> list[CutCell]:
    """Write the answer of a query as CSV that Excel opens safely.

    It has a byte order mark, by which Excel recognises UTF-8, and no cell is taken for a formula.

    Returns:
        The cells that were cut at Excel's limit.
    """
    cursor = executed(connection, query)
    text, writer = _csv_writer(out, "utf-8-sig")
    names = answer_names(cursor)
    writer.writerow(map(_disarmed, names))
    cut = []
    for number, row in enumerate(answer_rows(cursor), 2):
        cells = [_disarmed(plain_cell(value)) for value in row]
        for name, cell in zip(names, cells, strict=True):
            if isinstance(cell, str) and len(cell) > LONGEST_CELL:
                cut.append(CutCell(number, name, len(cell)))
        writer.writerow(c[:LONGEST_CELL] if isinstance(c, str) else c for c in cells)
    text.detach()
    return cut


def write_json(connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO) -> None:
    """Write the answer of a query as a JSON array with one object a line."""
    cursor = executed(connection, query)
    names = answer_names(cursor)
    separator = b"[\n"
    for row in answer_rows(cursor):
        out.write(separator + _json(dict(zip(names, row, strict=True))))
        separator = b",\n"
    out.write(b"\n]\n" if separator == b",\n" else b"[]\n")


def write_jsonl(connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO) -> None:
    """Write the answer of a query as JSON lines, one object a line."""
    cursor = executed(connection, query)
    names = answer_names(cursor)
    for row in answer_rows(cursor):
        out.write(_json(dict(zip(names, row, strict=True))) + b"\n")


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO) -> None:
    """Write the answer of a query as one Parquet file, compressed with zstd."""
    import pyarrow.parquet as pq

    batches = executed(connection, query).to_arrow_reader(8192)
    with pq.ParquetWriter(out, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _csv_writer(out: BinaryIO, encoding: str) -> tuple[io.TextIOWrapper, Any]:
    text = io.TextIOWrapper(out, encoding=encoding, newline="", write_through=True)
    return text, csv.writer(text)


def answer_names(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the column names of an answer."""
    return [column[0] for column in cursor.description or ()]


def answer_rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of an answer, of which only some are in memory."""
    while batch := cursor.fetchmany(_ROWS_AT_ONCE):
        yield from batch


def plain_cell(value: object) -> object:
    """Return a value for one cell; lists and structs become JSON."""
    if isinstance(value, list | dict | tuple):
        return _json(value).decode()
    return value


def _json(value: object) -> bytes:
    """Return a value as JSON in UTF-8; keys of maps are strings, and NaN is null."""
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # orjson writes neither integers past 64 bits nor all kinds of keys
        return json.dumps(_writable(value), ensure_ascii=False, separators=(",", ":")).encode()


def _writable(value: object) -> object:
    """Return a value that the standard library writes as orjson would write it if it could."""
    if isinstance(value, dict):
        return {_key(key): _writable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(item) for item in value]
    return value if isinstance(value, int) else orjson.loads(orjson.dumps(value, default=str))


def _key(key: object) -> str:
    return key if isinstance(key, str) else _json(key).decode().strip('"')


def _disarmed(value: object) -> object:
    """Put an apostrophe before each part of a text that a spreadsheet may read as a formula."""
    return _FORMULA.sub(r"\1'", value) if isinstance(value, str) else value
