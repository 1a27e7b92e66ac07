"""The nights in which an address is requested: revisits, retries, and carried-over addresses."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.nights.night import Desk
from tests.sites.many import ManySites

pytestmark = pytest.mark.timeout(240)


def nights_of(desk: Desk, where: str) -> list[int]:
    """Return the nights, counted from 1, that have attempts which meet a condition."""
    rows = desk.ask(
        f"select distinct night - date '2025-03-10' as n from fetches where {where} order by n"
    )
    return [row["n"] for row in rows]


@pytest.mark.slow
def test_articles_are_fetched_again_after_one_three_and_seven_days(tmp_path: Path) -> None:
    with ManySites(1, 2) as site:
        desk = Desk(tmp_path, site)
        old = " or ".join(f"url = '{url}'" for url in site.urls)
        for night in (0, 1, 2, 3, 4, 6, 7, 8):
            desk.quick_night(night)
            if night < 2:
                site.next_night(new=1, revised=0)
    assert nights_of(desk, f"({old}) and outcome = 'fetched'") == [1]
    assert nights_of(desk, f"({old}) and outcome = 'unchanged'") == [2, 4, 8]
    # The feed had new articles in each of three nights, and none after that.
    silent = "select last_day, silent_days, habit_days from silent_sources"
    assert desk.ask(silent) == [{"last_day": "2025-03-13", "silent_days": 6, "habit_days": 1}]


@pytest.mark.slow
def test_a_missing_night_delays_a_revisit_and_loses_none(tmp_path: Path) -> None:
    with ManySites(1, 2) as site:
        desk = Desk(tmp_path, site)
        for night in (0, 4, 5, 6, 20, 21):
            desk.quick_night(night)
    assert nights_of(desk, "kind = 'article' and outcome = 'unchanged'") == [5, 6, 21]


@pytest.mark.slow
def test_addresses_for_which_there_was_no_room_wait_and_are_then_fetched(tmp_path: Path) -> None:
    with ManySites(1, 7) as site:
        desk = Desk(tmp_path, site)
        desk.settings["fetch"] |= {"max_per_night": 3, "revisit_days": [30]}
        loaded = []
        for night in range(4):
            desk.quick_night(night)
            loaded.append(len(desk.texts()))
        assert desk.texts() == site.expected()
    assert loaded == [3, 6, 7, 7]
    assert desk.ask("select count(*) as n from discoveries where verdict = 'over_limit'") == [
        {"n": 5}  # one of them robots.txt disallows
    ]


class Broken(BaseHTTPRequestHandler):
    """A server whose feed lists a page that is gone and one that always fails."""

    def do_GET(self) -> None:
        items = ("gone", "failing")
        links = "".join(f"<item><link>http://broken.example/{one}</link></item>" for one in items)
        feed = f"<rss version='2.0'><channel>{links}</channel></rss>".encode()
        status = {"/feed.xml": 200, "/failing": 500}.get(self.path, 404)
        self.send_response(status)
        self.send_header("Content-Length", str(len(feed)))
        self.end_headers()
        self.wfile.write(feed)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


def test_temporary_failures_are_retried_for_some_nights_and_permanent_ones_are_not(
    tmp_path: Path,
) -> None:
    with ManySites(1, 1) as site, ThreadingHTTPServer(("127.0.0.1", 0), Broken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site.hosts["broken.example"] = f"127.0.0.1:{server.server_address[1]}"
        desk = Desk(tmp_path, site)
        desk.listed.write_text(
            "[[source]]\nname = 'Broken'\nhomepage = 'http://broken.example/'\n"
            "feeds = ['http://broken.example/feed.xml']\ndelay = 0\n"
        )
        desk.settings["fetch"] |= {"tries": 2, "retry_nights": 3}
        for night in range(5):
            desk.quick_night(night)
        server.shutdown()
    assert nights_of(desk, "url like '%/gone'") == [1]
    assert nights_of(desk, "url like '%/failing'") == [1, 2, 3]
    attempts = desk.ask("select max(attempt) as n from fetches where url like '%/failing'")
    assert attempts == [{"n": 2}]
    verdict = "select verdict from discoveries where night = '2025-03-14' order by verdict"
    assert desk.ask(verdict) == [], "the feed has not changed since"
