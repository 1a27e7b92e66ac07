"""The web site of the demo: its server, and the pages of its two nights."""

import csv
import gzip
import http.client
import socket
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree

from config.settings import load_settings
from config.sources import load_sources
from flows.demo.server import SITE, DemoSite, serve
from tasks.process.document import process_document
from tasks.records import Article, Dropped, RawDocument
from tests.demo_corpus.build import SOURCES
from tests.demo_corpus.nights import site_files

WRITTEN_BY_HAND = {"site.toml", "sources.toml"}
AGENCY_FEED = "http://www.tpa.example/wire.atom.xml"
AGENCY_SITEMAP = "http://www.tpa.example/sitemap-2025-03.xml.gz"
REVISED = "http://www.marrowbycourier.example/news/2025/03/10/saltmarket-warehouse-fire/"
UNCHANGED = "http://www.marrowbycourier.example/sport/2025/03/09/athletic-quillhaven-derby/"
BUSY = "http://www.quillhaventide.example/people/maud-ferris-net-maker-1928-2025-8839.html"
MOVED = "http://www.quillhaventide.example/story.asp?id=8836"
Reply = tuple[int, dict[str, str], bytes]


def expected_rows() -> list[dict[str, str]]:
    with SOURCES.joinpath("nights_expected.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


PAGES = [row for row in expected_rows() if row["outcome"] in ("loaded", "revised", "rejected")]


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with serve() as running:
        yield running


def get(site: DemoSite, url: str, **headers: str) -> Reply:
    """Send one request to the host that `site.hosts` has for the address."""
    parts = urlsplit(url)
    address, _, port = site.hosts[parts.netloc].partition(":")
    connection = http.client.HTTPConnection(address, int(port), timeout=30)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers={"Host": parts.netloc, **sent})
    response = connection.getresponse()
    reply = response.status, dict(response.getheaders()), response.read()
    connection.close()
    return reply


def listed(site: DemoSite, url: str) -> set[str]:
    """Return the addresses in a feed or sitemap."""
    _, _, body = get(site, url)
    if url.endswith(".gz"):
        body = gzip.decompress(body)
    if b"<urlset" in body:
        return {element.text for element in etree.fromstring(body).iter("{*}loc")}
    feed = feedparser.parse(body)
    assert not feed.bozo, feed.bozo_exception
    return {entry.link for entry in feed.entries}


def processed(site: DemoSite, row: dict[str, str]) -> Article | Dropped:
    status, headers, body = get(site, row["url"])
    if status == 429:
        status, headers, body = get(site, row["url"])
    assert status == 200
    document = RawDocument(
        locator="page",
        position=1,
        media="html",
        body=body,
        url=row["url"],
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        charset=headers["Content-Type"].partition("charset=")[2] or None,
    )
    return process_document(document, load_settings().process)


def test_the_shipped_site_is_built_from_the_stories() -> None:
    built = dict(site_files())
    shipped = {path.relative_to(SITE).as_posix() for path in SITE.rglob("*") if path.is_file()}
    assert shipped == built.keys() | WRITTEN_BY_HAND
    for name, data in built.items():
        if not (name.endswith(".gz") and "ng" in zlib.ZLIB_RUNTIME_VERSION):
            assert (SITE / name).read_bytes() == data, name


@pytest.mark.parametrize("row", PAGES, ids=lambda row: f"{row['night']}-{row['url']}")
def test_every_page_is_processed_as_its_author_expects(row: dict[str, str]) -> None:
    with serve(night=int(row["night"])) as site:
        found = processed(site, row)
    if row["outcome"] == "rejected":
        assert isinstance(found, Dropped), found
        assert found.reason == row["reason"]
        return
    assert isinstance(found, Article), found
    assert found.title == row["title"]
    assert "; ".join(found.authors) == row["authors"]
    assert str(found.published_date) == row["published_date"]
    assert found.language == row["language"]
    assert found.url_key == row["url"].removeprefix("http:")


def test_a_story_on_three_sites_has_one_text_but_where_a_site_has_edited_it(site: DemoSite) -> None:
    rows = [row for row in PAGES if row["plant"].startswith("syndicated")]
    found = [processed(site, row) for row in rows]
    assert len({article.url_key for article in found if isinstance(article, Article)}) == 3
    texts = Counter(article.content_hash for article in found if isinstance(article, Article))
    assert sorted(texts.values()) == [1, 2]


@pytest.mark.parametrize("night", [1, 2])
def test_everything_that_a_feed_or_sitemap_lists_is_accounted_for(night: int) -> None:
    expected = {row["url"] for row in expected_rows()}
    with serve(night=night) as site:
        lists = [
            f"http://{name.partition('/')[0]}/{name.partition('/')[2]}"
            for name in site.nights[night]
            if name.endswith((".xml", ".xml.gz")) and "sitemaps.xml" not in name
        ]
        assert len(lists) == 9
        for address in lists:
            assert listed(site, address) <= expected | {MOVED}, address


def test_a_second_visit_to_an_unchanged_page_or_feed_is_answered_by_304(site: DemoSite) -> None:
    for url in (UNCHANGED, AGENCY_FEED, "http://skerrownotes.example/feed.json"):
        status, headers, body = get(site, url)
        assert (status, bool(body)) == (200, True)
        assert get(site, url, If_None_Match=headers["ETag"])[0] == 304
        assert get(site, url, If_Modified_Since=headers["Last-Modified"])[0] == 304
        assert get(site, url, If_None_Match='"other"')[0] == 200


def test_on_the_second_night_only_what_changed_is_sent_again(site: DemoSite) -> None:
    tags = {url: get(site, url)[1]["ETag"] for url in (REVISED, UNCHANGED, AGENCY_FEED)}
    site.show_night(2)
    statuses = {url: get(site, url, If_None_Match=tag)[0] for url, tag in tags.items()}
    assert statuses == {REVISED: 200, UNCHANGED: 304, AGENCY_FEED: 200}


def test_pages_of_the_second_night_are_not_there_on_the_first(site: DemoSite) -> None:
    later = [row["url"] for row in PAGES if row["night"] == "2" and row["outcome"] == "loaded"]
    assert {get(site, url)[0] for url in later} == {404}
    site.show_night(2)
    assert {get(site, url)[0] for url in later} == {200}


def test_a_feed_loses_items_and_its_sitemap_has_them(site: DemoSite) -> None:
    first = listed(site, AGENCY_FEED)
    site.show_night(2)
    second = listed(site, AGENCY_FEED)
    lost = listed(site, AGENCY_SITEMAP) - first - second
    assert not first & second
    assert lost == {row["url"] for row in PAGES if "rolled over" in row["plant"]}
    assert len(lost) == 2


def test_a_busy_page_asks_to_wait_once(site: DemoSite) -> None:
    status, headers, _ = get(site, BUSY)
    assert (status, headers["Retry-After"]) == (429, "1")
    assert get(site, BUSY)[0] == 200


def test_an_old_address_leads_to_the_new_one(site: DemoSite) -> None:
    status, headers, _ = get(site, MOVED)
    assert status == 301
    assert get(site, f"http://www.quillhaventide.example{headers['Location']}")[0] == 200


def test_robots_txt_names_a_delay_a_sitemap_and_a_page_that_the_feed_lists(site: DemoSite) -> None:
    assert b"Crawl-delay: 0.2" in get(site, "http://skerrownotes.example/robots.txt")[2]
    robots = get(site, "http://www.marrowbycourier.example/robots.txt")[2].decode()
    assert "Disallow: /notices/" in robots
    assert "Sitemap: http://www.marrowbycourier.example/sitemap.xml" in robots
    feed = listed(site, "http://www.marrowbycourier.example/feed.xml")
    assert any("/notices/" in url for url in feed)
    assert get(site, "http://www.brackenford-journal.example/robots.txt")[0] == 404


def test_one_publisher_compresses_and_one_reserves_data_mining(site: DemoSite) -> None:
    _, headers, body = get(site, UNCHANGED, Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == get(site, UNCHANGED)[2]
    _, headers, _ = get(
        site, "http://www.gazette-ombrine.example/culture/concours-silence-vaucelin"
    )
    assert headers["tdm-reservation"] == "1"


def test_the_dead_publisher_refuses_connections(site: DemoSite) -> None:
    address, _, port = site.hosts["www.combe-echo.example"].partition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, int(port)), timeout=30)


def test_no_file_outside_the_site_is_served(site: DemoSite) -> None:
    for path in (
        "/../../site.toml",
        "/../sources.toml",
        "/%2e%2e/%2e%2e/site.toml",
        "//etc/passwd",
    ):
        assert get(site, f"http://www.tpa.example{path}")[0] == 404


def test_each_request_is_recorded_with_its_host_path_and_status(site: DemoSite) -> None:
    get(site, MOVED, User_Agent="Somebody/1.0")
    (seen,) = site.requests
    assert (seen.host, seen.path, seen.status) == (
        "www.quillhaventide.example",
        "/story.asp?id=8836",
        301,
    )
    assert seen.headers["User-Agent"] == "Somebody/1.0"


def test_the_list_of_sources_names_every_publisher_that_is_served(site: DemoSite) -> None:
    sources = load_sources(SITE / "sources.toml")
    assert {urlsplit(source.homepage).netloc for source in sources} == site.hosts.keys()
    assert {source.name for source in sources} == {row["source"] for row in expected_rows()}
    for source in sources:
        for feed in source.feeds:
            if "combe-echo" not in feed:
                assert get(site, feed)[0] == 200


def test_the_folder_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in Path(SITE).rglob("*") if path.is_file()) < 1_000_000
