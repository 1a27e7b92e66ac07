"""A page that was taken down leaves no byte in `raw/` when it is met at another address."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from tests.nights.night import Desk
from tests.nights.paper import Papers, Reply, published
from tests.pipeline.archives import page, write_warc
from tests.pipeline.command import ask, run
from tests.raw.warc_readers import check
from tests.takedown.every_byte import places_with

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
FEED = "http://paper.example/feed.xml"
QUARRY = "http://paper.example/2025/03/10/quarry-owner"
MOVED = "http://paper.example/2025/03/12/moved"
PRINT = "http://paper.example/print/7"
OTHER = "http://paper.example/2025/03/12/harbour"


def taken(papers: Papers, desk: Desk) -> list[str]:
    """Load the page, take it down, and return the words by which it is found."""
    papers.feed(FEED, QUARRY)
    papers.story(QUARRY, 1)
    desk.quick_night(0)
    [row] = desk.ask("select title, text from articles")
    lines = [line for line in row["text"].split("\n") if line.strip()]
    words = [QUARRY, QUARRY.removeprefix("http:"), *lines]
    assert places_with(desk.warehouse / "raw", words)
    run("takedown", QUARRY, "--reason", "asked", "--yes", "-w", desk.warehouse)
    assert places_with(desk.warehouse, words) == []
    return words


def records(warehouse: Path) -> list[str]:
    """Return the addresses of the responses in the raw zone, as fastwarc reads them."""
    found = []
    for path in sorted((warehouse / "raw").rglob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, parse_http=False):
                if record.headers.get("WARC-Type") == "response":
                    found.append(record.headers["WARC-Target-URI"])
    return found


def warcs(warehouse: Path) -> Sequence[Path]:
    return sorted((warehouse / "raw").rglob("*.warc.gz"))


def test_a_redirect_to_it_is_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    with published(tmp_path) as (papers, desk):
        words = taken(papers, desk)
        papers.feed(FEED, MOVED, OTHER)
        papers.replies[MOVED] = Reply(status=301, headers=(("Location", QUARRY),))
        papers.story(OTHER, 2)
        for night in (1, 2):
            desk.quick_night(night)
        assert places_with(desk.warehouse, words) == []
        assert set(records(desk.warehouse)) == {OTHER}
        rows = desk.ask(
            "select distinct outcome, reason, final_url from fetches where url = '" + MOVED + "'"
        )
        assert rows == [{"outcome": "refused", "reason": "taken_down", "final_url": None}]
        assert desk.ask("select url from articles") == [{"url": OTHER}]


def test_a_redirect_through_it_is_refused(tmp_path: Path) -> None:
    with published(tmp_path) as (papers, desk):
        words = taken(papers, desk)
        papers.feed(FEED, MOVED)
        papers.replies[MOVED] = Reply(status=301, headers=(("Location", QUARRY),))
        papers.replies[QUARRY] = Reply(status=301, headers=(("Location", OTHER),))
        papers.story(OTHER, 1)
        desk.quick_night(1)
        assert places_with(desk.warehouse, words) == []


def test_a_page_that_declares_its_address_is_replaced_at_the_end_of_the_night(
    tmp_path: Path,
) -> None:
    with published(tmp_path) as (papers, desk):
        words = taken(papers, desk)
        papers.feed(FEED, PRINT, OTHER)
        link = f"<head><link rel='canonical' href='{QUARRY}'>"
        papers.replies[PRINT] = Reply(page(1).replace("<head>", link))
        papers.story(OTHER, 2)
        desk.quick_night(1)
        assert desk.ask(
            "select reason from documents where outcome = 'rejected' and run_id = "
            "(select max(run_id) from runs where flow = 'nightly')"
        ) == [{"reason": "taken_down"}]
        assert places_with(desk.warehouse, words) == []
        assert set(records(desk.warehouse)) == {OTHER}
        check(*warcs(desk.warehouse))
        for row in desk.ask("select locator from articles"):
            assert run("explain", OTHER, "-w", desk.warehouse).stdout, row
        # The next night is told that the page is unchanged, or gets it again.
        desk.quick_night(2)
        assert places_with(desk.warehouse, words) == []


def test_an_import_from_ccnews_does_not_copy_it(tmp_path: Path) -> None:
    pages = {f"https://courier.example/2025/03/11/district-{n}": page(n) for n in (1, 2)}
    gone = next(iter(pages))
    (tmp_path / "cc").mkdir()
    write_warc(tmp_path / "cc" / "CC-NEWS-20250311010000-00001.warc.gz", pages, day=11)
    warehouse = tmp_path / "w"
    given = (
        "backfill",
        "--ccnews",
        tmp_path / "cc",
        "--domain",
        "courier.example",
        "-w",
        warehouse,
    )
    run(*given)
    [row] = ask(warehouse, f"select text from articles where url = '{gone}'")
    words = [gone, *(line for line in row["text"].split("\n") if "district 1" in line)]
    run("takedown", gone, "--reason", "asked", "--yes", "-w", warehouse)
    assert places_with(warehouse, words) == []
    run(*given)
    assert places_with(warehouse, words) == []
    query = "select detail from fetches where kind = 'ccnews' order by started_at, detail"
    details = [row["detail"] for row in ask(warehouse, query)]
    assert details[-1] == "1 record copied, 1 other skipped"
    check(*warcs(warehouse))


def test_a_declared_address_in_ccnews_is_replaced_when_the_import_ends(tmp_path: Path) -> None:
    gone = "https://courier.example/2025/03/11/district-1"
    link = f"<head><link rel='canonical' href='{gone}'>"
    write_warc(tmp_path / "a.warc.gz", {gone: page(1)}, day=11)
    warehouse = tmp_path / "w"
    run("ingest", tmp_path / "a.warc.gz", "-w", warehouse)
    [row] = ask(warehouse, "select text from articles")
    words = [gone, *(line for line in row["text"].split("\n") if line.strip())]
    run("takedown", gone, "--reason", "asked", "--yes", "-w", warehouse)
    later = {"https://courier.example/amp/1": page(1).replace("<head>", link)}
    (tmp_path / "cc").mkdir()
    write_warc(tmp_path / "cc" / "CC-NEWS-20250311010000-00001.warc.gz", later, day=11)
    run("backfill", "--ccnews", tmp_path / "cc", "--domain", "courier.example", "-w", warehouse)
    assert ask(
        warehouse, "select reason from documents where run_id = (select max(run_id) from documents)"
    ) == [{"reason": "taken_down"}]
    assert places_with(warehouse, words) == []
    check(*warcs(warehouse))
