"""The commands `broadsheet sources …`: list, check, add and import sources."""

import asyncio
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import ValidationError
from rich.table import Table

from config.errors import UsageError
from config.settings import Settings
from config.source_entries import add_entries, entry_text
from config.sources import Source, load_sources, sources_file
from config.wording import counted
from flows.terminal.screen import one_line, screen, styled

if TYPE_CHECKING:
    from tasks.discover.check import SourceCheck
    from tasks.discover.lists import ListReader
    from tasks.fetch.session import Session

console = screen()


def list_command(settings: Settings) -> None:
    """Print the entries of the list of sources."""
    path = sources_file(settings.sources)
    table = Table(box=None, header_style="bold", pad_edge=False, title=str(path))
    for column in ("source", "homepage", "feeds", "sitemaps", "sections"):
        table.add_column(column)
    for source in load_sources(path):
        name = source.name if source.enabled else f"{source.name} (disabled)"
        lists = (source.feeds, source.sitemaps, source.sections)
        counts = (str(len(urls)) if urls else "" for urls in lists)
        table.add_row(one_line(name), one_line(source.homepage), *counts)
    console.print(table)


def check_command(names: Sequence[str], settings: Settings) -> bool:
    """Read the lists of sources and print the results; return whether each source has articles.

    Raises:
        UsageError: a name is not in the list, or the list has no source.
    """
    path = sources_file(settings.sources)
    known = {source.name: source for source in load_sources(path)}
    for name in names:
        if name not in known:
            raise UsageError(f"{path} has no source {name!r}; it has {', '.join(known)}.")
    sources = [known[name] for name in names] or list(known.values())
    if not sources:
        raise UsageError(f"{path} has no source: add one by `broadsheet sources add URL`.")
    checked = asyncio.run(_check_all(sources, settings))
    for result in checked:
        _show(result)
    return all(result.articles for result in checked)


def add_command(url: str, name: str | None, settings: Settings) -> None:
    """Find the feeds and sitemaps of a site and write its entry.

    Raises:
        UsageError: the address is not valid, or nothing answers there.
    """
    try:
        draft = Source(name=name or urlsplit(url).hostname or "source", homepage=url)
    except ValidationError as error:
        raise UsageError(f"{url}: {error.errors()[0]['msg']}.") from error
    source = asyncio.run(_found_source(draft, settings, has_name=name is not None))
    _add([source], sources_file(settings.sources))
    console.print(f"Try it: broadsheet sources check {source.name!r}")


def import_command(file: Path, settings: Settings) -> None:
    """Add the feeds of an OPML file, which feed readers export.

    Raises:
        UsageError: the file cannot be read, or has no feeds.
    """
    from tasks.discover.opml import read_opml

    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read {file}: {error.strerror}.") from error
    _add(read_opml(content, str(file)), sources_file(settings.sources))


def _add(sources: list[Source], path: Path) -> None:
    added = add_entries(path, sources)
    for source in added:
        console.print(entry_text(source))
    left = len(sources) - len(added)
    already = f"; {left} {'is' if left == 1 else 'are'} listed already" if left else ""
    console.print(f"{len(added)} added to {path}{already}.")


async def _check_all(sources: Sequence[Source], settings: Settings) -> list["SourceCheck"]:
    from tasks.discover.check import check_source
    from tasks.discover.parsing import Parsers
    from tasks.fetch.session import opened_session

    seconds = settings.discover.parse_seconds
    async with opened_session(settings) as session, Parsers(seconds) as parsers:
        readers = [_reader(source, session, settings) for source in sources]
        return await asyncio.gather(*(check_source(reader, parsers) for reader in readers))


def _reader(source: Source, session: "Session", settings: Settings) -> "ListReader":
    from tasks.discover.lists import ListReader

    return ListReader(session.fetcher, source, {}, settings, lambda attempt: None)


async def _found_source(draft: Source, settings: Settings, *, has_name: bool) -> Source:
    from tasks.discover.check import working_feeds
    from tasks.discover.links import feed_and_sitemap_links
    from tasks.discover.parsing import Parsers
    from tasks.discover.source import named_sitemaps
    from tasks.fetch.session import opened_session

    seconds = settings.discover.parse_seconds
    async with opened_session(settings) as session, Parsers(seconds) as parsers:
        reader = _reader(draft, session, settings)
        home = await reader.read("homepage", draft.homepage, None)
        if not home.is_ok:
            raise UsageError(f"Nothing to add: {home.problem}; check the address.")
        links = await parsers.parse(feed_and_sitemap_links, home.content, home.final_url)
        feeds = await working_feeds(reader, parsers, links.feeds)
        sitemaps = () if feeds else await named_sitemaps(reader, links.sitemaps)
    update: dict[str, object] = {"feeds": feeds, "sitemaps": sitemaps}
    if not has_name and (site_name := _site_name(home.content)):
        update["name"] = site_name
    return draft.model_copy(update=update)


def _site_name(page: bytes) -> str | None:
    """Return the name that the homepage declares as `og:site_name`; None if it declares none."""
    from selectolax.lexbor import LexborHTMLParser

    from tasks.web.charset import decode

    tree = LexborHTMLParser(decode(page, None).text)
    node = tree.css_first('meta[property="og:site_name"]')
    name = (node.attributes.get("content") or "") if node else ""
    return re.sub(r"\s+", " ", name).strip()[:100] or None


def _show(checked: "SourceCheck") -> None:
    newest = _day(checked.newest)
    console.print(
        styled(
            "bold",
            one_line(checked.source.name),
            f"  {one_line(checked.source.homepage)}\n"
            f"  robots.txt: {one_line(checked.robots)}\n"
            f"  {counted(checked.articles, 'article')} seen, newest {newest}",
        ),
        soft_wrap=True,
    )
    for listing in checked.lists:
        console.print(
            f"  {listing.how}: {one_line(listing.url)}  {counted(listing.pages, 'page')}, "
            f"newest {_day(listing.newest)}",
            soft_wrap=True,
        )
    for problem in checked.problems:
        console.print(styled("yellow", "  problem:", f" {one_line(problem)}"), soft_wrap=True)


def _day(day: date | None) -> str:
    return day.isoformat() if day else "unknown"
