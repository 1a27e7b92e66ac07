"""Politeness, measured at the server: pauses, retries, robots.txt, conditional requests."""

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import ClassVar

import pytest

from flows.demo.server import serve
from tests.jobs.site import write_config
from tests.nights.night import FIRST, Desk
from tests.pipeline.archives import page
from tests.pipeline.command import ask, run
from tests.sites.many import ManySites
from tests.sites.server import SeenRequest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
DELAY = 0.05
CRAWL_DELAY = 0.15


@pytest.fixture(scope="module")
def polite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManySites]:
    """Run two nights at hosts with a delay, of which a tenth of the responses are faulty."""
    with ManySites(3, 8, faults=0.2, crawl_delay=CRAWL_DELAY) as site:
        desk = Desk(tmp_path_factory.mktemp("polite"), site, delay=DELAY)
        desk.quick_night(0)
        site.next_night(new=2, revised=1)
        desk.quick_night(1)
        site.settle()
        yield site


@pytest.mark.parametrize("host", [f"press-{number:02}.example" for number in range(3)])
def test_a_host_gets_one_request_at_a_time_and_never_too_soon(polite: ManySites, host: str) -> None:
    seen = polite.of(host)
    assert len(seen) > 20
    assert not polite.overlaps(host)
    # Measured from start to start, because the server may record the end of a response late.
    gaps = [two.started - one.started for one, two in pairwise(seen)]
    assert min(gaps) >= DELAY
    assert median(polite.pauses(host)) >= DELAY
    if any(one.path == "/robots.txt" and one.status == 200 for one in seen):
        # Once a night the delay is unknown: before robots.txt has been read.
        unaware = sum(one.path == "/robots.txt" for one in seen)
        assert sorted(gaps)[2 * unaware] >= CRAWL_DELAY


def test_robots_txt_is_requested_once_a_night_and_disallowed_pages_never(polite: ManySites) -> None:
    asked = Counter(seen.host for seen in polite.requests if seen.path == "/robots.txt")
    assert set(asked.values()) == {2}
    assert not [seen for seen in polite.requests if seen.path.startswith("/closed/")]


def test_retry_after_is_obeyed_and_the_page_is_fetched(tmp_path: Path) -> None:
    busy = "/people/maud-ferris-net-maker-1928-2025-8839.html"
    with serve() as site:
        config = write_config(tmp_path, site)
        run("fetch", "Quillhaven Tide", "--night", str(FIRST), "-w", tmp_path, "--config", config)
        asked = [seen for seen in site.requests if seen.path == busy]
        host = [seen for seen in site.requests if seen.host == asked[0].host]
    assert [seen.status for seen in asked] == [429, 200]
    after = [seen.at for seen in host if seen.at > asked[0].at]
    assert min(after) - asked[0].at >= 1.0, "the whole host is left alone meanwhile"


def test_an_unchanged_feed_is_sent_again_only_for_the_forced_visit(
    tmp_path: Path,
) -> None:
    def feed_answers(seen: list[SeenRequest]) -> list[tuple[bool, int | None]]:
        return [(one.is_conditional, one.status) for one in seen if one.path == "/feed.xml"]

    with ManySites(1, 2) as site:
        desk = Desk(tmp_path / "desk", site)
        desk.settings["discover"]["force_visits"] = 2
        for night in range(5):
            desk.quick_night(night)
        answers = feed_answers(site.requests)
    assert answers == [(False, 200), (True, 304), (True, 304), (False, 200), (True, 304)]
    rows = ask(
        desk.warehouse,
        "select outcome, status from fetches where kind = 'feed' order by started_at",
    )
    assert [(row["outcome"], row["status"]) for row in rows] == [
        ("fetched", 200),
        ("unchanged", 304),
        ("unchanged", 304),
        ("unchanged", 200),
        ("unchanged", 304),
    ]


class Stumbling(BaseHTTPRequestHandler):
    """A server whose first robots.txt and first feed fail; the second requests succeed."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        is_first = self.path not in self.asked
        self.asked.append(self.path)
        status, body = 200, page(1)
        if self.path == "/robots.txt":
            status, body = (503 if is_first else 200), "User-agent: *\nDisallow: /closed"
        elif self.path == "/feed.xml":
            status = 500 if is_first else 200
            link = "<item><link>http://stumbling.example/2025/03/10/story-one</link></item>"
            body = f"<rss version='2.0'><channel>{link}</channel></rss>"
        elif self.path.startswith("/.well-known"):
            status = 404
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


def test_a_robots_txt_or_feed_that_fails_once_is_requested_again_in_the_same_night(
    tmp_path: Path,
) -> None:
    with ManySites(1, 1) as site, ThreadingHTTPServer(("127.0.0.1", 0), Stumbling) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site.hosts["stumbling.example"] = f"127.0.0.1:{server.server_address[1]}"
        desk = Desk(tmp_path, site)
        desk.listed.write_text(
            "[[source]]\nname = 'Stumbling'\nhomepage = 'http://stumbling.example/'\n"
            "feeds = ['http://stumbling.example/feed.xml']\ndelay = 0\n"
        )
        desk.quick_night()
        server.shutdown()
    assert desk.ask("select count(*) as n from articles") == [{"n": 1}]
    reasons = "select distinct reason from fetches where kind = 'feed' and outcome <> 'fetched'"
    found = {row["reason"] for row in desk.ask(reasons)}
    assert found == {"robots_unreachable", "server_error"}
