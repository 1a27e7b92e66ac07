"""The sources that a run learns again, and the days whose articles it reads for that."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from tests.boilerplate.test_learning_sql import COURIER, LEARNED, TABLES, Lake, stories
from warehouse.statements import statement

FIRST = date(2025, 3, 1)


@pytest.fixture
def lake() -> Iterator[Lake]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(TABLES)
        yield Lake(connection)


def is_learned(lake: Lake, stored: int) -> bool:
    """Return whether the source is learned again, if the warehouse has so many versions of it."""
    lake.connection.execute("delete from earlier_versions; drop table if exists sources_to_learn")
    lake.connection.execute("insert into earlier_versions values (?, ?)", [COURIER, stored])
    values = {"stories": 1000, "steps": 25, "sources_at_once": 9, "few": 100, "outdated": 0}
    values |= {"window": 180, "since": date.min}
    lake.connection.execute(statement("sources_to_learn"), values)
    return bool(lake.connection.execute("from sources_to_learn").fetchall())


@pytest.mark.parametrize(("stored", "every"), [(0, 1), (48, 1), (500, 20), (1000, 40), (9000, 40)])
def test_a_source_is_learned_again_when_a_25th_of_its_compared_articles_is_new(
    lake: Lake, stored: int, every: int
) -> None:
    lake.add(stories(0, of=1))
    learned = [is_learned(lake, stored + more) for more in range(every)]
    assert learned.count(True) == 1


@pytest.mark.parametrize(("recent", "days_read"), [(99, 231), (101, 9)])
def test_articles_that_hardly_count_are_read_only_where_there_are_few_others(
    lake: Lake, recent: int, days_read: int
) -> None:
    lake.add(stories(40, of=recent, days=10))
    old = FIRST - timedelta(days=222)
    lake.connection.execute(
        "insert into stored_days select ?, ?::date, 50 union all select ?, ?::date, 5",
        [COURIER, old, COURIER, old - timedelta(days=1)],
    )
    lake.learn()
    [(first_day,)] = lake.connection.execute("select first_day from sources_to_learn").fetchall()
    assert (FIRST + timedelta(days=9) - first_day).days == days_read


def test_an_article_dated_far_into_the_future_does_not_move_the_days_that_are_read(
    lake: Lake,
) -> None:
    lake.add(stories(40, of=120, days=10))
    lake.add(stories(0, of=1, first=FIRST + timedelta(days=4000)))
    assert lake.learn() == LEARNED


@pytest.mark.parametrize("recent", [60, 400])
def test_days_that_need_not_be_read_do_not_change_what_is_compared(lake: Lake, recent: int) -> None:
    """Learn with and without a bound of the days that are read first."""
    lake.add(stories(40, of=30, days=10))
    for age in (5, 100, 170, 200, 380, 700):
        day = FIRST - timedelta(days=age)
        lake.connection.execute(
            "insert into stored_days select ?, ?::date, ?", [COURIER, day, recent // 6]
        )
    lake.connection.execute("insert into earlier_versions values (?, ?)", [COURIER, recent])
    values = {"stories": 1000, "steps": 25, "sources_at_once": 9, "few": 100, "outdated": 0}
    found = set()
    for since in (date.min, FIRST - timedelta(days=360), FIRST, date.max):
        lake.connection.execute("drop table if exists sources_to_learn")
        chosen = {**values, "window": 180, "since": since}
        lake.connection.execute(statement("sources_to_learn"), chosen)
        found |= set(lake.connection.execute("from sources_to_learn").fetchall())
    assert len(found) == 1
