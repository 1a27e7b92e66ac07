"""Views of Parquet files for the pipeline's own connections, with little memory."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from warehouse.files import name_of_file, write_bytes
from warehouse.layout import KEPT

_COMPLETE_FILES = "complete.json"
# Files that have all columns of a table: name, time of change, and a key of the columns' names. The
# name has the run's id or a random part. Only a repair or a test replaces a file.
_complete: set[tuple[str, int, str]] = set()


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
    key = xxhash.xxh3_64_hexdigest("\n".join(schema.names).encode())
    return all(_is_complete(file, schema, key) for file in files)


def _is_complete(file: str, schema: pa.Schema, key: str) -> bool:
    known = (name_of_file(file), Path(file).stat().st_mtime_ns, key)
    if known not in _complete:
        if not set(schema.names).issubset(pq.read_schema(file).names):
            return False
        _complete.add(known)
    return True


def recall_complete_files(warehouse: Path) -> None:
    """Read which files earlier processes found to have all columns.

    The footers of ten years of files take a second to read, and few are new in a night.
    """
    with suppress(OSError, ValueError, TypeError):
        found = orjson.loads((warehouse / KEPT / _COMPLETE_FILES).read_bytes())
        _complete.update((str(name), int(mtime), str(key)) for name, mtime, key in found)


def keep_complete_files(warehouse: Path, files: Iterable[str]) -> None:
    """Store which of these files have all columns, for `recall_complete_files`."""
    names = set(map(name_of_file, files))
    kept = sorted(known for known in _complete if known[0] in names)
    write_bytes(warehouse / KEPT / _COMPLETE_FILES, orjson.dumps(kept))
