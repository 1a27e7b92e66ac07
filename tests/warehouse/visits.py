"""A warehouse that has nothing but nights, which a test gives as rows of `visits`."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from config.settings import load_settings
from warehouse.files import write_table_files
from warehouse.folder import make_warehouse
from warehouse.lake import open_lake
from warehouse.publish import publish
from warehouse.query import opened, rows
from warehouse.schema import VISITS
from warehouse.snapshots import take_snapshot

FIRST = date(2025, 3, 11)


class Visits:
    """A warehouse with nothing but visits: one run per night, one row per source."""

    def __init__(self, folder: Path) -> None:
        self.folder = make_warehouse(folder)
        self._runs = 0

    def night(self, day: int | date, *sources: str, **values: Any) -> None:
        """Add a nightly run with a visit of each source; a number as `day` counts from 0."""
        night = day if isinstance(day, date) else FIRST + timedelta(days=day)
        self._runs += 1
        common = {
            "run_id": f"run-{self._runs:03}",
            "night": night,
            "discovery": "ok",
            "entry": "{}",
            "possible_loss": False,
            **dict.fromkeys(("found", "new", "fetched", "unchanged", "loaded"), 1),
            **dict.fromkeys(("revised", "duplicate", "rejected", "failed"), 0),
        }
        batch = [{**common, "source": source, **values} for source in sources]
        self._commit(batch, str(common["run_id"]))

    def renamed(self, day: int, source: str, *formerly: str) -> None:
        self.night(day, source, entry=json.dumps({"formerly": formerly}))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        settings = load_settings(warehouse=self.folder)
        publish(self.folder, take_snapshot(open_lake(self.folder)), settings)
        with opened(self.folder) as connection:
            return rows(connection, query)[1]

    def states(self, source: str) -> list[str]:
        found = self.ask(f"select state from coverage where source = '{source}' order by day")
        return [state for (state,) in found]

    def _commit(self, batch: Sequence[dict[str, Any]], run_id: str) -> None:
        lake = open_lake(self.folder)
        table = pa.Table.from_pylist(batch, VISITS.arrow)
        path = lake.folder(VISITS) / f"{run_id}-00000.parquet"
        load = load_settings(warehouse=self.folder).load
        files = write_table_files(table.to_batches(), VISITS, load, lambda _: path)
        lake.commit(VISITS, [file.path for file in files], run_id)
