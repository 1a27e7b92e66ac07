"""The tables of a lake as DuckDB views, from lists of whole files; no published file is needed."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from config.settings import Settings
from tasks.run_inputs import define_superseded
from warehouse.files import write_empty_file
from warehouse.schema import SUPERSEDED, TABLES
from warehouse.statements import statement

Files = Mapping[str, Sequence[str]]


class Tables:
    """Query a lake whose files may change between two queries."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.connection = connection
        self._folder = folder

    def define(self, files: Files) -> None:
        """Make the views name these files."""
        for table in TABLES:
            empty = self._folder / f"{table.name}.parquet"
            if not empty.is_file():
                write_empty_file(table, empty)
            paths = [str(empty), *files.get(table.name, ())]
            view = self.connection.read_parquet(paths, union_by_name=True)
            view.create_view(table.name, replace=True)
            if table is SUPERSEDED:
                define_superseded(self.connection, paths)

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.connection.execute(query, values or None).fetchall()

    def named(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        return self.rows(statement(name), **values)


@contextmanager
def tables(settings: Settings, files: Files) -> Iterator[Tables]:
    """Open an in-memory database with views of these files."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set memory_limit = $limit", {"limit": settings.load.memory})
        connection.execute("set temp_directory = $folder", {"folder": f"{folder}/spill"})
        found = Tables(connection, Path(folder))
        found.define(files)
        yield found
