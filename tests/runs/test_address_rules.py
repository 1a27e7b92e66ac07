"""A warehouse with keys of older address rules: no article is doubled, no page fetched again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.records import Article
from tasks.web.fingerprint import article_id
from tasks.web.urls import ADDRESS_RULES, url_key
from tests.articles import article
from tests.nights.night import Desk
from tests.nights.paper import published
from tests.pipeline.nights import Nights
from warehouse.lake import open_lake
from warehouse.schema import ARTICLE_VERSIONS, DISCOVERIES, FETCHES, Table

pytestmark = pytest.mark.slow

PAGE = "https://courier.example/basin"
OTHER = "https://courier.example/ferry"


def page(url: str, text: str, *, position: int, day: int, key: str | None = None) -> Article:
    """Make an article with this key, by default the key of its address under the present rules."""
    key = key or url_key(url) or ""
    made = article(url, text, position=position, day=day)
    return replace(made, url_key=key, own_key=key, article_id=article_id(key))


def old(url: str) -> str:
    """Return the key of an address under invented older rules."""
    return f"{url_key(url)}?old"


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """Make a warehouse under older rules, with two articles, of which one has two versions."""
    nights = Nights(tmp_path / "w")
    with monkeypatch.context() as earlier:
        earlier.setattr("tasks.load.commit.ADDRESS_RULES", ADDRESS_RULES - 1)
        earlier.setattr("tasks.runs.address_rules.ADDRESS_RULES", ADDRESS_RULES - 1)
        first = page(PAGE, "A", position=1, day=1, key=old(PAGE))
        nights.load(first, page(OTHER, "C", position=2, day=1, key=old(OTHER)))
        nights.load(page(PAGE, "B", position=1, day=2, key=old(PAGE)))
    return nights


def ids(nights: Nights) -> dict[str, str]:
    return dict(nights.ask("select url, article_id from articles"))


def test_articles_are_found_by_the_present_keys_of_their_addresses(older: Nights) -> None:
    before = ids(older)
    outcomes = older.load(page(PAGE, "D", position=1, day=3), page(OTHER, "C", position=2, day=3))
    assert outcomes == ["revised", "duplicate"]
    assert ids(older) == before
    assert older.load(page(PAGE, "D", position=1, day=4)) == ["duplicate"]
    stored = older.ask("select stored_key, url_key, rules from article_keys order by stored_key")
    assert stored == [(old(url), url_key(url), ADDRESS_RULES) for url in (PAGE, OTHER)]


def test_the_keys_are_computed_again_only_once(
    older: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    older.load()
    assert open_lake(older.folder).address_rules == ADDRESS_RULES
    monkeypatch.setattr("tasks.runs.address_rules.claim_of", lambda url, canonical: 1 / 0)
    older.load(page(PAGE, "D", position=1, day=3))
    assert older.ask("select count(*) from article_keys") == [(2,)]


def test_a_page_whose_key_an_article_had_before_is_an_article_of_its_own(older: Nights) -> None:
    """Load page 1 of a story whose second page had the key of the first under older rules."""
    before = ids(older)
    other = "https://courier.example/page-1"
    taken = page(other, "Something else", position=1, day=3, key=old(PAGE))
    assert older.load(taken) == ["loaded"]
    assert older.load(taken, page(PAGE, "B", position=2, day=4)) == ["duplicate", "duplicate"]
    found = ids(older)
    assert before.items() <= found.items()
    assert len(set(found.values())) == 3


def rewrite(folder: Path, table: Table, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Replace each row of a table by a changed one, in the same files."""
    for path in open_lake(folder).files(table):
        rows = pq.read_table(path).to_pylist()
        pq.write_table(pa.Table.from_pylist([change(row) for row in rows], table.arrow), path)


def with_old_key(row: dict[str, Any]) -> dict[str, Any]:
    return row if row["url_key"] is None else {**row, "url_key": old(row["url"])}


def test_known_addresses_are_not_fetched_again_as_new_ones(tmp_path: Path) -> None:
    stories = [f"http://paper.example/2025/03/10/story-{number}" for number in range(4)]
    with published(tmp_path) as (papers, desk):
        desk.settings["fetch"]["revisit_days"] = [30]
        for number, url in enumerate(stories):
            papers.story(url, number)
        papers.feed("http://paper.example/feed.xml", *stories[:2])
        desk.quick_night(0)
        for table in (FETCHES, DISCOVERIES, ARTICLE_VERSIONS):
            rewrite(desk.warehouse, table, with_old_key)
        open_lake(desk.warehouse).set_address_rules(ADDRESS_RULES - 1)
        for night in (1, 2):
            papers.feed("http://paper.example/feed.xml", *stories[: night + 2])
            desk.quick_night(night)
        asked = [len(papers.asked(url)) for url in stories]
    assert asked == [1, 1, 1, 1]
    assert _verdicts(desk) == [("known", 2), ("new", 1), ("known", 3), ("new", 1)]
    assert desk.ask("select count(*) as n from articles") == [{"n": 4}]


def _verdicts(desk: Desk) -> list[tuple[str, int]]:
    rows = desk.ask(
        "select night, verdict, count(*) as n from discoveries where night > '2025-03-11' "
        "group by all order by night, verdict"
    )
    return [(row["verdict"], row["n"]) for row in rows]
