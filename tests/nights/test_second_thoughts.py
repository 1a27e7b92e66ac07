"""Decisions that publishers change between two nights."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.nights.night import Desk
from tests.nights.paper import Reply, entry, published
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
FEED = "http://paper.example/feed.xml"
STORY = "http://paper.example/2025/03/10/story-one"
ROBOTS = "http://paper.example/robots.txt"
DEAD = "127.0.0.1:1"


def verdicts(desk: Desk, url: str = STORY) -> list[tuple[int, str, str | None]]:
    """Return night (from 1), outcome and reason to fetch of each final attempt at an address."""
    rows: list[dict[str, Any]] = desk.ask(
        "select night - date '2025-03-10' as n, arg_max(outcome, started_at) as outcome, "
        f"any_value(why) as why from fetches where url = '{url}' group by night order by night"
    )
    return [(row["n"], row["outcome"], row["why"]) for row in rows]


def test_a_page_that_robots_txt_allows_again_is_fetched_once(tmp_path: Path) -> None:
    with published(tmp_path) as (papers, desk):
        desk.settings["fetch"]["revisit_days"] = [30]
        papers.feed(FEED, STORY)
        papers.story(STORY, 1)
        papers.replies[ROBOTS] = Reply("User-agent: *\nDisallow: /2025/")
        desk.quick_night(0)
        del papers.replies[ROBOTS]
        for night in (1, 2, 3):
            papers.feed(FEED, STORY, f"http://paper.example/gone-{night}")
            desk.quick_night(night)
    assert len(papers.asked(STORY)) == 1
    assert [(night, outcome) for night, outcome, _ in verdicts(desk)] == [
        (1, "refused"),
        (2, "fetched"),
    ]
    rows = desk.ask(
        "select verdict from discoveries where night = '2025-03-14' and url_key like '%story-one'"
    )
    assert rows == [{"verdict": "known"}]


def test_a_host_that_is_down_for_longer_than_the_retries_loses_nothing(tmp_path: Path) -> None:
    with published(tmp_path) as (papers, desk):
        desk.settings["fetch"] |= {"retry_nights": 2, "tries": 1, "host_failures": 1}
        stories = [f"http://paper.example/2025/03/10/story-{number}" for number in range(24)]
        papers.feed(FEED, *stories)
        for url in stories:
            papers.replies[url] = Reply(status=503)
        for night in range(3):
            desk.quick_night(night)
        for number, url in enumerate(stories):
            papers.story(url, number)
        desk.quick_night(3)
    tried = {
        url for url in stories if any(outcome == "failed" for _, outcome, _ in verdicts(desk, url))
    }
    assert len(tried) < len(stories)
    loaded = {row["url"] for row in desk.ask("select url from articles")}
    assert set(stories) - tried <= loaded, "they were never asked for, so nothing is known of them"


def test_a_page_that_failed_temporarily_is_loaded_when_it_is_back(tmp_path: Path) -> None:
    with published(tmp_path) as (papers, desk):
        papers.feed(FEED, STORY)
        papers.replies[STORY] = Reply(status=500)
        desk.quick_night(0)
        papers.story(STORY, 1)
        desk.quick_night(1)
    assert verdicts(desk) == [(1, "failed", "new"), (2, "fetched", "retry")]
    counts = desk.ask("select loaded, failed from nights order by night")
    assert counts == [{"loaded": 0, "failed": 1}, {"loaded": 1, "failed": 0}]


def test_an_address_that_one_source_excludes_is_fetched_for_another_source(tmp_path: Path) -> None:
    with published(tmp_path, ["digest", "paper"]) as (papers, desk):
        desk.listed.write_text(
            f"{entry('digest')}exclude = ['paper\\.example']\n\n{entry('paper')}"
        )
        papers.feed("http://digest.example/feed.xml", STORY)
        papers.feed(FEED, STORY)
        papers.story(STORY, 1)
        desk.quick_night(0)
    assert desk.ask("select url, source from articles") == [{"url": STORY, "source": "paper"}]
    listed = desk.ask("select source, verdict from discoveries order by source")
    assert listed == [
        {"source": "digest", "verdict": "excluded"},
        {"source": "paper", "verdict": "new"},
    ]


def test_a_feed_that_no_longer_sends_an_etag_is_requested_unconditionally(tmp_path: Path) -> None:
    with published(tmp_path) as (papers, desk):
        papers.feed(FEED, STORY, headers=(("ETag", '"old"'),))
        desk.quick_night(0)
        papers.feed(FEED, STORY, f"{STORY}-b")
        desk.quick_night(1)
        desk.quick_night(2)
    conditions = [request.conditions for request in papers.asked(FEED)]
    assert conditions == [{}, {"If-None-Match": '"old"'}, {}]


def test_a_feed_of_html_or_errors_does_not_affect_other_sources(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = ["busy", "elsewhere", "paper", "unheard", "webpage"]
    with published(tmp_path, names) as (papers, desk):
        del papers.hosts["unheard.example"]  # no server of names knows it
        papers.hosts["elsewhere.example"] = DEAD
        papers.replies["http://webpage.example/feed.xml"] = Reply("<html><p>Moved.</html>")
        papers.replies["http://busy.example/feed.xml"] = Reply(status=500)
        papers.feed(FEED, STORY)
        papers.story(STORY, 1)
        desk.quick_night(0)
        rows = desk.ask("select source, discovery, problem, loaded from nights order by source")
        tries = len(papers.asked("http://busy.example/feed.xml"))
    assert not [record for record in caplog.records if record.exc_info], "a sentence is enough"
    assert [(row["source"], row["discovery"], row["loaded"]) for row in rows] == [
        ("busy", "failed", 0),
        ("elsewhere", "failed", 0),
        ("paper", "ok", 1),
        ("unheard", "failed", 0),
        ("webpage", "failed", 0),
    ]
    problems = {row["source"]: row["problem"] for row in rows}
    assert "server_error" in problems["busy"]
    assert "broken_list" in problems["webpage"]
    assert "connect" in problems["elsewhere"].lower()
    assert problems["paper"] is None
    assert tries == 3
    states = desk.ask("select source, state from coverage where day = '2025-03-11'")
    assert {row["source"]: row["state"] for row in states} == {
        "busy": "failed",
        "elsewhere": "failed",
        "paper": "collected",
        "unheard": "failed",
        "webpage": "failed",
    }


def test_a_page_that_its_list_reports_as_changed_is_fetched_early(tmp_path: Path) -> None:
    with ManySites(2, 6, night=datetime.now(UTC).date()) as site:
        desk = Desk(tmp_path, site)
        desk.listed.write_text(entry("press-01"))  # its feed is Atom, which has dates of changes
        desk.settings["fetch"]["revisit_days"] = [30]
        desk.quick_night(0)
        revised = site.next_night(new=0, revised=2).revised
        desk.quick_night(1)
        revised = {url for url in revised if "press-01" in url}
        expected = {url: text for url, text in site.expected().items() if "press-01" in url}
    rows = desk.ask(
        "select url, outcome, why from fetches where night = '2025-03-12' "
        "and kind = 'article' and outcome <> 'refused'"
    )
    assert len(rows) == 2
    assert {(row["url"], row["outcome"], row["why"]) for row in rows} == {
        (url, "fetched", "changed") for url in revised
    }
    assert desk.texts() == expected


def test_a_loss_that_no_list_can_fill_is_reported_and_a_quiet_night_is_quiet(
    tmp_path: Path,
) -> None:
    with published(tmp_path) as (papers, desk):
        desk.settings["fetch"]["revisit_days"] = [30]
        stories = [f"http://paper.example/2025/03/10/story-{number}" for number in range(4)]
        for number, url in enumerate(stories):
            papers.story(url, number)
        papers.feed(FEED, *stories[:2])
        desk.quick_night(0)
        papers.feed(FEED, *stories[2:])
        desk.quick_night(1)
        desk.quick_night(2)
    rows = desk.ask("select possible_loss, filled, loaded from nights order by night")
    assert [tuple(row.values()) for row in rows] == [(False, 0, 2), (True, 0, 2), (False, 0, 0)]
    states = desk.ask("select state from coverage where day >= '2025-03-11' order by day")
    assert [row["state"] for row in states] == ["collected", "possible_loss", "quiet"]
