"""The web server of the demo: it serves the files of all publishers on loopback, by Host header.

The site's folder has a folder per night and the file `site.toml`. The folder of a later night holds
only the files that changed. `site.toml` describes what hosts do besides serving files.
"""

import asyncio
import hashlib
import socket
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path

from aiohttp import web

SITE = Path(__file__).with_name("site")
LOOPBACK = "127.0.0.1"
LAST_MODIFIED = {1: "Tue, 11 Mar 2025 08:30:00 GMT", 2: "Wed, 12 Mar 2025 19:40:00 GMT"}
TYPES = {
    ".xml": "application/xml",
    ".json": "application/feed+json",
    ".txt": "text/plain; charset=utf-8",
    ".gz": "application/gzip",
}
RETRY_AFTER = "1"


@dataclass(frozen=True, slots=True)
class _Request:
    """A request with the status of its response; `at` is a time of `time.monotonic`."""

    at: float
    host: str
    path: str
    headers: dict[str, str]
    status: int


@dataclass(frozen=True, slots=True)
class HostBehaviour:
    """The behaviour of a host besides serving files; `site.toml` explains the keys."""

    gzip: bool = False
    moved: dict[str, str] = field(default_factory=dict)
    busy: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    html: str = "text/html; charset=utf-8"
    is_dead: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    """A file with its validators, as it is served."""

    body: bytes
    etag: str
    modified: str


@dataclass(slots=True)
class DemoSite:
    """The running site.

    Attributes:
        behaviours: the behaviour of hosts, by host; hosts without an entry only serve files.
        nights: the pages of each night, by night from 1 and file name.
        current: the night that is shown.
        hosts: "address:port" of each publisher, by host, for the setting `fetch.hosts`.
        requests: all requests so far, in order.
        asked: the addresses that have answered "busy" once.
    """

    behaviours: dict[str, HostBehaviour]
    nights: dict[int, dict[str, _Page]]
    current: int
    port: int = 0
    hosts: dict[str, str] = field(default_factory=dict)
    requests: list[_Request] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def show_night(self, number: int) -> None:
        """Show the pages of a night from now on; nights count from 1."""
        self.current = number

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Return the response to any request, and record the request."""
        host = request.host.partition(":")[0].lower()
        response = self._respond(request, host)
        self.requests.append(
            _Request(
                time.monotonic(), host, request.path_qs, dict(request.headers), response.status
            )
        )
        return response

    def _respond(self, request: web.Request, host: str) -> web.Response:
        path = request.path_qs
        behaviour = self.behaviours.get(host, HostBehaviour())
        if path in behaviour.moved:
            return web.Response(status=301, headers={"Location": behaviour.moved[path]})
        if path in behaviour.busy and host + path not in self.asked:
            self.asked.add(host + path)
            return web.Response(status=429, headers={"Retry-After": RETRY_AFTER})
        page = self.nights[self.current].get(file_name(host, path))
        if page is None:
            return web.Response(status=404, text="There is no such page here.\n")
        return _page_response(request, page, path, behaviour)


def file_name(host: str, path: str) -> str:
    """Return the name of the file that answers an address.

    "?" becomes "@", because not every system allows "?" in a file name.
    """
    name = f"{host}{path}".replace("?", "@")
    if name.endswith("/"):
        return f"{name}index.html"
    return name if Path(name).suffix in {*TYPES, ".html"} else f"{name}.html"


@contextmanager
def serve(folder: Path = SITE, night: int = 1) -> Iterator[DemoSite]:
    """Serve the site on a free port of 127.0.0.1 from a thread, until the context ends.

    Args:
        folder: the site's folder.
        night: the night that is shown first.
    """
    site = DemoSite(_behaviours(folder), _nights(folder), night)
    started = threading.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_run, args=(loop, site, started), daemon=True)
    with socket.socket() as closed:
        closed.bind((LOOPBACK, 0))  # bound but not listening, so connections are refused
        thread.start()
        started.wait()
        for host in _hosts(site):
            port = closed.getsockname()[1] if _is_dead(site, host) else site.port
            site.hosts[host] = f"{LOOPBACK}:{port}"
        try:
            yield site
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


def _run(loop: asyncio.AbstractEventLoop, site: DemoSite, started: threading.Event) -> None:
    asyncio.set_event_loop(loop)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    loop.run_until_complete(_listen(runner, site))
    started.set()
    loop.run_forever()
    loop.run_until_complete(runner.cleanup())
    loop.close()


async def _listen(runner: web.AppRunner, site: DemoSite) -> None:
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, 0).start()
    site.port = runner.addresses[0][1]


def _page_response(
    request: web.Request, page: _Page, path: str, behaviour: HostBehaviour
) -> web.Response:
    headers = {"ETag": page.etag, "Last-Modified": page.modified} | behaviour.headers
    if _is_unchanged(request, page):
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = TYPES.get(Path(path.partition("?")[0]).suffix, behaviour.html)
    response = web.Response(body=page.body, headers=headers)
    if behaviour.gzip:
        response.enable_compression()
    return response


def _is_unchanged(request: web.Request, page: _Page) -> bool:
    """Return whether a request's validators match the page.

    If-None-Match has precedence over If-Modified-Since (RFC 9110, 13.2.2).
    """
    if tags := request.headers.get("If-None-Match"):
        return page.etag in (tag.strip() for tag in tags.split(","))
    since = request.headers.get("If-Modified-Since")
    return since is not None and parsedate_to_datetime(page.modified) <= parsedate_to_datetime(
        since
    )


def _behaviours(folder: Path) -> dict[str, HostBehaviour]:
    written = tomllib.loads(folder.joinpath("site.toml").read_text("utf-8"))
    return {host: HostBehaviour(**keys) for host, keys in written.items()}


def _nights(folder: Path) -> dict[int, dict[str, _Page]]:
    nights: dict[int, dict[str, _Page]] = {}
    before: dict[str, _Page] = {}
    for night, modified in LAST_MODIFIED.items():
        root = folder / str(night)
        files = (path for path in sorted(root.rglob("*")) if path.is_file())
        before = before | {
            path.relative_to(root).as_posix(): _read(path, modified) for path in files
        }
        nights[night] = before
    return nights


def _read(path: Path, modified: str) -> _Page:
    body = path.read_bytes()
    return _Page(body, f'"{hashlib.sha256(body).hexdigest()[:16]}"', modified)


def _hosts(site: DemoSite) -> list[str]:
    serving = {name.partition("/")[0] for pages in site.nights.values() for name in pages}
    return sorted(serving | site.behaviours.keys())


def _is_dead(site: DemoSite, host: str) -> bool:
    return site.behaviours.get(host, HostBehaviour()).is_dead
