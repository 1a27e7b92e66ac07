"""Pages that are fetched again: the smallest cases that once lost or invented something."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.nights.night import Desk
from tests.nights.paper import Papers, Reply, published
from tests.pipeline.archives import page
from tests.sites.living import WALL

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
FEED = "http://paper.example/feed.xml"
FERRY = "http://paper.example/2025/03/10/the-ferry-is-late"
PRINT = f"{FERRY}/print"


def outcomes(desk: Desk) -> list[tuple[str, str | None]]:
    """Return each document's outcome and reason, in the order of fetching."""
    rows: list[dict[str, Any]] = desk.ask(
        "select outcome, reason from documents order by fetched_at"
    )
    return [(row["outcome"], row["reason"]) for row in rows]


def lives(desk: Desk) -> dict[str, list[int]]:
    """Return the districts in the texts of each article's versions, by its first address.

    Only articles that `articles` shows count.
    """
    rows = desk.ask(
        "select article_id, url, text from article_versions "
        "where article_id in (select article_id from articles) order by article_id, version"
    )
    found: dict[str, tuple[str, list[int]]] = {}
    for row in rows:
        number = int(row["text"].split("district ")[1].split()[0])
        found.setdefault(row["article_id"], (row["url"], []))[1].append(number)
    return dict(found.values())


def current(desk: Desk) -> list[int]:
    rows = desk.ask("select text from articles order by article_id")
    return [int(row["text"].split("district ")[1].split()[0]) for row in rows]


def tagged(papers: Papers, url: str, number: int, tag: str, canonical: str = "") -> None:
    """Serve a story with an ETag."""
    body = page(number)
    if canonical:
        body = body.replace("<head>", f"<head><link rel='canonical' href='{canonical}'>")
    papers.replies[url] = Reply(body, headers=(("ETag", tag),))


def not_modified(papers: Papers, url: str) -> None:
    papers.replies[url] = Reply(status=304)


def test_an_article_that_two_lists_spell_differently_does_not_vanish_after_a_304(
    tmp_path: Path,
) -> None:
    with published(tmp_path) as (papers, desk):
        desk.settings["fetch"]["revisit_days"] = [1, 2, 3]
        spelled = f"{FERRY}?utm_source=rss"
        papers.feed(FEED, spelled)
        tagged(papers, spelled, 1, '"a"')
        desk.quick_night(0)
        papers.feed(FEED, FERRY)
        tagged(papers, FERRY, 2, '"b"')
        desk.quick_night(1)
        papers.feed(FEED, spelled)
        not_modified(papers, spelled)
        desk.quick_night(2)
        asked = papers.asked(spelled)[-1].conditions
    assert asked == {"If-None-Match": '"b"'}
    assert lives(desk) == {spelled: [1, 2]}
    assert current(desk) == [2]
    assert outcomes(desk) == [("loaded", None), ("revised", None), ("duplicate", "revisit")]


def test_a_revisit_at_an_address_that_only_tracking_tells_apart_is_a_duplicate(
    tmp_path: Path,
) -> None:
    with published(tmp_path) as (papers, desk):
        papers.feed(FEED, f"{FERRY}?fbclid=one")
        tagged(papers, f"{FERRY}?fbclid=one", 1, '"a"')
        desk.quick_night(0)
        papers.feed(FEED, f"{FERRY}?fbclid=two")
        not_modified(papers, f"{FERRY}?fbclid=two")
        desk.quick_night(1)
    assert outcomes(desk) == [("loaded", None), ("duplicate", "revisit")]
    rows = desk.ask("select night, unchanged, duplicate, rejected from nights order by night")
    assert tuple(rows[1].values()) == (str(date(2025, 3, 12)), 1, 1, 0)


def test_a_304_at_the_print_view_confirms_the_article_that_both_are(tmp_path: Path) -> None:
    with published(tmp_path) as (papers, desk):
        papers.feed(FEED, FERRY, PRINT)
        tagged(papers, FERRY, 1, '"a"', FERRY)
        tagged(papers, PRINT, 1, '"p"', FERRY)
        desk.quick_night(0)
        not_modified(papers, FERRY)
        not_modified(papers, PRINT)
        desk.quick_night(1)
    assert [outcome for outcome, _ in outcomes(desk)].count("duplicate") == 3
    assert current(desk) == [1]


def test_a_304_at_the_print_view_is_a_duplicate_also_where_nothing_else_was_fetched(
    tmp_path: Path,
) -> None:
    with published(tmp_path) as (papers, desk):
        desk.settings["fetch"]["revisit_days"] = [1]
        papers.feed(FEED, FERRY, PRINT)
        tagged(papers, FERRY, 1, '"a"', FERRY)
        tagged(papers, PRINT, 1, '"p"', FERRY)
        desk.quick_night(0)
        papers.replies[FERRY] = Reply(status=500)
        not_modified(papers, PRINT)
        desk.quick_night(1)
    assert outcomes(desk)[-1] == ("duplicate", "revisit")


def test_a_page_behind_a_wall_for_one_night_keeps_its_article_and_its_history(
    tmp_path: Path,
) -> None:
    with published(tmp_path) as (papers, desk):
        desk.settings["fetch"]["revisit_days"] = [1, 2, 3, 4]
        papers.feed(FEED, FERRY)
        tagged(papers, FERRY, 1, '"a"')
        desk.quick_night(0)
        papers.replies[FERRY] = Reply(WALL.decode(), headers=(("ETag", '"wall"'),))
        desk.quick_night(1)
        not_modified(papers, FERRY)
        desk.quick_night(2)
        tagged(papers, FERRY, 1, '"a"')
        desk.quick_night(3)
    assert [outcome for outcome, _ in outcomes(desk)] == [
        "loaded",
        "rejected",
        "rejected",
        "duplicate",
    ]
    assert lives(desk) == {FERRY: [1]}


def test_a_page_is_requested_with_its_own_validators_only(tmp_path: Path) -> None:
    """Check a page that redirects to a wall for one night; the wall's date is not the page's."""
    wall = "http://paper.example/consent"
    with published(tmp_path) as (papers, desk):
        desk.settings["fetch"]["revisit_days"] = [1, 2, 3]
        papers.feed(FEED, FERRY)
        tagged(papers, FERRY, 1, '"a"')
        desk.quick_night(0)
        papers.replies[FERRY] = Reply(status=302, headers=(("Location", wall),))
        dated = (("Last-Modified", "Wed, 12 Mar 2025 04:00:00 GMT"),)
        papers.replies[wall] = Reply(WALL.decode(), headers=dated)
        desk.quick_night(1)
        tagged(papers, FERRY, 2, '"b"')
        desk.quick_night(2)
        asked = papers.asked(FERRY)[-1].conditions
    assert asked.get("If-None-Match") in (None, '"a"')
    assert "If-Modified-Since" not in asked
    assert lives(desk) == {FERRY: [1, 2]}


def test_a_text_that_comes_back_by_a_304_is_a_version_again(tmp_path: Path) -> None:
    """Check two addresses of which one has a cache that still confirms the earlier text."""
    with published(tmp_path) as (papers, desk):
        papers.feed(FEED, FERRY, PRINT)
        tagged(papers, FERRY, 1, '"a"', FERRY)
        tagged(papers, PRINT, 1, '"p"', FERRY)
        desk.quick_night(0)
        papers.feed(FEED, FERRY)
        desk.settings["fetch"]["revisit_days"] = [1, 2]
        tagged(papers, FERRY, 2, '"b"', FERRY)
        papers.replies[PRINT] = Reply(status=500)
        desk.quick_night(1)
        not_modified(papers, FERRY)
        not_modified(papers, PRINT)
        desk.quick_night(2)
    damaged = desk.ask(
        "select article_id from article_versions left join superseded using (article_id, version) "
        "group by article_id having count(*) filter (superseded.version is null) <> 1"
    )
    assert damaged == []
    assert len(current(desk)) == 1


@pytest.mark.parametrize(
    "counter",
    [
        "<a class='comment-count' href='#comments'>{} comments</a>",
        "<span class='comments'>{} Comments</span>",
        "<p class='meta'>{} comments</p>",
        "<div class='share-count'>{} shares</div>",
    ],
)
def test_a_counter_of_comments_makes_no_version(tmp_path: Path, counter: str) -> None:
    with published(tmp_path) as (papers, desk):
        papers.feed(FEED, FERRY)
        for night, count in enumerate((3, 229)):
            body = page(1).replace("</h1>", f"</h1>{counter.format(count)}")
            papers.replies[FERRY] = Reply(body)
            desk.quick_night(night)
    assert [outcome for outcome, _ in outcomes(desk)] == ["loaded", "duplicate"]
    assert "omments" not in desk.texts()[FERRY]


@pytest.mark.parametrize("order", ["direct first", "redirect first"])
def test_a_304_confirms_the_newest_answer_that_had_the_validators(
    tmp_path: Path, order: str
) -> None:
    """Check a server with one ETag for all texts, where a second address redirects to the page."""
    short = "http://paper.example/s/7"
    links = (FERRY, short) if order == "direct first" else (short, FERRY)
    with published(tmp_path) as (papers, desk):
        desk.settings["fetch"] |= {"revisit_days": [1, 2, 3], "host_connections": 1}
        papers.feed(FEED, *links)
        papers.replies[short] = Reply(status=302, headers=(("Location", FERRY),))
        for night, number in enumerate((1, 2, 2)):
            reply = Reply(page(number), headers=(("ETag", '"for ever"'),))
            papers.conditional(FERRY, reply)
            desk.quick_night(night)
    # Until the redirect shows the change, a 304 can only confirm the first text.
    assert lives(desk) == {FERRY: [1, 2]}
    assert current(desk) == [2]
