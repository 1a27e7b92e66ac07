"""A search of every byte of a warehouse, whatever it is packed in."""

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


def places_with(warehouse: Path, words: Sequence[str]) -> list[str]:
    """Return the files that hold one of the words, each with the word.

    Files are searched as they are; gzip members, rows of Parquet files and rows of DuckDB files are
    unpacked as well. A DuckDB file is also searched as bytes, so that its free blocks count.
    """
    found = []
    for path in sorted(warehouse.rglob("*")):
        if path.is_file():
            for content in _contents(path):
                hits = [word for word in words if word.encode() in content]
                found += [f"{path.relative_to(warehouse)}: {word}" for word in hits]
    return sorted(set(found))


def _contents(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    if path.suffix == ".gz":
        yield gzip.decompress(content)
        yield from _members(content)
    elif path.suffix == ".parquet" and content:
        yield _rows(pq.read_table(path))
    elif path.suffix == ".duckdb":
        yield from _tables(path)


def _members(content: bytes) -> Iterator[bytes]:
    """Yield what unpacks from each place that looks like a gzip member."""
    at = content.find(b"\x1f\x8b\x08")
    while at >= 0:
        with suppress(zlib.error):
            yield zlib.decompressobj(31).decompress(content[at:])
        at = content.find(b"\x1f\x8b\x08", at + 1)


def _rows(rows: pa.Table) -> bytes:
    lines = (json.dumps(row, ensure_ascii=False, default=str) for row in rows.to_pylist())
    return "\n".join(lines).encode()


def _tables(path: Path) -> Iterator[bytes]:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute(
            "select database_name || '.' || schema_name || '.' || table_name from duckdb_tables() "
            "union all "
            "select database_name || '.' || schema_name || '.' || view_name from duckdb_views() "
            "where not internal"
        ).fetchall()
        for (name,) in names:
            yield _rows(connection.execute(f"from {name}").to_arrow_table())
