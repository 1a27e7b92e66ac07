"""A look at the lists of a source for the person who configures it; nothing is stored."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urljoin

from config.settings import Settings
from config.sources import Source
from tasks.discover.days import entry_day
from tasks.discover.lists import ListRead, ListReader
from tasks.discover.parsing import Parsers
from tasks.discover.sitemap_walk import Window, walk_sitemaps
from tasks.discover.source import named_sitemaps, read_lists, starting_lists
from tasks.fetch.model import FetchError
from tasks.web.urls import url_key

# Enough for a first look at large sitemaps.
FEW_SITEMAPS = 3
# Common paths of feeds that no page links to.
USUAL_FEEDS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")


@dataclass(frozen=True, slots=True)
class ListCheck:
    """One list, the number of pages in it, and the newest day that it gives."""

    url: str
    how: str
    pages: int
    newest: date | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """The result of checking a source.

    Attributes:
        robots: what robots.txt says, in words.
        articles: number of different addresses in all lists that the source's entry wants.
    """

    source: Source
    robots: str
    lists: tuple[ListCheck, ...]
    articles: int
    newest: date | None

    @property
    def problems(self) -> list[str]:
        """Return a line for each list with a problem."""
        return [one.problem for one in self.lists if one.problem]


async def check_source(reader: ListReader, parsers: Parsers) -> SourceCheck:
    """Read a source's feeds, sections and first sitemaps."""
    start = await starting_lists(reader, parsers)
    reads = [*start.reads, *await read_lists(reader, parsers, start.feeds)]
    sitemaps = reader.source.sitemaps or await named_sitemaps(reader, start.sitemaps)
    first_look = replace(reader, settings=_settings_for_first_look(reader))
    reads += await walk_sitemaps(first_look, parsers, sitemaps, Window(date.min, date.max))
    keys = {
        url_key(entry.url)
        for read in reads
        for entry in (read.listing.entries if read.listing else ())
        if reader.source.wants(entry.url)
    }
    lists = tuple(_list_check(read) for read in reads)
    return SourceCheck(
        reader.source,
        await _describe_robots(reader),
        lists,
        len(keys),
        _latest(one.newest for one in lists),
    )


async def working_feeds(
    reader: ListReader, parsers: Parsers, named: Iterable[str]
) -> tuple[str, ...]:
    """Return the named feeds that have entries; if there are none, the first of USUAL_FEEDS."""
    reads = await read_lists(reader, parsers, tuple(named))
    found = tuple(read.url for read in reads if read.is_ok and _pages(read))
    if found:
        return found
    for path in USUAL_FEEDS:
        url = urljoin(reader.source.homepage, path)
        for read in await read_lists(reader, parsers, (url,)):
            if read.is_ok and _pages(read):
                return (url,)
    return ()


def _list_check(read: ListRead) -> ListCheck:
    how = read.listing.how if read.listing else read.attempt.kind
    entries = read.listing.entries if read.listing else ()
    newest = _latest(entry_day(entry) for entry in entries)
    return ListCheck(read.url, how, _pages(read), newest, read.problem)


def _pages(read: ListRead) -> int:
    return len(read.listing.entries) if read.listing else 0


def _latest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day), default=None)


async def _describe_robots(reader: ListReader) -> str:
    """Return in words what the site's robots.txt says about the homepage and delays."""
    homepage = reader.source.homepage
    try:
        robots = await reader.fetcher.robots(homepage, reader.source.delay)
    except FetchError as error:
        return f"{error.reason}" + (f" ({error.detail})" if error.detail else "")
    words = ["allows the homepage" if robots.allows(homepage) else "forbids the homepage"]
    if robots.crawl_delay:
        words.append(f"asks for {robots.crawl_delay:g} s between requests")
    return ", ".join(words)


def _settings_for_first_look(reader: ListReader) -> Settings:
    """Return the settings with fewer sitemaps to read."""
    discover = reader.settings.discover.model_copy(update={"sitemap_files": FEW_SITEMAPS})
    return reader.settings.model_copy(update={"discover": discover})
