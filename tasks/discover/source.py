"""The discovery of one source: the pages that its feeds, sections and sitemaps list tonight."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urljoin

from tasks.discover.feeds import read_feed
from tasks.discover.links import article_links, feed_and_sitemap_links
from tasks.discover.lists import NEVER_READ, ListRead, ListReader, Parse
from tasks.discover.model import ListedPage, Listing
from tasks.discover.parsing import Parsers
from tasks.discover.sitemap_walk import Window, walk_sitemaps
from tasks.fetch.model import FetchError
from tasks.web.exchange import Headers
from tasks.web.urls import url_key

USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One page as found in one list.

    Attributes:
        is_fill: whether it was found because a feed may have lost items.
        position: its place in the list, from 1; None in results of an older Broadsheet.
    """

    listed: ListedPage
    how: str
    place: str
    found_at: datetime
    is_fill: bool = False
    position: int | None = None


@dataclass(frozen=True, slots=True)
class SourceDiscovery:
    """The result of reading a source's lists tonight.

    Attributes:
        feeds, sitemaps: the lists that were requested.
        read, unread: number of lists that were read, and of those that were not read completely.
        possible_loss: the feeds that share no item with their last visit.
    """

    found: tuple[FoundPage, ...]
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    read: int
    unread: int
    problems: tuple[str, ...]
    possible_loss: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """Return "ok", "partial" or "failed", by the lists that could be read."""
        if not self.unread:
            return "ok" if self.read else "failed"
        return "partial" if self.read else "failed"


async def discover_source(reader: ListReader, parsers: Parsers, night: date) -> SourceDiscovery:
    """Read a source's feeds and sections, and its sitemaps if they are needed.

    Sitemaps are read if they are configured, if no feed can be read, or if a feed may have lost
    items since the last visit.
    """
    source = reader.source
    start = await starting_lists(reader, parsers)
    reads = [*start.reads, *await read_lists(reader, parsers, start.feeds)]
    possible_loss = tuple(_feeds_with_possible_loss(reads, reader))
    found = [one for read in reads for one in _found(read, source.homepage)]
    walked: list[ListRead] = []
    sitemaps: tuple[str, ...] = ()
    # Sitemaps are large: they are only read if the feeds cannot show all new pages.
    has_feed = any(read.is_ok for read in reads if read.url in start.feeds)
    if source.sitemaps or possible_loss or not has_feed:
        sitemaps = source.sitemaps or await named_sitemaps(reader, start.sitemaps)
        if possible_loss or not any(read.is_ok for read in reads):
            sitemaps = sitemaps or await usual_sitemap(reader, parsers)
        window = _window(reader, night, possible_loss)
        walked = await walk_sitemaps(reader, parsers, sitemaps, window)
        # A page in a feed has better evidence there (title, authors, dates) than in a sitemap.
        known = {url_key(one.listed.url) for one in found}
        entries = [
            one
            for read in walked
            for one in _found(read, source.homepage, is_fill=bool(possible_loss))
        ]
        found += [one for one in entries if url_key(one.listed.url) not in known]
    return _summarise([*reads, *walked], found, start.feeds, sitemaps, possible_loss)


async def discover_past(reader: ListReader, parsers: Parsers, window: Window) -> SourceDiscovery:
    """Read a source's sitemaps for the days of a window."""
    source = reader.source
    sitemaps = source.sitemaps
    reads: list[ListRead] = []
    if not sitemaps:
        home = await reader.read("homepage", source.homepage, None)
        places = await parsers.parse(feed_and_sitemap_links, home.content, home.final_url)
        sitemaps = await named_sitemaps(reader, places.sitemaps)
        sitemaps = sitemaps or await usual_sitemap(reader, parsers)
        reads = [] if sitemaps else [home]
    walked = await walk_sitemaps(reader, parsers, sitemaps, window)
    found = [one for read in walked for one in _found(read, source.homepage)]
    return _summarise([*reads, *walked], found, (), sitemaps, ())


@dataclass(frozen=True, slots=True)
class StartingLists:
    """The lists to begin with: as configured, or as the homepage links them."""

    reads: tuple[ListRead, ...]
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]


async def starting_lists(reader: ListReader, parsers: Parsers) -> StartingLists:
    """Return the lists of the source's entry; if it has none, those that the homepage links."""
    source = reader.source
    if source.feeds or source.sitemaps or source.sections:
        return StartingLists((), source.feeds, source.sitemaps)
    home = await reader.read("homepage", source.homepage, None)
    if not home.is_ok:
        return StartingLists((home,), (), ())
    places = await parsers.parse(feed_and_sitemap_links, home.content, home.final_url)
    if places.feeds:
        return StartingLists((home,), places.feeds, places.sitemaps)
    listing = await parsers.parse(article_links, home.content, home.final_url)
    linked = ListRead(home.url, home.attempt, home.read_at, listing)
    return StartingLists((linked,), (), places.sitemaps)


async def read_lists(
    reader: ListReader, parsers: Parsers, feeds: Sequence[str]
) -> Sequence[ListRead]:
    """Read feeds and the source's sections, concurrently as far as their hosts allow."""

    async def as_feed(content: bytes, url: str, headers: Headers) -> Listing:
        return await parsers.parse(read_feed, content, url, headers)

    async def as_section(content: bytes, url: str, headers: Headers) -> Listing:
        return await parsers.parse(article_links, content, url)

    lists: list[tuple[str, Parse]] = [(url, as_feed) for url in feeds]
    lists += [(url, as_section) for url in reader.source.sections]
    return await asyncio.gather(
        *(
            reader.read("feed" if parse is as_feed else "section", url, parse)
            for url, parse in lists
        )
    )


def _feeds_with_possible_loss(reads: Sequence[ListRead], reader: ListReader) -> Iterator[str]:
    """Yield the feeds that share no item with their last visit; items between may be lost."""
    for read in reads:
        before = reader.states.get(read.url, NEVER_READ).items
        if read.listing is None or read.listing.how != "feed" or not before:
            continue
        # A feed shows its newest items only. If none of the last visit's items is left, other items
        # may have come and gone in between.
        items = {url_key(entry.url) for entry in read.listing.entries}
        if items and not items & before:
            yield read.url


async def named_sitemaps(reader: ListReader, linked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sitemaps of robots.txt, and those that the homepage links."""
    try:
        robots = await reader.robots()
    except FetchError:
        return linked  # the attempt is logged with its reason
    return tuple(dict.fromkeys((*robots.sitemaps, *linked)))


async def usual_sitemap(reader: ListReader, parsers: Parsers) -> tuple[str, ...]:
    """Return the first sitemap that exists at one of the usual paths."""
    for path in USUAL_SITEMAPS:
        url = urljoin(reader.source.homepage, path)
        [read] = await walk_sitemaps(reader, parsers, (url,), None)
        if read.is_ok:
            return (url,)
    return ()


def _window(reader: ListReader, night: date, possible_loss: Sequence[str]) -> Window:
    """Return the days whose sitemap entries count; after a loss, back to the last visit."""
    first = night - timedelta(days=reader.settings.discover.sitemap_days)
    visits = [reader.states[url].night for url in possible_loss]
    last_visit = min((day for day in visits if day), default=first)
    return Window(min(first, last_visit - timedelta(days=1)), night + timedelta(days=1))


def _found(read: ListRead, homepage: str, *, is_fill: bool = False) -> Iterator[FoundPage]:
    """Yield the pages of a list; a section page that is the homepage is the front page."""
    if read.listing is not None:
        is_front = read.listing.how == "section" and url_key(read.url) == url_key(homepage)
        how = "front" if is_front else read.listing.how
        for position, entry in enumerate(read.listing.entries, 1):
            yield FoundPage(entry, how, read.url, read.read_at, is_fill, position)


def _summarise(
    reads: Sequence[ListRead],
    found: Sequence[FoundPage],
    feeds: tuple[str, ...],
    sitemaps: tuple[str, ...],
    possible_loss: tuple[str, ...],
) -> SourceDiscovery:
    """Make the source's result of the lists that were read."""
    return SourceDiscovery(
        found=tuple(found),
        feeds=feeds,
        sitemaps=sitemaps,
        read=sum(read.is_ok for read in reads),
        unread=sum(not read.is_complete for read in reads),
        problems=tuple(read.problem for read in reads if read.problem),
        possible_loss=possible_loss,
    )
