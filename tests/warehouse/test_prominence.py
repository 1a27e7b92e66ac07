"""The view `prominence`, over articles and discoveries that are given as rows."""

from datetime import date
from string import Template
from typing import Any

import duckdb
import pytest

from warehouse.statements import statement

COLUMNS = (
    "article_id, list, how, first_night::varchar, last_night::varchar, nights, first_position, "
    "best_position"
)
FRONT = "https://courier.example/"


def prominence(*rows: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Return the view's rows for discoveries (night of March 2025, key, how, place, position)."""
    text = statement("publish").partition("create view prominence")[2].partition(";")[0]
    text = Template(text).substitute(first_night=date(1990, 1, 1), last_night=date(2025, 3, 30))
    with duckdb.connect() as connection:
        connection.execute(
            "create schema marts; create table marts.addresses as from (values ('a', '//c/a'), "
            "('a', '//c/a?amp'), ('a', '//c/a'), ('b', '//c/b'), ('c', '//c/b')) "
            "as t(article_id, url_key)"
        )
        connection.execute(
            "create table marts.outranked_addresses as select 'c' as article_id, '//c/b' as url_key"
        )
        connection.execute(
            "create table discoveries "
            "(night date, url_key text, how text, place text, position int)"
        )
        for night, *rest in rows:
            connection.execute(
                "insert into discoveries values (?, ?, ?, ?, ?)", (date(2025, 3, night), *rest)
            )
        connection.execute(f"create view prominence{text}")
        return connection.execute(f"select {COLUMNS} from prominence order by all").fetchall()


def test_an_article_has_one_row_per_list_with_its_nights_and_places() -> None:
    assert prominence(
        (11, "//c/a", "front", FRONT, 5),
        (12, "//c/a?amp", "front", FRONT, 2),
        (12, "//c/a", "front", FRONT, 3),
        (14, "//c/a", "front", FRONT, 9),
        (12, "//c/a", "feed", f"{FRONT}feed", 1),
        (12, "//c/b", "front", FRONT, 1),
    ) == [
        ("a", FRONT, "front", "2025-03-11", "2025-03-14", 3, 5, 2),
        ("a", f"{FRONT}feed", "feed", "2025-03-12", "2025-03-12", 1, 1, 1),
        ("b", FRONT, "front", "2025-03-12", "2025-03-12", 1, 1, 1),
    ]


@pytest.mark.parametrize("how", ["sitemap", "news_sitemap"])
def test_a_sitemap_shows_no_prominence(how: str) -> None:
    assert prominence((11, "//c/a", how, f"{FRONT}sitemap.xml", 1)) == []


def test_pages_that_gave_no_article_and_mistyped_nights_are_left_out() -> None:
    assert prominence((11, "//c/x", "front", FRONT, 1)) == []
    assert prominence((31, "//c/a", "front", FRONT, 1)) == []
    [row] = prominence((11, "//c/a", "front", FRONT, 5), (31, "//c/a", "front", FRONT, 1))
    assert row[3:] == ("2025-03-11", "2025-03-11", 1, 5, 5)


def test_places_of_an_older_broadsheet_are_unknown() -> None:
    [row] = prominence((11, "//c/a", "feed", FRONT, None))
    assert row[-2:] == (None, None)
