"""A second night: new, revised and unchanged articles, a possible loss, and failing sources."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.nights.night import Desk
from tests.sites.many import ManySites

pytestmark = pytest.mark.timeout(240)
ROLLED = "press-02.example"
DEAD = """
[[source]]
name = "Gone"
homepage = "http://gone.example/"
feeds = ["http://gone.example/feed.xml"]
[[source]]
name = "No feed"
homepage = "http://press-00.example/"
feeds = ["http://press-00.example/nothing.xml"]
"""


@dataclass(frozen=True, slots=True)
class Nights:
    desk: Desk
    first: dict[str, str]
    second: dict[str, str]
    new: frozenset[str]
    revised: frozenset[str]
    asked_again: list[tuple[str, bool, int | None]]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """Run nights 0 and 2; night 1 is left out."""
    with ManySites(5, 10, feed_items=10, has_wrong_certificate=True) as site:
        desk = Desk(tmp_path_factory.mktemp("two"), site)
        desk.listed.write_text(desk.listed.read_text() + DEAD)
        site.hosts["gone.example"] = "127.0.0.1:1"
        desk.quick_night(0)
        first = site.expected()
        before = len(site.requests)
        site.next_night(new=0, revised=0)
        change = site.next_night(new=3, revised=2, rolled=[ROLLED])
        desk.quick_night(2)
        site.settle()
        again = [
            (f"http://{seen.host}{seen.path}", seen.is_conditional, seen.status)
            for seen in site.requests[before:]
        ]
        second = site.expected()
        yield Nights(
            desk, first, second, change.new & set(second), change.revised & set(second), again
        )


def test_the_warehouse_matches_the_sites(nights: Nights) -> None:
    assert nights.desk.texts() == nights.second


def test_new_and_revised_articles_are_distinguished(nights: Nights) -> None:
    rows = nights.desk.ask("select url, version, change_reason from articles")
    revised = {row["url"] for row in rows if row["version"] == 2}
    assert revised == nights.revised
    assert {row["change_reason"] for row in rows if row["version"] == 2} == {"publisher"}
    counts = nights.desk.ask(
        "select sum(loaded)::int as loaded, sum(revised)::int as revised, "
        "sum(unchanged)::int as unchanged from nights where night = '2025-03-13'"
    )
    kept = len(nights.first) - len(nights.revised)
    assert counts == [
        {"loaded": len(nights.new), "revised": len(nights.revised), "unchanged": kept}
    ]


def test_old_articles_are_requested_conditionally_and_once(nights: Nights) -> None:
    asked = [one for one in nights.asked_again if one[0] in nights.first]
    assert len(asked) == len({url for url, _, _ in asked}) == len(nights.first)
    assert all(is_conditional for _, is_conditional, _ in asked)
    assert {url for url, _, status in asked if status == 304} == (
        set(nights.first) - nights.revised
    )


def test_an_unchanged_article_is_a_duplicate_that_names_the_version_it_repeats(
    nights: Nights,
) -> None:
    rows = nights.desk.ask(
        "select documents.url, article_id is not null and version = 1 as points "
        "from documents where outcome = 'duplicate' and reason = 'revisit'"
    )
    assert {row["url"] for row in rows} == set(nights.first) - nights.revised
    assert all(row["points"] for row in rows)


def test_a_feed_that_lost_items_is_noticed_and_the_gap_filled_from_the_sitemap(
    nights: Nights,
) -> None:
    query = "select source, filled from nights where possible_loss"
    assert nights.desk.ask(query) == [{"source": "press-02", "filled": 3}]


def test_coverage_distinguishes_no_news_from_not_collected(nights: Nights) -> None:
    rows = nights.desk.ask("select source, day, state from coverage where day >= '2025-03-11'")
    states = {(row["source"], str(row["day"])): row["state"] for row in rows}
    assert states["press-01", "2025-03-11"] == "collected"
    assert states["press-01", "2025-03-12"] == "not_visited"
    assert states["press-01", "2025-03-13"] == "collected"
    assert states["press-02", "2025-03-13"] == "possible_loss"
    assert states["Gone", "2025-03-13"] == "failed"


def test_a_source_that_fails_has_a_reason_and_does_not_affect_others(nights: Nights) -> None:
    rows = nights.desk.ask(
        "select source, discovery, problem from nights where night = '2025-03-11'"
    )
    failed = {row["source"] for row in rows if row["discovery"] == "failed"}
    assert failed == {"Gone", "wrong-certificate"}
    problems = {row["source"]: row["problem"] for row in rows}
    assert "Connection refused" in problems["Gone"] or "connect" in problems["Gone"]
    assert "gone" in problems["No feed"]
    assert "certificate" in problems["wrong-certificate"].lower()


def test_pages_that_robots_txt_disallows_are_refused_and_never_requested(nights: Nights) -> None:
    rows = nights.desk.ask("select distinct url from fetches where reason = 'robots'")
    assert {row["url"] for row in rows} == {
        f"http://{host}/closed/{path}"
        for host, path in (url[7:].split("/closed/") for url in nights.desk.site.closed)
    }
    assert not [url for url, _, _ in nights.asked_again if "/closed/" in url]


def test_sources_are_described_as_of_their_last_night(nights: Nights) -> None:
    rows = nights.desk.ask("select source, nights, articles from sources where source = 'press-01'")
    assert rows == [{"source": "press-01", "nights": 2, "articles": 13}]
