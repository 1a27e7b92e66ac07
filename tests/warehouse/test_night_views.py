"""The views of nights, coverage and silent sources, over nights that are given as rows."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.warehouse.visits import FIRST, Visits

pytestmark = pytest.mark.slow


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


def test_a_night_with_an_impossible_date_changes_neither_silence_nor_coverage(
    visits: Visits,
) -> None:
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


def test_a_rename_that_the_newest_night_no_longer_declares_does_not_count(visits: Visits) -> None:
    visits.night(0, "tide")
    visits.renamed(1, "evening tide", "tide")
    visits.night(2, "evening tide")
    assert visits.ask("from former_names") == []


def test_a_source_can_get_its_former_name_back(visits: Visits) -> None:
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


def test_counts_of_an_older_broadsheet_add_up_as_those_of_today(visits: Visits) -> None:
    old = {"found": 20, "new": 9, "fetched": 11, "unchanged": 4, "duplicate": 5, "failed": 2}
    visits.night(0, "courier", **old, loaded=7, revised=1, rejected=2)
    sums = (
        "found = new + known + excluded, fetched = loaded + revised + unchanged + rejected + failed"
    )
    assert visits.ask(f"select fetched, unchanged, known, {sums} from nights") == [
        (17, 5, 11, True, True)
    ]
