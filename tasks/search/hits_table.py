"""Hits as a table that is sorted, printed and stored, without all of them in memory."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from config.errors import UsageError
from config.settings import Settings
from warehouse.folder import absolute
from warehouse.statements import sql_quoted

HITS = "hits"
_SORT_KEY = "sort_key"
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class HitsTable:
    """A table of hits in a database of its own.

    Attributes:
        query: selects the hits in their order.
    """

    connection: duckdb.DuckDBPyConnection
    query: str
    rows: int

    def store(self, path: Path) -> None:
        """Make or replace the table `hits` in a DuckDB file; other tables in it stay.

        Raises:
            UsageError: the file cannot be written.
        """
        try:
            self.connection.execute(f"attach {sql_quoted(str(path))} as target (type duckdb)")
            self.connection.execute(f"create or replace table target.{HITS} as {self.query}")
            self.connection.execute("detach target")
        except (duckdb.Error, UnicodeError) as error:
            raise UsageError(
                f"The hits cannot be stored in {path} ({str(error).splitlines()[0]}): name another "
                "file, or close the program that uses it."
            ) from error


@contextmanager
def hits_table(
    hits: Iterable[Sequence[Any]], schema: pa.Schema, settings: Settings, limit: int | None
) -> Iterator[HitsTable]:
    """Write hits into a temporary table, sorted by their last value.

    Args:
        hits: one row per hit: the values of the columns, and a text to sort by.
        schema: the columns.
        limit: the number of hits to show; None: all.
    """
    whole = schema.append(pa.field(_SORT_KEY, pa.string()))
    with (
        TemporaryDirectory(prefix="broadsheet-hits-") as folder,
        duckdb.connect(str(Path(folder) / "hits.duckdb")) as connection,
    ):
        connection.execute("set timezone = 'UTC'")
        connection.execute("set memory_limit = $limit", {"limit": settings.load.memory})
        connection.register("no_rows", whole.empty_table())
        connection.execute(f"create table {HITS} as from no_rows")
        rows = sum(_add(connection, batch) for batch in _batches(hits, whole))
        names = ", ".join(f'"{name}"' for name in schema.names)
        most = f" limit {min(limit, rows)}" if limit is not None else ""
        query = f"select {names} from {HITS} order by {_SORT_KEY}, rowid{most}"
        yield HitsTable(connection, query, rows)


def require_storable(path: Path, warehouse: Path) -> None:
    """Check that hits can be stored in a file, before they are looked for.

    Raises:
        UsageError: it lies in the warehouse, or in no folder.
    """
    if absolute(path).is_relative_to(absolute(warehouse)):
        raise UsageError(f"{path} lies in the warehouse: name a place outside of it.")
    if not absolute(path).parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}: make it first, or name another.")


def _batches(hits: Iterable[Sequence[Any]], schema: pa.Schema) -> Iterator[pa.Table]:
    rest = iter(hits)
    while rows := list(islice(rest, _ROWS_AT_ONCE)):
        columns = zip(*rows, strict=True)
        yield pa.table(
            [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)],
            schema=schema,
        )


def _add(connection: duckdb.DuckDBPyConnection, batch: pa.Table) -> int:
    connection.register("batch", batch)
    connection.execute(f"insert into {HITS} from batch")
    connection.unregister("batch")
    return int(batch.num_rows)
