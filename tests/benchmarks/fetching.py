"""Pages per second of fetching, against plain aiohttp and httpx, and the cost of each part.

The client has one core and the server another. Pages have 200 kB, and there is no delay. All
variants request the same pages in the same run, in turns. News sites send their pages compressed,
and all variants decompress them. Uncompressed pages are the worst case for variants that store the
bytes.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import aiohttp
import httpx

from config.settings import FetchSettings, load_settings
from config.sources import Source
from tasks.fetch.attempts import AttemptLog
from tasks.fetch.fetcher import Fetcher, user_agent
from tasks.fetch.orders import FetchOrder
from tasks.fetch.page import PageFetcher
from tasks.fetch.target import Target
from tasks.raw.warc_files import StoredRecord, WarcFiles
from tasks.raw.warc_records import page_exchange
from tasks.web.exchange import Answer, Evidence
from tests.sites.many import ManySites, served_by_process

SIZE = 200_000
PUBLISHERS = 4
ARTICLES = 100
AT_ONCE = 32
ROUNDS = 5

Fetch = Callable[[str], Awaitable[int]]


class Nowhere(WarcFiles):
    """A raw zone that stores no bytes, to show the cost of everything but storing."""

    def write_page(self, answer: Answer, evidence: Evidence) -> StoredRecord:
        return StoredRecord("nowhere", 0, 0, 0, "urn:none", None)


class Uncompressed(WarcFiles):
    """WARC files without compression, to show the cost of compressing."""

    def write_page(self, answer: Answer, evidence: Evidence) -> StoredRecord:
        return self.write(page_exchange(answer, evidence, compress=bytes))


def report(folder: Path) -> None:
    """Print a table of pages per second and milliseconds per page."""
    for has_gzip in (True, False):
        site = ManySites(PUBLISHERS, ARTICLES, size=SIZE, has_gzip=has_gzip, has_log=False)
        with served_by_process(site) as running, _on_one_core():
            sent = "compressed by gzip" if has_gzip else "as they are"
            print(f"\nPages of {SIZE // 1000} kB, sent {sent}")
            asyncio.run(_compare(running, folder / str(has_gzip)))


@contextmanager
def _on_one_core() -> Iterator[None]:
    """Bind this process to one core; the server was started before and may use the others."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


async def _compare(site: ManySites, folder: Path) -> None:
    fetch = load_settings().fetch.model_copy(
        update={"hosts": dict(site.hosts), "delay": 0.0, "host_connections": AT_ONCE // PUBLISHERS}
    )
    urls = site.urls
    rates: dict[str, list[float]] = {}
    async with (
        aiohttp.ClientSession() as session,
        httpx.AsyncClient(limits=httpx.Limits(max_connections=AT_ONCE)) as client,
        Fetcher(fetch, user_agent=user_agent("")) as fetcher,
    ):
        variants = dict(_variants(site, folder, fetch, (session, client, fetcher)))
        for number in range(ROUNDS + 1):
            for name, variant in variants.items():
                if name != "httpx" or number < 3:
                    rate = await _rate(variant, urls if name != "httpx" else urls[:100])
                    rates.setdefault(name, []).extend([rate] if number else [])  # 0 warms up
    _print({name: median(found) for name, found in rates.items()})


def _variants(
    site: ManySites,
    folder: Path,
    settings: FetchSettings,
    clients: tuple[aiohttp.ClientSession, httpx.AsyncClient, Fetcher],
) -> Iterator[tuple[str, Fetch]]:
    session, client, fetcher = clients

    async def plain_aiohttp(url: str) -> int:
        at, host = _direct(url, site)
        async with session.get(at, headers={"Host": host}) as response:
            return len(await response.read())

    async def plain_httpx(url: str) -> int:
        at, host = _direct(url, site)
        return len((await client.get(at, headers={"Host": host})).content)

    async def checked(url: str) -> int:
        return len((await fetcher.fetch(FetchOrder(url))).content)

    yield "aiohttp", plain_aiohttp
    yield "httpx", plain_httpx
    yield "Fetcher: checks, robots, turns", checked
    yield (
        "+ rights, attempts, log: no bytes kept",
        _stored(folder / "no", Nowhere, settings, fetcher),
    )
    yield (
        "+ WARC records on disk, uncompressed",
        _stored(folder / "plain", Uncompressed, settings, fetcher),
    )
    yield "+ compression: all of fetching", _stored(folder / "gzip", WarcFiles, settings, fetcher)


def _stored(
    folder: Path, kind: type[WarcFiles], settings: FetchSettings, fetcher: Fetcher
) -> Fetch:
    source = Source(name="Benchmark", homepage="http://press-00.example/")
    log = AttemptLog(folder / "attempts.jsonl")
    pages = PageFetcher(source, settings, fetcher, kind(folder, "benchmark", 10**9), "raw")

    async def stored(url: str) -> int:
        attempt = await pages.attempt(Target("Benchmark", url, url, "new"), 1)
        log.add(attempt)
        return attempt.content_bytes or 0

    return stored


def _direct(url: str, site: ManySites) -> tuple[str, str]:
    parts = urlsplit(url)
    return f"http://{site.hosts[parts.netloc]}{parts.path}", parts.netloc


async def _rate(fetch: Fetch, urls: Sequence[str]) -> float:
    """Return the pages per second of a variant."""
    waiting = iter(urls)

    async def worker() -> None:
        for url in waiting:
            assert await fetch(url) >= SIZE

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return len(urls) / (time.perf_counter() - started)


def _print(rates: dict[str, float]) -> None:
    base = rates["aiohttp"]
    print(f"{'':38} {'pages/s':>8} {'ms/page':>8} {'of aiohttp':>11}")
    for name, rate in rates.items():
        print(f"{name:38} {rate:8.0f} {1000 / rate:8.2f} {base / rate:10.2f}×")
