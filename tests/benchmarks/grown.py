"""Generated nights of many sources: a history of years, and a night that is to be resolved.

Older nights are written in bulk, by the writer that the pipeline uses, in files that are sorted as
merged ones are. The last nights before a measured one are committed one by one, as nights are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from config.settings import LoadSettings, load_settings
from tasks.jobs.fetching import describe
from tasks.runs.run import Run, new_run
from tasks.runs.views import LISTED, VISITED
from tasks.web.urls import ADDRESS_RULES
from tests.benchmarks.grown_rows import (
    CHOSEN,
    FETCH_COLUMNS,
    LISTED_COLUMNS,
    MET,
    PROCESSED_ROWS,
    ROWS,
    VISIT_COLUMNS,
)
from tests.benchmarks.sized import fitted, made_sources, write_batch
from warehouse.files import write_table_files
from warehouse.folder import make_warehouse
from warehouse.lake import Lake, open_lake
from warehouse.schema import (
    PROCESSED,
    Table,
)

FIRST_NIGHT = date(2014, 1, 1)
DOCUMENTS_A_NIGHT = 3_100
NIGHTS_OF_A_MONTH = 30
Layout = Literal["nights", "months"]


@dataclass(slots=True)
class GrownWarehouse:
    """A warehouse with a growing number of nights.

    Attributes:
        nights: the number of its nights so far.
        layout: whether older files hold a night or a month each. The last nights before a measured
            one always have files of their own.
    """

    folder: Path
    sources: int
    layout: Layout = "nights"
    nights: int = 0

    def grow(self, nights: int) -> None:
        """Write nights until the warehouse has so many."""
        lake = open_lake(make_warehouse(self.folder))
        while self.nights < nights:
            count = min(NIGHTS_OF_A_MONTH, nights - self.nights)
            is_last = self.nights + NIGHTS_OF_A_MONTH >= nights
            with self._made(self.nights + 1, self.nights + count) as connection:
                self._write(connection, lake, count, self.layout, by_night=is_last)
            self.nights += count
        lake.set_address_rules(ADDRESS_RULES)

    def write_night(self) -> Run:
        """Write the next night as a run that is processed and not yet resolved."""
        self.nights += 1
        settings = load_settings(warehouse=self.folder)
        night = FIRST_NIGHT + timedelta(days=self.nights)
        run = new_run(self.folder, "growth", describe("nightly", night, made_sources(3), settings))
        for name in ("attempts", "batches", "parts", "done"):
            (run.folder / name).mkdir()
        with self._made(self.nights, self.nights) as connection:
            write_batch(run, 0, fitted(self._rows(connection, PROCESSED_ROWS), PROCESSED))
            listed = self._rows(connection, f"select {LISTED_COLUMNS} from listed")
            pq.write_table(fitted(listed, LISTED), run.folder / "discoveries.parquet")
            visits = (
                f"select 'Press ' || lpad(s::varchar, 5, '0') as source, {VISIT_COLUMNS} "
                "from range($sources) as sources(s)"
            )
            visited = fitted(self._rows(connection, visits), VISITED)
            pq.write_table(visited, run.visits_file)
            log = self._rows(connection, f"select {FETCH_COLUMNS} from made").to_pylist()
            lines = b"".join(orjson.dumps(row) + b"\n" for row in log)
            run.attempts_file("press").write_bytes(lines)
        return run

    def _made(self, first: int, last: int) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute("set timezone = 'UTC'")
        connection.execute("set threads = 1")
        connection.execute(MET, {"first": first, "last": last, "sources": self.sources})
        connection.execute(CHOSEN)
        return connection

    def _rows(self, connection: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
        values = {"sources": self.sources} if "$sources" in query else {}
        return connection.execute(query, values).to_arrow_table()

    def _write(
        self,
        connection: duckdb.DuckDBPyConnection,
        lake: Lake,
        count: int,
        layout: Layout,
        *,
        by_night: bool,
    ) -> None:
        settings = load_settings().load
        for table, query in ROWS.items():
            rows = fitted(self._rows(connection, query), table.arrow)
            in_month = layout == "months" and not by_night and count == NIGHTS_OF_A_MONTH
            if in_month:
                order = [(column, "ascending") for column in table.order_by]
                parts = [("month", rows.sort_by(order))]
            else:
                parts = list(_by_run(rows))
            files = [
                (run_id, _write_file(lake, table, own, run_id, settings)) for run_id, own in parts
            ]
            if by_night:
                for run_id, file in files:
                    lake.commit(table, [file], run_id)
            else:
                lake.commit(table, [file for _, file in files], f"history-{self.nights:05}")


def _by_run(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    import pyarrow.compute as pc

    for run_id in sorted(pc.unique(rows["run_id"]).to_pylist()):
        yield run_id, rows.filter(pc.equal(rows["run_id"], run_id))


def _write_file(
    lake: Lake, table: Table, rows: pa.Table, run_id: Any, settings: LoadSettings
) -> str:
    first = rows["run_id"][0].as_py() if rows.num_rows else run_id
    path = lake.folder(table) / f"{first}-00000.parquet"
    [written] = write_table_files(rows.to_batches(), table, settings, lambda _: path)
    return written.path
