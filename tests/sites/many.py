"""Many generated publishers on loopback, with faults if wanted.

`python -m tests.sites.many --publishers 10 --size 200000` prints its port and serves until stdin
is closed.
"""

import argparse
import asyncio
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

import trustme

from tests.sites.faults import FaultChooser
from tests.sites.pages import MORNING, REACH, ROOM, Publisher, new_articles
from tests.sites.server import SeenRequest, ServerState, connections

LOOPBACK = "127.0.0.1"
WRONG_CERTIFICATE = "wrong-certificate.example"
CERTIFIED = "somebody-else.example"
# Chosen by the publisher's number; the third kind has no robots.txt. "{home}" is replaced.
ROBOTS = (
    "User-agent: *\nDisallow: /closed/\n\nSitemap: {home}sitemap.xml\n",
    "User-agent: *\nDisallow:\n\nSitemap: {home}sitemap.xml\n",
    None,
)


@dataclass(frozen=True, slots=True)
class Change:
    """The addresses that are new or revised in a night."""

    new: frozenset[str]
    revised: frozenset[str]


@dataclass
class ManySites(AbstractContextManager["ManySites"]):
    """A site of many publishers `press-00.example`, ..., served while its context is open.

    The same arguments give the same site, so another process can know what it serves.

    Attributes:
        articles: number of articles of each publisher at the beginning.
        faults: share of articles whose first or first two answers of a night are faulty.
        size: least size of an article's page in bytes.
        feed_items: number of articles in the feed, the newest; None: as many as `articles`.
        latency: seconds from a request to its answer.
        crawl_delay: in the robots.txt of publishers that have one; None: none.
        has_wrong_certificate: whether there is one more publisher with an untrusted certificate.
        hosts: "address:port" by host, for the setting `fetch.hosts`.
    """

    publishers: int = 30
    articles: int = 100
    seed: int = 1
    faults: float = 0.0
    _: KW_ONLY
    size: int = 4_000
    feed_items: int | None = None
    latency: float = 0.0
    crawl_delay: float | None = None
    has_gzip: bool = True
    has_log: bool = True
    has_wrong_certificate: bool = False
    night: date = date(2025, 3, 11)
    port: int = field(default=0, init=False)
    hosts: dict[str, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        names = [f"press-{number:02}.example" for number in range(self.publishers)]
        made = {name: self._publisher(name, number) for number, name in enumerate(names)}
        if self.has_wrong_certificate:
            made[WRONG_CERTIFICATE] = self._publisher(WRONG_CERTIFICATE, self.publishers)
        chooser = FaultChooser(self.seed, self.faults)
        self._state = ServerState(made, chooser, self.latency, self.has_gzip, self.has_log)
        self._random = Random(self.seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = threading.Event()

    def _publisher(self, host: str, number: int) -> Publisher:
        scheme = "https" if host == WRONG_CERTIFICATE else "http"
        home = f"{scheme}://{host}/"
        morning = datetime.combine(self.night, MORNING)
        robots = ROBOTS[number % len(ROBOTS)]
        if robots is not None:
            delay = "" if self.crawl_delay is None else f"Crawl-delay: {self.crawl_delay}\n"
            robots = robots.replace("\n\n", f"\n{delay}\n").format(home=home)
        return Publisher(
            host=host,
            first_number=number * ROOM,
            articles=new_articles(home, number * ROOM, self.articles, (morning - REACH, morning)),
            feed_items=self.articles if self.feed_items is None else self.feed_items,
            size=self.size,
            robots=robots,
            closed=f"{home}closed/notice" if robots and "/closed/" in robots else "",
            scheme=scheme,
        )

    def __enter__(self) -> "ManySites":
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        servers = self._loop.run_until_complete(self._listen())
        self._started.set()
        self._loop.run_forever()
        for server in servers:
            server.close()
        for connection in list(self._state.open):
            connection.transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _listen(self) -> list[asyncio.Server]:
        factory = connections(self._state)
        servers = [await self._loop.create_server(factory, LOOPBACK, 0, backlog=1_000)]
        if self.has_wrong_certificate:
            context = _wrong_context()
            servers.append(await self._loop.create_server(factory, LOOPBACK, 0, ssl=context))
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        self.port = ports[0]
        self.hosts.update(self._hosts(ports))
        return servers

    def _hosts(self, ports: Sequence[int]) -> dict[str, str]:
        """Return "address:port" by host; if there are two ports, the last one is for TLS."""
        return {
            host: f"{LOOPBACK}:{ports[-1 if host == WRONG_CERTIFICATE else 0]}"
            for host in self._state.publishers
        }

    @property
    def requests(self) -> list[SeenRequest]:
        """Return all requests so far, in the order in which they came."""
        return self._state.requests

    @property
    def shown(self) -> dict[str, Publisher]:
        """Return the publishers as they are tonight."""
        return self._state.publishers

    @property
    def urls(self) -> list[str]:
        """Return the addresses of all articles that can be fetched."""
        return list(self.expected())

    @property
    def closed(self) -> set[str]:
        """Return the addresses that feeds list and robots.txt disallows."""
        return {one.closed for one in self.shown.values() if one.closed}

    def expected(self) -> dict[str, str]:
        """Return the text of every article that can be fetched, in its present version."""
        return {
            article.url: article.text
            for publisher in self.shown.values()
            if publisher.host != WRONG_CERTIFICATE
            for article in publisher.articles
        }

    def next_night(self, new: int = 5, revised: int = 2, rolled: Sequence[str] = ()) -> Change:
        """Move to the next night: new articles, revised old ones, and new faults.

        Args:
            rolled: hosts that published more than their feed holds.
        """
        before = {one.url: one for host in self.shown.values() for one in host.articles}
        self.night += timedelta(days=1)
        evolved = {
            host: publisher.evolved(
                self.night,
                publisher.feed_items + 3 if host in rolled else new,
                revised,
                self._random,
            )
            for host, publisher in self.shown.items()
        }
        self._state.night += 1
        self._state.attempts.clear()
        self._state.publishers = evolved
        after = {one.url: one for host in evolved.values() for one in host.articles}
        changed = {url for url in before if before[url] != after[url]}
        return Change(frozenset(after.keys() - before.keys()), frozenset(changed))

    def settle(self, seconds: float = 30.0) -> None:
        """Wait until the end of every answer is noted, shortly after the client has it."""
        deadline = time.monotonic() + seconds
        while any(seen.ended is None for seen in list(self.requests)):
            if time.monotonic() > deadline:
                raise TimeoutError("An answer has not ended: does its client still wait?")
            time.sleep(0.002)

    def of(self, host: str) -> list[SeenRequest]:
        """Return the requests to one host."""
        return [seen for seen in self.requests if seen.host == host]

    def overlaps(self, host: str) -> list[tuple[SeenRequest, SeenRequest]]:
        """Return pairs of requests to a host, the second of which came too early.

        It came before the answer to the first had ended.
        """
        return [(one, two) for one, two in pairwise(self.of(host)) if two.started < _end(one)]

    def pauses(self, host: str) -> list[float]:
        """Return the seconds from the end of each answer to the next request to the host."""
        return [two.started - _end(one) for one, two in pairwise(self.of(host))]

    def sources_toml(self, delay: float = 0.0, *, with_sitemaps: bool = False) -> str:
        """Return a list of sources with all publishers."""
        return "\n".join(
            f'[[source]]\nname = "{one.host.removesuffix(".example")}"\nhomepage = "{one.home}"\n'
            f'feeds = ["{one.home}feed.xml"]\ndelay = {delay}\n'
            + (f'sitemaps = ["{one.home}sitemap.xml"]\n' if with_sitemaps else "")
            for one in self.shown.values()
        )

    def build_answers(self) -> None:
        """Build all answers in advance."""
        for publisher in self.shown.values():
            for article in publisher.articles:
                made = publisher.resource(article.path)
                assert made is not None
                assert made.packed if self.has_gzip else made.plain


def _end(seen: SeenRequest) -> float:
    return float("inf") if seen.ended is None else seen.ended


def _wrong_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(CERTIFIED).configure_cert(context)
    return context


@contextmanager
def served_by_process(site: ManySites) -> Iterator[ManySites]:
    """Serve a site from another process; that process keeps its log and its nights."""
    options = {
        "publishers": site.publishers,
        "articles": site.articles,
        "seed": site.seed,
        "faults": site.faults,
        "size": site.size,
        "feed-items": site.feed_items,
        "latency": site.latency,
    }
    given = [f"--{name}={value}" for name, value in options.items() if value is not None]
    command = [sys.executable, "-m", __name__, *given, *([] if site.has_gzip else ["--no-gzip"])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        remote = replace(site)
        remote.port = int(process.stdout.readline())
        remote.hosts.update(remote._hosts([remote.port]))
        try:
            yield remote
        finally:
            process.stdin.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publishers", type=int, default=30)
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--size", type=int, default=4_000)
    parser.add_argument("--feed-items", type=int)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--no-gzip", dest="has_gzip", action="store_false")
    site = ManySites(**vars(parser.parse_args()), has_log=False)
    site.build_answers()
    with site:
        print(site.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
