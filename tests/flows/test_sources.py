"""`broadsheet sources`: feeds are found, entries are written, and bad entries are refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import UsageError
from config.sources import load_sources
from flows.demo.server import DemoSite, serve
from tests.jobs.site import write_config
from tests.pipeline.command import run

COMMENTED = """# The papers that we read.
[[source]]
name = "Marrowby Courier"   # since 2019
homepage = "http://www.marrowbycourier.example/"
"""
OPML = b"""<?xml version="1.0"?>
<!DOCTYPE opml [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
<opml version="2.0"><body><outline text="Coast">
  <outline type="rss" text="Bote" htmlUrl="http://www.hohenlisker-bote.example/"
    xmlUrl="http://www.hohenlisker-bote.example/atom.xml"/>
  <outline type="rss" text="Bote: sport" htmlUrl="http://www.hohenlisker-bote.example/"
    xmlUrl="http://www.hohenlisker-bote.example/sport.xml"/>
  <outline type="rss" text="Courier" xmlUrl="http://www.marrowbycourier.example/feed.xml"/>
  <outline type="rss" text="&secret;" xmlUrl="ftp://www.tpa.example/feed"/>
</outline></body></opml>
"""


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with serve() as running:
        yield running


def test_check_prints_the_lists_of_each_source_and_its_problems(
    site: DemoSite, tmp_path: Path
) -> None:
    config = write_config(tmp_path, site)
    done = run("sources", "check", "--config", config, status=1)
    courier = done.stdout.partition("Marrowby Courier")[2].partition("Quillhaven Tide")[0]
    assert "robots.txt: allows the homepage" in courier
    assert (
        "feed: http://www.marrowbycourier.example/feed.xml  10 pages, newest 2025-03-11" in courier
    )
    assert "sitemap: http://www.marrowbycourier.example/sitemap.xml" in courier
    assert "asks for 0.2 s between requests" in done.stdout
    assert "section: http://www.brackenford-journal.example/news/" in done.stdout
    assert "Connection refused" in done.stdout.partition("Combe Echo")[2]
    assert run("sources", "check", "Hohenlisker Bote", "--config", config).returncode == 0


def test_adding_a_site_finds_its_feeds_and_keeps_comments(site: DemoSite, tmp_path: Path) -> None:
    listed = tmp_path / "sources.toml"
    listed.write_text(COMMENTED)
    config = write_config(tmp_path, site, sources=listed)
    added = run("sources", "add", "http://www.quillhaventide.example/", "--config", config)
    assert "1 added" in added.stdout
    assert listed.read_text().startswith(COMMENTED)
    tide = load_sources(listed)[1]
    assert tide.feeds == ("http://www.quillhaventide.example/rss.xml",)
    again = run("sources", "add", "http://quillhaventide.example", "--config", config, status=2)
    assert "Nothing to add" in again.stderr
    again = run("sources", "add", "http://www.quillhaventide.example", "--config", config)
    assert "0 added" in again.stdout
    assert len(load_sources(listed)) == 2


def test_a_site_without_a_feed_is_added_with_its_sitemap(site: DemoSite, tmp_path: Path) -> None:
    listed = tmp_path / "sources.toml"
    config = write_config(tmp_path, site, sources=listed)
    run("sources", "add", "http://www.gazette-ombrine.example/", "--config", config)
    [gazette] = load_sources(listed)
    assert gazette.sitemaps == ("http://www.gazette-ombrine.example/plan-actualites.xml",)
    assert not gazette.feeds


def test_opml_gives_one_source_per_site_with_all_its_feeds(site: DemoSite, tmp_path: Path) -> None:
    listed = tmp_path / "sources.toml"
    listed.write_text(COMMENTED)
    config = write_config(tmp_path, site, sources=listed)
    (tmp_path / "feeds.opml").write_bytes(OPML)
    done = run("sources", "import", tmp_path / "feeds.opml", "--config", config)
    assert "1 added" in done.stdout
    assert "1 is listed already" in " ".join(done.stdout.split())  # lines break at any place
    bote = load_sources(listed)[1]
    assert (bote.name, len(bote.feeds)) == ("Bote", 2)


BAD = {
    "no name": ("[[source]]\nhomepage = 'http://a.example/'", "number 1", "'name' is missing"),
    "no address": ("[[source]]\nname = 'A'\nhomepage = 'a.example'", "Source A", "'homepage'"),
    "unknown key": (
        "[[source]]\nname = 'A'\nhomepage = 'http://a.example/'\nfeed = 'x'",
        "Source A",
        "'feed' is not known",
    ),
    "bad pattern": (
        "[[source]]\nname = 'A'\nhomepage = 'http://a.example/'\nexclude = ['(']",
        "Source A",
        "'exclude.0'",
    ),
    "bad zone": (
        "[[source]]\nname = 'A'\nhomepage = 'http://a.example/'\ntimezone = 'Skerrow'",
        "Source A",
        "'timezone'",
    ),
    "equal file names": (
        "[[source]]\nname = 'A B'\nhomepage = 'http://a.example/'\n"
        "[[source]]\nname = 'a-b'\nhomepage = 'http://b.example/'",
        "Source a-b",
        "'name'",
    ),
    "no TOML": ("[[source", "not valid TOML", ""),
}


@pytest.mark.parametrize(("text", "entry", "key"), BAD.values(), ids=BAD)
def test_a_bad_entry_is_refused_by_name_and_key(
    tmp_path: Path, text: str, entry: str, key: str
) -> None:
    (tmp_path / "sources.toml").write_text(text)
    with pytest.raises(UsageError) as refused:
        load_sources(tmp_path / "sources.toml")
    assert entry in str(refused.value)
    assert key in str(refused.value)
