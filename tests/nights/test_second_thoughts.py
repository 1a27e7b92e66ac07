"""What publishers change their mind about between two nights."""

from pathlib import Path
from typing import Any

import pytest

from tests.nights.night import Desk
from tests.nights.paper import Reply, entry, published

pytestmark = pytest.mark.timeout(240)
FEED = "http://paper.example/feed.xml"
STORY = "http://paper.example/2025/03/10/story-one"
ROBOTS = "http://paper.example/robots.txt"
DEAD = "127.0.0.1:1"


def verdicts(desk: Desk, url: str = STORY) -> list[tuple[int, str, str | None]]:
    """Of each final attempt at an address: the night from 1, outcome and why it was asked for."""
    rows: list[dict[str, Any]] = desk.ask(
        "select night - date '2025-03-10' as n, arg_max(outcome, started_at) as outcome, "
        f"any_value(why) as why from fetches where url = '{url}' group by night order by night"
    )
    return [(row["n"], row["outcome"], row["why"]) for row in rows]


def test_a_page_that_robots_txt_opens_again_is_fetched_once(tmp_path: Path) -> None:
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


def test_a_host_that_is_away_for_longer_than_retries_last_loses_nothing(tmp_path: Path) -> None:
    with published(tmp_path) as (papers, desk):
        desk.settings["fetch"] |= {"retry_nights": 2, "tries": 1, "host_failures": 1}
        stories = [f"http://paper.example/2025/03/10/story-{number}" for number in range(8)]
        papers.feed(FEED, *stories)
        for number, url in enumerate(stories):
            papers.replies[url] = Reply(status=503)
        desk.quick_night(0)
        for night in (1, 2, 3):
            desk.quick_night(night)
        for number, url in enumerate(stories):
            papers.story(url, number)
        for night in (4, 5):
            desk.quick_night(night)
    tried = {
        url for url in stories if any(outcome == "failed" for _, outcome, _ in verdicts(desk, url))
    }
    assert len(tried) < len(stories)
    loaded = {row["url"] for row in desk.ask("select url from articles")}
    assert set(stories) - tried <= loaded, "they were never asked for, so nothing is known of them"


def test_what_failed_for_a_passing_reason_is_loaded_the_night_it_is_back(tmp_path: Path) -> None:
    with published(tmp_path) as (papers, desk):
        papers.feed(FEED, STORY)
        papers.replies[STORY] = Reply(status=500)
        desk.quick_night(0)
        papers.story(STORY, 1)
        desk.quick_night(1)
    assert verdicts(desk) == [(1, "failed", "new"), (2, "fetched", "retry")]
    counts = desk.ask("select loaded, failed from nights order by night")
    assert counts == [{"loaded": 0, "failed": 1}, {"loaded": 1, "failed": 0}]


def test_what_one_source_excludes_another_may_want(tmp_path: Path) -> None:
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


def test_a_feed_that_has_given_up_its_etag_is_not_asked_about_the_old_one(tmp_path: Path) -> None:
    with published(tmp_path) as (papers, desk):
        papers.feed(FEED, STORY, headers=(("ETag", '"old"'),))
        desk.quick_night(0)
        papers.feed(FEED, STORY, f"{STORY}-b")
        desk.quick_night(1)
        desk.quick_night(2)
    conditions = [request.conditions for request in papers.asked(FEED)]
    assert conditions == [{}, {"If-None-Match": '"old"'}, {}]


def test_a_feed_of_html_or_errors_stops_no_other_source(tmp_path: Path) -> None:
    names = ["busy", "elsewhere", "paper", "webpage"]
    with published(tmp_path, names) as (papers, desk):
        papers.hosts["elsewhere.example"] = DEAD
        papers.replies["http://webpage.example/feed.xml"] = Reply("<html><p>Moved.</html>")
        papers.replies["http://busy.example/feed.xml"] = Reply(status=500)
        papers.feed(FEED, STORY)
        papers.story(STORY, 1)
        desk.quick_night(0)
        rows = desk.ask("select source, discovery, problem, loaded from nights order by source")
        tries = len(papers.asked("http://busy.example/feed.xml"))
    assert [(row["source"], row["discovery"], row["loaded"]) for row in rows] == [
        ("busy", "failed", 0),
        ("elsewhere", "failed", 0),
        ("paper", "ok", 1),
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
        "webpage": "failed",
    }
