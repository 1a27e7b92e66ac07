"""Parquet files as views of the pipeline's own connections."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


def create_view(
    connection: duckdb.DuckDBPyConnection, name: str, files: Sequence[str], schema: pa.Schema
) -> None:
    """Makes or replaces a view of files, the first of which has all columns of `schema`."""
    read_files(connection, files, schema).create_view(name, replace=True)


def read_files(
    connection: duckdb.DuckDBPyConnection, files: Sequence[str], schema: pa.Schema
) -> duckdb.DuckDBPyRelation:
    """Returns the rows of files, the first of which has all columns of `schema`.

    DuckDB holds the footers of all files while a statement runs that reads them by
    `union_by_name`: 500 MB for the 4,000 parts of a run of 2 million rows. It is needed only where
    an older Broadsheet wrote a file without some column.
    """
    names = frozenset(schema.names)
    is_old = any(not names.issubset(pq.read_schema(file).names) for file in files)
    return connection.read_parquet(list(files), union_by_name=is_old)
