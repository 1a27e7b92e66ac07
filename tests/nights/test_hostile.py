"""Hostile feeds: every dangerous address and response ends in a row with its reason."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.nights.night import Desk
from tests.pipeline.archives import page
from tests.sites.many import ManySites

pytestmark = pytest.mark.timeout(120)
HOME = "http://hostile.example"
REFUSED = {
    "http://127.0.0.1/admin": "private_address",
    "http://2130706433/admin": "private_address",
    "http://0177.0.0.1/admin": "private_address",
    "http://[::ffff:127.0.0.1]/admin": "private_address",
    "http://169.254.169.254/latest/meta-data": "private_address",
    "http://localhost/admin": "private_address",
    "http://printer.local/status": "private_address",
    "http://user:secret@hostile.example/page": "userinfo",
    f"{HOME}/to-metadata": "private_address",
}
ANSWERS = {
    "/bomb": "bomb",
    "/endless": "too_large",
    "/drip": "timeout",
    "/loop": "redirect_loop",
    "/flood": "bad_response",
    "/nowhere": "gone",
}


class Hostile(BaseHTTPRequestHandler):
    """A server with one bad response per path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            getattr(self, f"_{self.path.strip('/').replace('-', '_').split('.')[0]}", self._none)()

    def _send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _none(self) -> None:
        self._send(404)

    def _feed(self) -> None:
        urls = [*REFUSED, *(HOME + path for path in ANSWERS), f"{HOME}/page"]
        items = "".join(f"<item><link>{escape(url)}</link></item>" for url in urls)
        self._send(200, f"<rss version='2.0'><channel>{items}</channel></rss>".encode())

    def _page(self) -> None:
        self._send(200, page(1).encode(), Content_Type="text/html; charset=utf-8")

    def _to_metadata(self) -> None:
        self._send(302, Location="http://169.254.169.254/latest/meta-data")

    def _loop(self) -> None:
        self._send(301, Location="/loop")

    def _bomb(self) -> None:
        self._send(200, gzip.compress(b"a" * 30_000_000), Content_Encoding="gzip")

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"a" * 100_000)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"a")
            self.wfile.flush()
            time.sleep(0.05)

    def _flood(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(1_000_000):
            self.wfile.write(b"X-%d: %s\r\n" % (number, b"a" * 500))

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with ManySites(1, 1) as site, ThreadingHTTPServer(("127.0.0.1", 0), Hostile) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site.hosts["hostile.example"] = f"127.0.0.1:{server.server_address[1]}"
        desk = Desk(tmp_path_factory.mktemp("hostile"), site)
        desk.listed.write_text(
            f"[[source]]\nname = 'Hostile'\nhomepage = '{HOME}/'\nfeeds = ['{HOME}/feed.xml']\n"
            "delay = 0\n"
        )
        desk.settings["fetch"] |= {"tries": 1, "request_seconds": 2.0, "page_bytes": 5_000_000}
        desk.quick_night()
        yield desk
        server.shutdown()


def rows(desk: Desk) -> dict[str, list[tuple[str, str | None]]]:
    found: dict[str, list[tuple[str, str | None]]] = {}
    for row in desk.ask("select url, outcome, reason from fetches where kind = 'article'"):
        found.setdefault(row["url"], []).append((row["outcome"], row["reason"]))
    return found


@pytest.mark.parametrize(("url", "reason"), REFUSED.items())
def test_a_forbidden_address_is_refused(desk: Desk, url: str, reason: str) -> None:
    assert rows(desk)[url] == [("refused", reason)]


@pytest.mark.parametrize(("path", "reason"), ANSWERS.items())
def test_a_hostile_answer_ends_in_one_row(desk: Desk, path: str, reason: str) -> None:
    assert rows(desk)[HOME + path] == [("failed", reason)]


def test_the_page_among_them_is_loaded(desk: Desk) -> None:
    assert [row["url"] for row in desk.ask("select url from articles")] == [f"{HOME}/page"]


def test_no_other_row_was_written(desk: Desk) -> None:
    assert len(rows(desk)) == len(REFUSED) + len(ANSWERS) + 1
    assert [
        Path(row["f"]).name
        for row in desk.ask(
            "select distinct warc_file as f from fetches where warc_file is not null"
        )
    ] == ["hostile-000.warc.gz"]
