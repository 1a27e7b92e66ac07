"""Nights with hosts that respond too slowly: the other sources are not delayed."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import NamedTuple

import pytest

from tests.nights.night import Desk
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
REQUEST_SECONDS = 3.0
PAUSE = 0.3
HOSTS = ("patient", "refusing", "busy", "silent", "dripping")


class LoggedRequest(NamedTuple):
    """A request that the server received."""

    at: float
    host: str
    path: str


@dataclass(frozen=True)
class SlowHosts:
    """The address of the one server behind all slow hosts, and its requests."""

    address: str
    asked: list[LoggedRequest]


class Slow(BaseHTTPRequestHandler):
    """A server of hosts that want a pause of a day, or respond as slowly as they can."""

    protocol_version = "HTTP/1.1"
    asked: list[LoggedRequest]

    def do_GET(self) -> None:
        self.close_connection = True
        host = str(self.headers["Host"]).partition(".")[0]
        self.asked.append(LoggedRequest(time.monotonic(), host, self.path))
        with suppress(OSError):
            if self.path == "/robots.txt":
                getattr(self, f"_{host}")()
            else:
                self._feed(host)

    def _send(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _feed(self, host: str) -> None:
        links = (f"http://{host}.example/2025/03/11/story-{n}" for n in range(30))
        items = "".join(f"<item><link>{link}</link></item>" for link in links)
        self._send(200, f"<rss version='2.0'><channel>{items}</channel></rss>".encode())

    def _patient(self) -> None:
        self._send(200, b"User-agent: *\nCrawl-delay: 86400\n")

    def _pausing(self) -> None:
        self._send(200, f"User-agent: *\nCrawl-delay: {PAUSE}\n".encode())

    def _refusing(self) -> None:
        self._send(500)

    def _busy(self) -> None:
        self._send(503)

    def _silent(self) -> None:
        time.sleep(30)

    def _dripping(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"#")
            self.wfile.flush()
            time.sleep(0.1)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def slow_hosts() -> Iterator[SlowHosts]:
    asked: list[LoggedRequest] = []
    handler = type("Handler", (Slow,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield SlowHosts(f"127.0.0.1:{server.server_address[1]}", asked)
        server.shutdown()


def entry(name: str) -> str:
    home = f"http://{name}.example/"
    return (
        f"[[source]]\nname = '{name}'\nhomepage = '{home}'\nfeeds = ['{home}feed.xml']\ndelay = 0\n"
    )


def test_nine_normal_sources_are_loaded_and_the_night_ends_soon_after_them(
    tmp_path_factory: pytest.TempPathFactory, slow_hosts: SlowHosts
) -> None:
    with ManySites(9, 3) as site:
        alone = Desk(tmp_path_factory.mktemp("alone"), site)
        began = time.monotonic()
        alone.quick_night()
        seconds_alone = time.monotonic() - began
        for name in HOSTS:
            site.hosts[f"{name}.example"] = slow_hosts.address
        desk = Desk(tmp_path_factory.mktemp("beside"), site)
        desk.listed.write_text(site.sources_toml(0.0) + "\n" + "\n".join(map(entry, HOSTS)))
        desk.settings["fetch"] |= {"request_seconds": REQUEST_SECONDS, "tries": 1}
        began = time.monotonic()
        desk.quick_night()
        # If the night waited for one of the hosts, it would take minutes or a day.
        assert time.monotonic() - began < seconds_alone + REQUEST_SECONDS + 20.0
    assert desk.texts().keys() == alone.texts().keys()
    told = {
        row["source"]: (row["discovery"], row["problem"])
        for row in desk.ask("select source, discovery, problem from nights")
        if row["source"] in HOSTS
    }
    assert {name: discovery for name, (discovery, _) in told.items()} == dict.fromkeys(
        HOSTS, "failed"
    )
    assert "long_delay (the host wants 86,400 s between two requests)" in told["patient"][1]
    assert [one.path for one in slow_hosts.asked if one.host == "patient"] == ["/robots.txt"]


def test_a_slow_host_gets_as_many_requests_as_fit_and_the_rest_is_carried_over(
    tmp_path_factory: pytest.TempPathFactory, slow_hosts: SlowHosts
) -> None:
    with ManySites(1, 20, latency=0.2) as site:
        site.hosts["pausing.example"] = slow_hosts.address
        desk = Desk(tmp_path_factory.mktemp("slow"), site)
        desk.listed.write_text(site.sources_toml(0.05) + "\n" + entry("pausing"))
        desk.settings["fetch"] |= {"longest_delay": 0.2}
        desk.quick_night()
    assert len(desk.texts()) >= 20
    assert len(slow_hosts.asked) >= 5, "robots.txt, tdmrep.json, the feed, and some stories"
    gaps = [after.at - before.at for before, after in pairwise(slow_hosts.asked)]
    assert min(gaps) > PAUSE - 0.05
    query = (
        "select count(*) as n from fetches where reason = 'long_delay' and outcome = 'postponed'"
    )
    stories = [one for one in slow_hosts.asked if "story" in one.path]
    assert desk.ask(query) == [{"n": 30 - len(stories)}]


def test_lists_have_a_deadline_of_their_own(
    tmp_path_factory: pytest.TempPathFactory, slow_hosts: SlowHosts
) -> None:
    with ManySites(2, 3) as site:
        site.hosts["silent.example"] = slow_hosts.address
        desk = Desk(tmp_path_factory.mktemp("deadline"), site)
        desk.listed.write_text(site.sources_toml(0.0) + "\n" + entry("silent"))
        desk.settings["fetch"] |= {"stall_seconds": 20.0}
        desk.settings["discover"] |= {"night_seconds": 2.0}
        desk.quick_night()
    assert len(desk.texts()) == 6
    [silent] = desk.ask("select discovery, problem from nights where source = 'silent'")
    assert silent["discovery"] == "failed"
    assert "night_over (the time for lists was over (discover.night_seconds))" in silent["problem"]
