"""One source's discovery: what its feeds, sections and sitemaps list tonight."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urljoin

from tasks.discover.feeds import read_feed
from tasks.discover.links import article_links, feed_and_sitemap_links
from tasks.discover.lists import NEVER_READ, ListRead, ListReader, Parse
from tasks.discover.model import Listed, Listing
from tasks.discover.parsing import Parsers
from tasks.discover.sitemap_walk import Window, walk_sitemaps
from tasks.fetch.model import FetchError, Headers
from tasks.process.urls import url_key

USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")


@dataclass(frozen=True, slots=True)
class Found:
    """One page as one list has it.

    Attributes:
        is_fill: looked for because a feed may have lost items.
    """

    listed: Listed
    how: str
    place: str
    found_at: datetime
    is_fill: bool = False


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a source's lists gave tonight.

    Attributes:
        feeds, sitemaps: those that were asked.
        possible_loss: the feeds that share no item with their last visit.
    """

    found: tuple[Found, ...]
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    read: int
    unread: int
    problems: tuple[str, ...]
    possible_loss: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        if not self.unread:
            return "ok" if self.read else "failed"
        return "partial" if self.read else "failed"


async def discover_source(reader: ListReader, parsers: Parsers, night: date) -> Discovered:
    """Reads a source's feeds and sections, and its sitemaps where these are needed.

    Sitemaps are read where they are configured, where there is no feed that can be read, and
    where a feed may have lost items since the last visit.
    """
    source = reader.source
    start = await start_of(reader, parsers)
    reads = [*start.reads, *await read_lists(reader, parsers, start.feeds)]
    losses = tuple(_losses(reads, reader))
    found = [one for read in reads for one in _found(read)]
    walked: list[ListRead] = []
    sitemaps: tuple[str, ...] = ()
    has_feed = any(read.is_ok for read in reads if read.url in start.feeds)
    if source.sitemaps or losses or not has_feed:
        sitemaps = source.sitemaps or await named_sitemaps(reader, start.sitemaps)
        if losses or not any(read.is_ok for read in reads):
            sitemaps = sitemaps or await usual_sitemap(reader, parsers)
        window = _window(reader, night, losses)
        walked = await walk_sitemaps(reader, parsers, sitemaps, window)
        known = {url_key(one.listed.url) for one in found}
        entries = [one for read in walked for one in _found(read, is_fill=bool(losses))]
        found += [one for one in entries if url_key(one.listed.url) not in known]
    return _discovered([*reads, *walked], found, start.feeds, sitemaps, losses)


async def discover_past(reader: ListReader, parsers: Parsers, window: Window) -> Discovered:
    """Reads a source's sitemaps for the days of a window."""
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
    found = [one for read in walked for one in _found(read)]
    return _discovered([*reads, *walked], found, (), sitemaps, ())


@dataclass(frozen=True, slots=True)
class Start:
    """Where to look: as configured, or as the homepage says."""

    reads: tuple[ListRead, ...]
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]


async def start_of(reader: ListReader, parsers: Parsers) -> Start:
    """The lists that the entry names; else those that the homepage does."""
    source = reader.source
    if source.feeds or source.sitemaps or source.sections:
        return Start((), source.feeds, source.sitemaps)
    home = await reader.read("homepage", source.homepage, None)
    if not home.is_ok:
        return Start((home,), (), ())
    places = await parsers.parse(feed_and_sitemap_links, home.content, home.final_url)
    if places.feeds:
        return Start((home,), places.feeds, places.sitemaps)
    listing = await parsers.parse(article_links, home.content, home.final_url)
    linked = ListRead(home.url, home.attempt, home.read_at, listing)
    return Start((linked,), (), places.sitemaps)


async def read_lists(
    reader: ListReader, parsers: Parsers, feeds: Sequence[str]
) -> Sequence[ListRead]:
    """Reads feeds and the source's sections, side by side as far as their hosts allow."""

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


def _losses(reads: Sequence[ListRead], reader: ListReader) -> Iterator[str]:
    """Feeds that share no item with their last visit: between the two, items may be lost."""
    for read in reads:
        before = reader.states.get(read.url, NEVER_READ).items
        if read.listing is None or read.listing.how != "feed" or not before:
            continue
        items = {url_key(entry.url) for entry in read.listing.entries}
        if items and not items & before:
            yield read.url


async def named_sitemaps(reader: ListReader, linked: tuple[str, ...]) -> tuple[str, ...]:
    """The sitemaps of robots.txt, and those that the homepage links."""
    try:
        robots = await reader.robots()
    except FetchError:
        return linked  # the attempt is logged with its reason
    return tuple(dict.fromkeys((*robots.sitemaps, *linked)))


async def usual_sitemap(reader: ListReader, parsers: Parsers) -> tuple[str, ...]:
    """The first sitemap that is there of those that many sites have and do not name."""
    for path in USUAL_SITEMAPS:
        url = urljoin(reader.source.homepage, path)
        [read] = await walk_sitemaps(reader, parsers, (url,), None)
        if read.is_ok:
            return (url,)
    return ()


def _window(reader: ListReader, night: date, losses: Sequence[str]) -> Window:
    """The days of sitemap entries that count; back to the last visit where items may be lost."""
    first = night - timedelta(days=reader.settings.discover.sitemap_days)
    visits = [reader.states[url].night for url in losses]
    last_visit = min((day for day in visits if day), default=first)
    return Window(min(first, last_visit - timedelta(days=1)), night + timedelta(days=1))


def _found(read: ListRead, *, is_fill: bool = False) -> Iterator[Found]:
    if read.listing is not None:
        for entry in read.listing.entries:
            yield Found(entry, read.listing.how, read.url, read.read_at, is_fill)


def _discovered(
    reads: Sequence[ListRead],
    found: Sequence[Found],
    feeds: tuple[str, ...],
    sitemaps: tuple[str, ...],
    losses: tuple[str, ...],
) -> Discovered:
    return Discovered(
        found=tuple(found),
        feeds=feeds,
        sitemaps=sitemaps,
        read=sum(read.is_ok for read in reads),
        unread=sum(not read.is_complete for read in reads),
        problems=tuple(read.problem for read in reads if read.problem),
        possible_loss=losses,
    )
