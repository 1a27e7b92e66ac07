"""Sitemaps and the sitemaps that they name, as far as they may list pages of the wanted days."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from tasks.discover.days import entry_day, sitemap_month
from tasks.discover.lists import ListRead, ListReader
from tasks.discover.model import Listed, Listing
from tasks.discover.parsing import Parsers
from tasks.discover.sitemaps import read_sitemap
from tasks.fetch.model import Headers


@dataclass(frozen=True, slots=True)
class Window:
    """Days, both included, of entries that are wanted.

    Attributes:
        undated: whether entries without any date are wanted.
    """

    first: date
    last: date
    undated: bool = True

    def wants(self, entry: Listed) -> bool:
        day = entry_day(entry)
        return self.undated if day is None else self.first <= day <= self.last

    def may_hold(self, child: str) -> bool:
        """Return whether a sitemap may list a wanted page, by the day or month in its address."""
        named = sitemap_month(child)
        if named is None:
            return True
        year, month, day = named
        first = (self.first.year, self.first.month if month else 0, self.first.day if day else 0)
        last = (self.last.year, self.last.month if month else 0, self.last.day if day else 0)
        return first <= (year, month or 0, day or 0) <= last


async def walk_sitemaps(
    reader: ListReader, parsers: Parsers, sitemaps: Sequence[str], window: Window | None
) -> list[ListRead]:
    """Read sitemaps breadth first, the likeliest children first, up to the setting's number.

    Entries outside the window are dropped at once, and so are undated ones beyond the setting's
    number: three sitemaps of 300,000 entries took 1.6 GB.

    Args:
        window: None: only these sitemaps themselves, and none that they name.
    """
    bounds = reader.settings.discover
    room = bounds.list_entries

    async def parse(content: bytes, url: str, headers: Headers) -> Listing:
        most = room if window and window.undated else bounds.list_entries
        return await parsers.parse(read_sitemap, content, url, bounds.listing_bytes, most)

    waiting = deque(sitemaps)
    seen = set(sitemaps)
    reads: list[ListRead] = []
    while waiting and len(reads) < bounds.sitemap_files:
        url = waiting.popleft()
        # An index may stay the same while what it names does not.
        read = await reader.read("sitemap", url, parse, anew=url in sitemaps)
        if read.listing is None or window is None:
            reads.append(read)
            continue
        wanted = tuple(filter(window.wants, read.listing.entries))
        reads.append(replace(read, listing=replace(read.listing, entries=wanted)))
        room = max(room - len(wanted), 0)
        new = [child for child in _promising(read.listing.children, window) if child not in seen]
        seen.update(new)
        waiting.extend(new)
    if waiting:
        reads[-1] = replace(reads[-1], unread_children=len(waiting))
    return reads


def _promising(children: Sequence[tuple[str, str | None]], window: Window) -> list[str]:
    """Return the children of an index that may list wanted pages, the likeliest first.

    The dates of an index that are all older than the window say nothing, for many indexes are not
    kept up. Without dates nobody knows at which end the newest child stands, so that both ends are
    read in turn.
    """
    named = [child for child in children if window.may_hold(child[0])]
    dated = [(entry_day(Listed("", modified=modified)), child) for child, modified in named]
    if any(day is not None and day >= window.first for day, _ in dated):
        wanted = [(day or date.max, child) for day, child in dated]
        current = [one for one in wanted if one[0] >= window.first]
        return [child for _, child in sorted(current, key=lambda one: one[0], reverse=True)]
    return _from_both_ends([child for _, child in dated])


def _from_both_ends(children: list[str]) -> list[str]:
    half = (len(children) + 1) // 2
    pairs = zip_longest(reversed(children[half:]), children[:half])
    return [child for pair in pairs for child in pair if child is not None]
