"""Writing of the rows of SQL statements as Parquet files into the lake's folders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from config.settings import Settings
from tasks.runs.run import Run
from tasks.stories.shingles import METHOD
from warehouse.files import write_table_files
from warehouse.lake import Lake
from warehouse.schema import Table
from warehouse.sorting import sorted_by_parts
from warehouse.statements import parameters, statement

REPROCESS = "reprocess"


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes a run's rows of one table after the other.

    Attributes:
        ranges: first and last positions; a statement with a `$first` runs once for each range.
    """

    connection: duckdb.DuckDBPyConnection
    run: Run
    lake: Lake
    settings: Settings
    ranges: Sequence[tuple[int, int]]

    def write(self, table: Table, name: str) -> list[str]:
        """Write the rows of the statement called `name`; return the files, none if no rows."""
        description = self.run.description
        values = {
            "run_id": self.run.run_id,
            "night": description.night,
            "source": description.source,
            "method": METHOD,
            "loaded_at": datetime.now(UTC),
            "change_reason": REPROCESS if description.flow == REPROCESS else None,
        }
        text = statement(name)
        batches = self._batches(text, parameters(text, values))
        if table.sort_by:
            batches = sorted_by_parts(batches, (table.sort_by, "position"), self.run.folder)
        folder = self.lake.folder(table)
        prefix = f"{self.run.run_id}-"
        written = write_table_files(
            batches, table, self.settings.load, lambda n: folder / f"{prefix}{n:05}.parquet"
        )
        return [file.path for file in written]

    def _batches(self, text: str, values: dict[str, object]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a statement, which runs once for each range if it takes one."""
        rows = self.settings.load.row_group_rows
        ranges = [{"first": first, "last": last} for first, last in self.ranges]
        for limits in ranges if "$first" in text else [{}]:
            yield from self.connection.execute(text, {**values, **limits}).to_arrow_reader(rows)
