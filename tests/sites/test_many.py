"""Properties of the generated sites that tests and benchmarks rely on."""

import asyncio
import gzip
import http.client
import socket
import ssl
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import feedparser
import pytest
from lxml import etree

from config.settings import load_settings
from config.sources import load_sources
from tasks.process.document import process_document
from tasks.records import Article, RawDocument
from tests.sites.faults import STATUSES, Fault, FaultChooser
from tests.sites.many import WRONG_CERTIFICATE, ManySites, served_by_process

GZIP = {"Accept-Encoding": "gzip"}
PATIENT = 30.0  # seconds
HASTY = 0.5  # seconds; for answers that may stall
Reply = tuple[int, dict[str, str], bytes]


@pytest.fixture
def site() -> Iterator[ManySites]:
    with ManySites(publishers=3, articles=8, feed_items=5) as running:
        yield running


def get(
    site: ManySites, url: str, headers: dict[str, str] | None = None, seconds: float = PATIENT
) -> Reply:
    """Make one request on a new connection; return the body as sent."""
    parts = urlsplit(url)
    address, _, port = site.hosts[parts.netloc].partition(":")
    connection = http.client.HTTPConnection(address, int(port), timeout=seconds)
    try:
        connection.request("GET", parts.path, headers={"Host": parts.netloc, **(headers or {})})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def fetched(site: ManySites, url: str, seconds: float) -> bytes | None:
    """Return the content of an answer in which a careful client finds no fault, else None."""
    try:
        status, headers, body = get(site, url, GZIP, seconds)
        packed = headers.get("Content-Encoding") == "gzip"
        content = gzip.decompress(body) if packed else body
    except (OSError, http.client.HTTPException, EOFError, zlib.error):
        return None
    return content if status == 200 else None


def listed(site: ManySites, url: str) -> set[str]:
    """Return the addresses in a feed or sitemap."""
    body = get(site, url)[2]
    if b"<urlset" in body:
        return {element.text for element in etree.fromstring(body).iter("{*}loc")}
    feed = feedparser.parse(body)
    assert not feed.bozo
    return {entry.link for entry in feed.entries}


def text_of(body: bytes, url: str) -> str:
    document = RawDocument(
        locator="page",
        position=1,
        media="html",
        body=body,
        url=url,
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    found = process_document(document, load_settings().process)
    assert isinstance(found, Article)
    return found.text


@pytest.mark.parametrize("size", [0, 200_000])
def test_pages_hold_the_expected_texts_which_are_all_different(size: int) -> None:
    with ManySites(publishers=2, articles=4, size=size) as site:
        expected = site.expected()
        assert len(expected) == len(set(expected.values())) == 8
        for url, text in expected.items():
            status, _, body = get(site, url)
            assert (status, len(body) >= size) == (200, True)
            assert text_of(body, url) == text


def test_a_feed_lists_the_newest_articles_and_a_sitemap_all(site: ManySites) -> None:
    for publisher in site.shown.values():
        newest = {article.url for article in publisher.newest}
        assert len(newest) == 5
        assert listed(site, f"{publisher.home}feed.xml") - {publisher.closed} == newest
        every = {article.url for article in publisher.articles}
        assert listed(site, f"{publisher.home}sitemap.xml") == every
        front = get(site, publisher.home)[2]
        assert b"/feed.xml" in front


def test_robots_txt_closes_a_page_that_a_feed_lists(site: ManySites) -> None:
    (closed,) = site.closed
    home = closed.removesuffix("closed/notice")
    assert b"Disallow: /closed/" in get(site, f"{home}robots.txt")[2]
    assert closed in listed(site, f"{home}feed.xml")
    assert closed not in site.expected()
    assert get(site, "http://press-02.example/robots.txt")[0] == 404


def test_conditional_requests_are_answered_by_304_until_the_page_changes(site: ManySites) -> None:
    urls = [*site.urls, "http://press-01.example/feed.xml"]
    tags = {url: get(site, url)[1]["ETag"] for url in urls}
    assert {get(site, url, {"If-None-Match": tag})[0] for url, tag in tags.items()} == {304}
    dated = get(site, urls[0])[1]["Last-Modified"]
    assert get(site, urls[0], {"If-Modified-Since": dated})[0] == 304
    change = site.next_night(new=1, revised=2)
    assert (len(change.new), len(change.revised)) == (3, 6)
    answers = {url: get(site, url, {"If-None-Match": tag})[0] for url, tag in tags.items()}
    assert {url for url, status in answers.items() if status == 200} == change.revised | {urls[-1]}
    assert sum(seen.is_conditional for seen in site.requests) == 2 * len(urls) + 1


def test_a_rolled_over_feed_shares_nothing_with_the_night_before(site: ManySites) -> None:
    homes = {host: f"http://{host}/" for host in ("press-00.example", "press-01.example")}
    before = {host: listed(site, f"{home}feed.xml") for host, home in homes.items()}
    site.next_night(new=2, revised=0, rolled=["press-01.example"])
    after = {host: listed(site, f"{home}feed.xml") for host, home in homes.items()}
    assert before["press-00.example"] & after["press-00.example"]
    assert not before["press-01.example"] & after["press-01.example"]
    lost = listed(site, "http://press-01.example/sitemap.xml") - after["press-01.example"]
    # Articles of this night that were never in the feed.
    assert len(lost - before["press-01.example"]) == 3 + 3


def test_compressed_and_plain_answers_have_the_same_content() -> None:
    with ManySites(publishers=1, articles=2, size=50_000) as site:
        for url in [*site.urls, "http://press-00.example/feed.xml"]:
            _, headers, body = get(site, url, GZIP)
            assert headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(body) == get(site, url)[2]


def faulty_address(site: ManySites, fault: Fault) -> str:
    chooser = FaultChooser(site.seed, site.faults)
    return next(
        url for url in site.urls if chooser.fault(0, url.removeprefix("http://"), 0) is fault
    )


@pytest.fixture(scope="module")
def faulty() -> Iterator[ManySites]:
    with ManySites(publishers=4, articles=100, faults=1.0) as running:
        yield running


@pytest.mark.parametrize("fault", list(Fault))
def test_a_careful_client_notices_each_fault_and_the_third_attempt_succeeds(
    faulty: ManySites, fault: Fault
) -> None:
    url = faulty_address(faulty, fault)
    attempts = [fetched(faulty, url, seconds) for seconds in (HASTY, HASTY, PATIENT)]
    assert attempts[0] is None
    assert attempts[2] is not None
    assert text_of(attempts[2], url) == faulty.expected()[url]
    seen = [one for one in faulty.requests if url == f"http://{one.host}{one.path}"]
    assert seen[0].fault is fault
    assert (seen[0].status >= 500) == (fault in STATUSES)
    faulty.settle()
    assert None not in {one.ended for one in seen}


def test_a_tenth_of_the_addresses_is_faulty_by_seed_and_night() -> None:
    addresses = [f"press.example/{number}" for number in range(2_000)]

    def chosen(seed: int, night: int) -> dict[str, Fault]:
        chooser = FaultChooser(seed, 0.1)
        faults = {address: chooser.fault(night, address, 0) for address in addresses}
        return {address: fault for address, fault in faults.items() if fault}

    first = chosen(1, 0)
    assert 150 < len(first) < 250
    assert set(first.values()) == set(Fault)
    assert chosen(1, 0) == first
    assert chosen(2, 0) != first
    assert chosen(1, 1) != first
    assert not any(FaultChooser(1, 1.0).fault(0, address, 2) for address in addresses)


def test_a_keep_alive_connection_serves_one_request_after_the_other(site: ManySites) -> None:
    request = "GET /feed.xml HTTP/1.1\r\nHost: press-01.example\r\n{}\r\n"
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        both = request.format("") + request.format("Connection: close\r\n")
        connection.sendall(both.encode())
        received = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert received.count(b"HTTP/1.1 200 OK") == 2
    site.settle()
    assert site.overlaps("press-01.example") == []


def test_concurrent_requests_are_distinguished_from_consecutive_ones() -> None:
    with ManySites(publishers=2, articles=2, latency=0.05) as site:
        asyncio.run(_ask_twice(site, "press-00.example", at_once=True))
        asyncio.run(_ask_twice(site, "press-01.example", at_once=False))
        site.settle()
        assert len(site.overlaps("press-00.example")) == 1
        assert site.overlaps("press-01.example") == []
        (pause,) = site.pauses("press-01.example")
        assert pause >= 0
        first, second = site.of("press-01.example")
        assert second.started - first.started >= site.latency


async def _ask_twice(site: ManySites, host: str, *, at_once: bool) -> None:
    async with aiohttp.ClientSession() as session:
        if at_once:
            await asyncio.gather(_ask(session, site, host), _ask(session, site, host))
            return
        for _ in range(2):
            await _ask(session, site, host)


async def _ask(session: aiohttp.ClientSession, site: ManySites, host: str) -> None:
    address = f"http://{site.hosts[host]}/feed.xml"
    async with session.get(address, headers={"Host": host}) as response:
        assert response.status == 200
        await response.read()


def test_the_wrong_certificate_is_refused() -> None:
    with ManySites(publishers=1, articles=1, has_wrong_certificate=True) as site:
        address, _, port = site.hosts[WRONG_CERTIFICATE].partition(":")
        with (
            socket.create_connection((address, int(port)), timeout=30) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            ssl.create_default_context().wrap_socket(plain, server_hostname=WRONG_CERTIFICATE)
        assert not any(WRONG_CERTIFICATE in url for url in site.expected())
        assert site.shown[WRONG_CERTIFICATE].home.startswith("https://")


def test_another_process_serves_the_same_site() -> None:
    here = ManySites(publishers=2, articles=3, seed=4, size=10_000)
    with served_by_process(here) as there:
        for url, text in here.expected().items():
            assert text_of(get(there, url)[2], url) == text
        port = there.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=30)


def test_the_list_of_sources_is_valid(site: ManySites, tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(site.sources_toml(0.1, with_sitemaps=True), "utf-8")
    sources = load_sources(path)
    assert [source.name for source in sources] == ["press-00", "press-01", "press-02"]
    for source in sources:
        for address in (*source.feeds, *source.sitemaps):
            assert listed(site, address)


def test_a_stall_ends_with_the_client(faulty: ManySites) -> None:
    url = faulty_address(faulty, Fault.STALL)
    with suppress(OSError, http.client.HTTPException):
        get(faulty, url, seconds=HASTY)
    faulty.settle()
    seen = next(one for one in faulty.requests if one.fault is Fault.STALL)
    assert seen.status == 0
    assert seen.ended is not None
    assert seen.ended - seen.started >= HASTY / 2
