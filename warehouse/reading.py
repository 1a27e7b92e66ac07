"""Views of Parquet files for the pipeline's own connections, with little memory."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


def create_view(
    connection: duckdb.DuckDBPyConnection, name: str, files: Sequence[str], schema: pa.Schema
) -> None:
    """Make or replace a view of files, of which the first has all columns of `schema`."""
    read_files(connection, files, schema).create_view(name, replace=True)


def read_files(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[str],
    schema: pa.Schema,
    *,
    with_places: bool = False,
) -> duckdb.DuckDBPyRelation:
    """Return a relation with the rows of files, of which the first has all columns of `schema`.

    With their places there are two more columns: `filename`, and `file_row_number` from 0.

    `union_by_name` is used only if an older Broadsheet wrote a file without some column. With it,
    DuckDB keeps the footers of all files in memory while a statement runs: 500 MB for the 4,000
    parts of a run of 2 million rows.
    """
    return connection.read_parquet(
        list(files),
        union_by_name=not have_all_columns(files, schema),
        filename=with_places,
        file_row_number=with_places,
    )


def have_all_columns(files: Sequence[str], schema: pa.Schema) -> bool:
    """Return whether all files have every column; an older Broadsheet may have known fewer."""
    names = frozenset(schema.names)
    return all(_has_columns(file, Path(file).stat().st_mtime_ns, names) for file in files)


@lru_cache(maxsize=100_000)
def _has_columns(file: str, mtime_ns: int, names: frozenset[str]) -> bool:
    """Return whether a file has these columns. Only a repair or a test replaces a file."""
    return names.issubset(pq.read_schema(file).names)
