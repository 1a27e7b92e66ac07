"""Pages for which a server answers 304, at any of their addresses."""

from pathlib import Path

import pytest

from tests.nights.night import Desk
from tests.nights.paper import Papers, Reply, published
from tests.pipeline.archives import page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
FEED = "http://paper.example/feed.xml"
FERRY = "http://paper.example/2025/03/10/ferry"
FROM_FEED = f"{FERRY}?utm_source=rss"


def serve(papers: Papers, url: str, number: int) -> None:
    """List an address and serve a story there, with an ETag."""
    papers.feed(FEED, url)
    papers.replies[url] = Reply(page(number), headers=(("ETag", f'"{number}"'),))


def unchanged(papers: Papers, url: str) -> None:
    papers.feed(FEED, url)
    papers.replies[url] = Reply(status=304)


def shown(desk: Desk) -> list[tuple[int, str]]:
    return [tuple(row.values()) for row in desk.ask("select version, title from articles")]  # type: ignore[misc]


def test_an_article_changed_at_one_address_and_unchanged_at_another_stays(
    tmp_path: Path,
) -> None:
    with published(tmp_path) as (papers, desk):
        serve(papers, FROM_FEED, 1)
        desk.quick_night(0)
        serve(papers, FERRY, 2)
        desk.quick_night(1)
        unchanged(papers, FROM_FEED)
        desk.quick_night(3)
        asked = papers.asked(FROM_FEED)
    assert asked[-1].conditions == {"If-None-Match": '"2"'}, "the newest bytes are asked about"
    assert shown(desk) == [(2, "District 2 decides")]
    rows = desk.ask("select outcome, reason, version from documents order by fetched_at")
    assert [tuple(row.values()) for row in rows] == [
        ("loaded", None, 1),
        ("revised", None, 2),
        ("duplicate", "revisit", 2),
    ]
    assert desk.ask("select unchanged, duplicate, rejected from nights order by night")[-1] == {
        "unchanged": 1,
        "duplicate": 1,
        "rejected": 0,
    }


def test_an_unchanged_page_whose_first_capture_was_a_duplicate_is_one_again(
    tmp_path: Path,
) -> None:
    mobile = "http://m.paper.example/2025/03/10/ferry"
    with published(tmp_path) as (papers, desk):
        papers.hosts["m.paper.example"] = papers.hosts["paper.example"]
        canonical = f"<head><link rel='canonical' href='{FERRY}'>"
        body = page(1).replace("<head>", canonical)
        for url in (FERRY, mobile):
            papers.replies[url] = Reply(body, headers=(("ETag", '"1"'),))
        papers.feed(FEED, FERRY, mobile)
        desk.quick_night(0)
        papers.replies |= {url: Reply(status=304) for url in (FERRY, mobile)}
        desk.quick_night(1)
    rows = desk.ask(
        "select outcome, reason, count(*) as n from documents group by all order by 1, 2"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("duplicate", "revisit", 2),
        ("duplicate", "same_bytes", 1),
        ("loaded", None, 1),
    ]
