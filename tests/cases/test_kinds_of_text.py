"""Cases about what is an article, and where its text stands."""

from pathlib import Path

import pytest

from tests.cases.places import ingested, needs_cases
from tests.pipeline.command import ask

pytestmark = [pytest.mark.slow, needs_cases]
LOADED = "select title, text, quality_flags as flags, published_at from articles order by url"


def test_what_stands_beside_pages_in_folders_is_no_article(tmp_path: Path) -> None:
    for number, articles in ((30, 1), (72, 1)):
        warehouse = ingested(number, tmp_path / str(number))
        assert len(ask(warehouse, LOADED)) == articles
        query = "select count(*) as n from documents where reason = 'not_prose'"
        assert ask(warehouse, query)[0]["n"] == {30: 2, 72: 8}[number]


def test_texts_in_scripts_are_found(tmp_path: Path) -> None:
    found = ask(ingested(42, tmp_path / "w"), LOADED)
    assert len(found) == 3
    assert all(row["text"].count("\n\n") == 5 and len(row["text"]) > 800 for row in found[:2])


def test_xhtml_keeps_its_text_and_html_is_as_browsers_show_it(tmp_path: Path) -> None:
    found = ask(ingested(44, tmp_path / "w"), LOADED)
    assert [row["title"][-3:] for row in found] == ["441", "442", "445"]
    assert all(len(row["text"]) > 800 for row in found)


def test_comments_are_left_out(tmp_path: Path) -> None:
    found = ask(ingested(47, tmp_path / "w"), LOADED)
    assert len(found) == 3
    assert not any("I for one" in row["text"] or "reader" in row["text"] for row in found)


def test_articles_below_c_are_articles(tmp_path: Path) -> None:
    assert len(ask(ingested(66, tmp_path / "w"), LOADED)) == 4


def test_far_eastern_charsets_are_read_by_browsers_tables(tmp_path: Path) -> None:
    found = ask(ingested(67, tmp_path / "w"), LOADED)
    assert len(found) == 7
    assert not any("\ufffd" in row["text"] + row["title"] for row in found)


def test_day_and_month_are_told_by_what_the_page_shows(tmp_path: Path) -> None:
    found = ask(ingested(70, tmp_path / "w"), LOADED)
    days = sorted(row["published_at"][5:10] for row in found if row["published_at"])
    assert days == ["05-10", *["10-05"] * 4]
    assert all("date_ambiguous" in row["flags"] for row in found if not row["published_at"])
