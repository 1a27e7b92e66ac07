"""The choice among the sitemaps of an index, and the report of those that are left unread."""

import asyncio
from collections.abc import Sequence
from datetime import date

import pytest

from config.settings import load_settings
from config.sources import Source
from tasks.discover.lists import ListRead, ListReader
from tasks.discover.model import ListedPage
from tasks.discover.newest import newest
from tasks.discover.parsing import Parsers
from tasks.discover.sitemap_walk import Window, walk_sitemaps
from tests.fetch.servers import fetcher, site

HOME = "http://courier.example/"
NIGHT = date(2025, 3, 11)
WINDOW = Window(date(2025, 3, 8), date(2025, 3, 12))


def index(children: Sequence[tuple[str, str | None]]) -> bytes:
    entries = "".join(
        f"<sitemap><loc>{HOME}{name}</loc>"
        + (f"<lastmod>{modified}</lastmod>" if modified else "")
        + "</sitemap>"
        for name, modified in children
    )
    return f"<sitemapindex>{entries}</sitemapindex>".encode()


def urlset(*entries: tuple[str, str | None]) -> bytes:
    listed = "".join(
        f"<url><loc>{HOME}{name}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>"
        for name, day in entries
    )
    return f"<urlset>{listed}</urlset>".encode()


def walk(replies: dict[str, bytes], window: Window = WINDOW, **bounds: int) -> list[ListRead]:
    async def run() -> list[ListRead]:
        settings = load_settings()
        discover = settings.discover.model_copy(update=bounds)
        settings = settings.model_copy(update={"discover": discover})
        async with site(dict(replies)) as served, fetcher(served.port) as asking, Parsers(30) as ps:
            source = Source(name="Courier", homepage=HOME, delay=0)
            reader = ListReader(asking, source, {}, settings, lambda attempt: None)
            return await walk_sitemaps(reader, ps, (f"{HOME}sitemap.xml",), window)

    return asyncio.run(run())


def found(reads: Sequence[ListRead]) -> list[str]:
    listings = [read.listing for read in reads if read.listing]
    return [entry.url.removeprefix(HOME) for one in listings for entry in one.entries]


def test_an_index_whose_dates_are_never_changed_does_not_hide_new_stories() -> None:
    children = [(f"s{number}.xml", "2016-02-01") for number in range(3)]
    replies = {f"/s{n}.xml": urlset((f"old-{n}", "2016-01-10")) for n in range(2)}
    replies |= {"/s2.xml": urlset(("new", "2025-03-11")), "/sitemap.xml": index(children)}
    assert found(walk(replies)) == ["new"]


def test_old_children_of_an_index_with_current_dates_are_not_requested() -> None:
    children = [("a.xml", "2016-02-01"), ("b.xml", "2025-03-11"), ("c.xml", None)]
    reads = walk({"/sitemap.xml": index(children), "/b.xml": urlset(), "/c.xml": urlset()})
    assert sorted(read.url.removeprefix(HOME) for read in reads) == [
        "b.xml",
        "c.xml",
        "sitemap.xml",
    ]


@pytest.mark.parametrize("newest_at", [0, 79])
def test_both_ends_of_an_index_without_dates_are_read(newest_at: int) -> None:
    children = [(f"s{number}.xml", None) for number in range(80)]
    replies = {f"/s{number}.xml": urlset((f"old-{number}", "2019-01-01")) for number in range(80)}
    replies[f"/s{newest_at}.xml"] = urlset(("new", "2025-03-11"))
    reads = walk({"/sitemap.xml": index(children), **replies}, sitemap_files=10)
    assert found(reads) == ["new"]
    assert len(reads) == 10
    assert "71 more sitemaps were left unread" in (reads[-1].problem or "")
    assert not reads[-1].is_complete


def test_undated_entries_beyond_the_limit_are_left_out_and_reported() -> None:
    entries: list[tuple[str, str | None]] = [(f"story-{number}", None) for number in range(50)]
    replies = {"/sitemap.xml": urlset(*entries)}
    [read] = walk(replies, list_entries=10)
    assert len(found([read])) == 10
    assert "40 entries were left out (setting discover.list_entries)" in (read.problem or "")
    assert not read.is_complete


def test_the_limit_of_undated_entries_is_per_source_and_not_per_file() -> None:
    children = [(f"s{number}.xml", None) for number in range(4)]
    replies = {f"/s{n}.xml": urlset(*((f"{n}-{k}", None) for k in range(8))) for n in range(4)}
    assert len(found(walk({"/sitemap.xml": index(children), **replies}, list_entries=10))) == 10


def test_the_newest_entries_of_a_list_are_kept_in_their_order() -> None:
    days = [date(2025, 3, day) for day in (4, 9, 1, 8)]
    items = [ListedPage(str(number), modified=str(day)) for number, day in enumerate(days)]
    kept = newest(items, 2, lambda item: date.fromisoformat(item.modified or ""))
    assert [item.url for item in kept] == ["1", "3"]


def test_both_ends_of_a_list_without_dates_are_kept() -> None:
    assert newest(list(range(10)), 4, lambda item: None) == [0, 1, 8, 9]
