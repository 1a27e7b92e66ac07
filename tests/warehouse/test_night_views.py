"""What nights, coverage and silent sources say of nights that are given as rows."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from config.settings import load_settings
from tasks.pipeline import make_warehouse
from warehouse.files import write_table_files
from warehouse.lake import open_lake
from warehouse.publish import publish, take_snapshot
from warehouse.query import opened, rows
from warehouse.schema import VISITS

FIRST = date(2025, 3, 11)


class Visits:
    """A warehouse of nights alone: each run is a row per source."""

    def __init__(self, folder: Path) -> None:
        self.folder = make_warehouse(folder)
        self._runs = 0

    def night(self, day: int | date, *sources: str, **values: Any) -> None:
        """A nightly run; `day` counts from 0."""
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
        publish(self.folder, take_snapshot(open_lake(self.folder)), settings.publish)
        with opened(self.folder) as connection:
            return rows(connection, query)[1]

    def states(self, source: str) -> list[str]:
        found = self.ask(f"select state from coverage where source = '{source}' order by day")
        return [state for (state,) in found]

    def _commit(self, batch: Sequence[dict[str, Any]], run_id: str) -> None:
        lake = open_lake(self.folder)
        table = pa.Table.from_pylist(batch, VISITS.arrow)
        path = lake.folder(VISITS) / f"{run_id}.parquet"
        load = load_settings(warehouse=self.folder).load
        files = write_table_files(table.to_batches(), VISITS, load, lambda _: path)
        lake.commit(VISITS, [file.path for file in files], run_id)


@pytest.fixture
def visits(tmp_path: Path) -> Visits:
    return Visits(tmp_path / "w")


def test_a_source_is_covered_until_its_own_last_night(visits: Visits) -> None:
    visits.night(0, "courier", "tide")
    visits.night(1, "courier")
    visits.night(2, "courier", "tide")
    for night in range(3, 9):
        visits.night(night, "courier")
    assert visits.states("courier") == ["collected"] * 9
    assert visits.states("tide") == ["collected", "not_visited", "collected"]


def test_a_night_that_cannot_have_been_neither_silences_nor_covers(visits: Visits) -> None:
    for night in range(4):
        visits.night(night, "courier")
    visits.night(date(2099, 1, 1), "courier", "tide")
    visits.night(date(25, 3, 11), "courier")
    visits.night(4, "courier", loaded=0)
    assert visits.ask("select * from silent_sources") == []
    assert visits.states("courier") == ["collected"] * 4 + ["quiet"]
    assert visits.states("tide") == []
    assert visits.ask("select source, first_night, last_night from sources order by source") == [
        ("courier", FIRST, FIRST + timedelta(days=4)),
        ("tide", None, None),
    ]


def test_a_renamed_source_is_one_source(visits: Visits) -> None:
    for night in range(3):
        visits.night(night, "tide")
    visits.renamed(3, "evening tide", "tide")
    visits.renamed(4, "evening tide", "tide")
    visits.night(3, "tide", entry=None, run_id="run-000")  # of an earlier run, completed late
    assert visits.ask("from former_names") == [("tide", "evening tide")]
    assert visits.ask("select distinct source from visits") == [("evening tide",)]
    assert visits.ask("select nights from sources") == [(5,)]
    assert visits.states("evening tide") == ["collected"] * 5
    found = "select found from nights order by night"
    assert visits.ask(found) == [(1,), (1,), (1,), (2,), (1,)]


def test_names_are_followed_to_the_present_one(visits: Visits) -> None:
    visits.night(0, "tide", "echo")
    visits.renamed(1, "evening tide", "tide")
    visits.renamed(2, "tide & echo", "evening tide", "echo")
    assert visits.ask("select * from former_names order by former_name") == [
        ("echo", "tide & echo"),
        ("evening tide", "tide & echo"),
        ("tide", "tide & echo"),
    ]


def test_what_the_newest_night_does_not_declare_is_no_rename(visits: Visits) -> None:
    visits.night(0, "tide")
    visits.renamed(1, "evening tide", "tide")
    visits.night(2, "evening tide")
    assert visits.ask("from former_names") == []


def test_a_source_may_be_named_back(visits: Visits) -> None:
    visits.night(0, "tide")
    visits.renamed(1, "evening tide", "tide")
    visits.renamed(2, "tide", "evening tide")
    assert visits.ask("from former_names") == [("evening tide", "tide")]


def test_a_name_that_is_visited_again_is_a_source_of_its_own(visits: Visits) -> None:
    visits.night(0, "tide")
    visits.renamed(1, "it's", "tide")
    assert visits.ask("from former_names") == [("tide", "it's")]
    visits.night(2, "tide")
    assert visits.ask("from former_names") == []
    assert visits.ask("select source, nights from sources order by all") == [
        ("it's", 1),
        ("tide", 2),
    ]
