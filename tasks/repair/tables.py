"""The tables of a lake as DuckDB views over lists of whole files, without a published file."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from config.settings import Settings
from tasks.runs.address_rules import define_functions
from tasks.runs.views import define_superseded
from warehouse.files import write_empty_file
from warehouse.schema import SUPERSEDED, TABLES
from warehouse.statements import statement

Files = Mapping[str, Sequence[str]]


class Tables:
    """A connection with views of a lake's tables, whose files may change between two queries.

    Attributes:
        folder: a temporary folder.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.connection = connection
        self.folder = folder

    def define(self, files: Files) -> None:
        """Make the views anew over these files, by table."""
        for table in TABLES:
            empty = self.folder / f"{table.name}.parquet"
            if not empty.is_file():
                write_empty_file(table, empty)
            paths = [str(empty), *files.get(table.name, ())]
            view = self.connection.read_parquet(paths, union_by_name=True)
            view.create_view(table.name, replace=True)
            if table is SUPERSEDED:
                define_superseded(self.connection, paths)
        self.connection.execute(statement("order_of_runs"))

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query, with values for its parameters."""
        return self.connection.execute(query, values or None).fetchall()

    def named(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of the statement with this name, with values for its parameters."""
        return self.rows(statement(name), **values)


@contextmanager
def tables(settings: Settings, files: Files) -> Iterator[Tables]:
    """Open an in-memory database with views over these files, by table."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set memory_limit = $limit", {"limit": settings.load.memory})
        connection.execute("set temp_directory = $folder", {"folder": f"{folder}/spill"})
        define_functions(connection)
        found = Tables(connection, Path(folder))
        found.define(files)
        yield found
