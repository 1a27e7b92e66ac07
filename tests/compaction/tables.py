"""Tables filled with invented rows, run by run, as loading leaves them."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from config.settings import Settings, load_settings
from tasks.load.compaction import CompactionReport, merge_files, merge_rules
from warehouse.files import write_table_files
from warehouse.folder import make_warehouse
from warehouse.lake import Lake, open_lake
from warehouse.reading import read_files
from warehouse.schema import SUPERSEDED, Table

START = datetime(2025, 3, 1, 2, 30, tzinfo=UTC)


class Tables:
    """A warehouse whose tables get rows of invented runs, one per night from START on."""

    def __init__(self, folder: Path, **load: int) -> None:
        self.warehouse = make_warehouse(folder)
        self.settings: Settings = load_settings(warehouse=folder, load=load, workers=1)
        self.lake: Lake = open_lake(folder)
        self._random = random.Random(7)

    def run(self, night: int, rows: int = 3, table: Table = SUPERSEDED) -> str:
        """Commit a run of that night with so many rows of a table, and return its id."""
        run_id = run_of(night)
        batch = pa.RecordBatch.from_pylist(self.rows(table, rows, run_id), table.arrow)
        folder = self.lake.folder(table)
        files = write_table_files(
            [batch], table, self.settings.load, lambda n: folder / f"{run_id}-{n:05}.parquet"
        )
        self.lake.commit(table, [file.path for file in files], run_id)
        return run_id

    def rows(self, table: Table, count: int, run_id: str) -> list[dict[str, Any]]:
        """Return rows whose values are random, and NULL now and then."""
        return [
            {c.name: run_id if c.name == "run_id" else self._value(c.type) for c in table}
            for _ in range(count)
        ]

    def merge(self, month: str | None = None, files: int = 2) -> CompactionReport:
        """Merge files; without a month, those of all months."""
        rules = merge_rules(self.warehouse, self.settings, month=month, files=files)
        return merge_files(self.lake, self.settings, rules)

    def names(self, table: Table = SUPERSEDED) -> list[str]:
        """Return the names of the files of the table's current snapshot."""
        return [Path(file).name for file in self.lake.files(table)]

    def content(self, table: Table = SUPERSEDED) -> list[str]:
        """Return all rows of a table, in a fixed order."""
        files = [self.lake.schema_file(table), *self.lake.files(table)]
        return content_of(files, table)

    def _value(self, kind: pa.DataType) -> Any:
        number = self._random.randrange(40)
        if number < 4:
            return None
        if pa.types.is_string(kind):
            return f"text {number}"
        if pa.types.is_list(kind) and pa.types.is_integer(kind.value_type):
            return [number, number + 1]
        if pa.types.is_list(kind):
            return [f"text {number}", f"text {number + 1}"]
        if pa.types.is_timestamp(kind):
            return START + timedelta(hours=number)
        if pa.types.is_date(kind):
            return date(2025, 3, 1) + timedelta(days=number)
        return bool(number % 2) if pa.types.is_boolean(kind) else number


def content_of(files: Sequence[str], table: Table) -> list[str]:
    """Return all rows of files of a table, in a fixed order."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        rows = read_files(connection, files, table.arrow).select(*table.arrow.names).fetchall()
    return sorted(map(str, rows))


def run_of(night: int) -> str:
    """Return the id of the run of a night."""
    return f"{START + timedelta(days=night):%Y%m%dT%H%M%S%fZ}-{night:08x}"
