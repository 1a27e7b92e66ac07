"""Cases about addresses: which pages are one article."""

from pathlib import Path

import pytest

from tests.cases.places import ingested, needs_cases
from tests.pipeline.command import ask

pytestmark = [pytest.mark.slow, needs_cases]


def test_spellings_of_one_address_are_one_article(tmp_path: Path) -> None:
    warehouse = ingested(38, tmp_path / "w")
    outcomes = ask(warehouse, "select outcome, url from documents")
    repeated = {row["url"] for row in outcomes if row["outcome"] != "loaded"}
    assert repeated == {
        "http://www.hembrypost.example/2023/05/10/u381",
        "https://www.hembrypost.example/2023/05/10/u381#comments",
    }
    stories = ask(warehouse, "select count(*) as n, count(distinct cluster_id) as k from articles")
    assert stories == [{"n": 6, "k": 1}]


def test_the_second_page_of_a_story_keeps_its_text(tmp_path: Path) -> None:
    warehouse = ingested(50, tmp_path / "w")
    found = ask(warehouse, "select url, version, text from articles order by url")
    assert [(row["url"][-7:], row["version"]) for row in found] == [("5/10/m1", 1), ("?page=2", 1)]
    assert len({row["text"] for row in found}) == 2


def test_a_canonical_that_a_page_shows_to_be_a_mistake_is_not_believed(tmp_path: Path) -> None:
    warehouse = ingested(73, tmp_path / "w")
    query = """
        select count(*) as articles, count(distinct title) as stories, max(version) as versions
        from articles
        where url_key = own_key
    """
    assert ask(warehouse, query) == [{"articles": 19, "stories": 19, "versions": 1}]
