"""The walk from sitemaps to the sitemaps that they name, as far as these may list wanted days."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from tasks.discover.days import entry_day, sitemap_span
from tasks.discover.lists import ListRead, ListReader
from tasks.discover.model import ListedPage, Listing
from tasks.discover.parsing import Parsers
from tasks.discover.sitemaps import read_sitemap
from tasks.web.exchange import Headers


@dataclass(frozen=True, slots=True)
class Window:
    """The days, both included, whose entries are wanted.

    Attributes:
        undated: whether entries without any date are wanted.
    """

    first: date
    last: date
    undated: bool = True

    def wants(self, entry: ListedPage) -> bool:
        """Return whether an entry's day lies in the window."""
        day = entry_day(entry)
        return self.undated if day is None else self.first <= day <= self.last

    def may_hold(self, child: str) -> bool:
        """Return whether a sitemap may list a wanted page, by the date in its address."""
        named = sitemap_span(child)
        if named is None:
            return True
        year, month, day = named
        first = (self.first.year, self.first.month if month else 0, self.first.day if day else 0)
        last = (self.last.year, self.last.month if month else 0, self.last.day if day else 0)
        return first <= (year, month or 0, day or 0) <= last


async def walk_sitemaps(
    reader: ListReader, parsers: Parsers, sitemaps: Sequence[str], window: Window | None
) -> list[ListRead]:
    """Read sitemaps breadth first, the most promising first, up to the setting's number.

    Entries outside the window are dropped at once, and so are undated ones beyond the setting's
    number: keeping all entries of three sitemaps with 300,000 each took 1.6 GB.

    Args:
        window: None: read these sitemaps only, and none that they name.
    """
    bounds = reader.settings.discover
    room = bounds.list_entries  # for undated entries, of all sitemaps together

    async def parse(content: bytes, url: str, headers: Headers) -> Listing:
        most = room if window and window.undated else bounds.list_entries
        return await parsers.parse(read_sitemap, content, url, bounds.listing_bytes, most)

    queue = deque(sitemaps)
    seen = set(sitemaps)  # indexes may name each other, or themselves
    reads: list[ListRead] = []
    while queue and len(reads) < bounds.sitemap_files:
        url = queue.popleft()
        # An index may be unchanged although the sitemaps that it names have changed.
        read = await reader.read("sitemap", url, parse, force=url in sitemaps)
        if read.listing is None or window is None:
            reads.append(read)
            continue
        wanted = tuple(filter(window.wants, read.listing.entries))
        reads.append(replace(read, listing=replace(read.listing, entries=wanted)))
        room = max(room - len(wanted), 0)
        new = [
            child for child in _children_to_read(read.listing.children, window) if child not in seen
        ]
        seen.update(new)
        queue.extend(new)
    if queue:
        reads[-1] = replace(reads[-1], unread_children=len(queue))
    return reads


def _children_to_read(children: Sequence[tuple[str, str | None]], window: Window) -> list[str]:
    """Return the children of an index that may list wanted pages, the most promising first.

    If all dates of an index are older than the window, they are ignored, because many sites never
    update them. Without dates the newest child may stand at either end, so both ends are read in
    turn.
    """
    named = [child for child in children if window.may_hold(child[0])]
    dated = [(entry_day(ListedPage("", modified=modified)), child) for child, modified in named]
    if any(day is not None and day >= window.first for day, _ in dated):
        wanted = [(day or date.max, child) for day, child in dated]
        current = [one for one in wanted if one[0] >= window.first]
        return [child for _, child in sorted(current, key=lambda one: one[0], reverse=True)]
    return _from_both_ends([child for _, child in dated])


def _from_both_ends(children: list[str]) -> list[str]:
    """Return the children from the end and the beginning in turn."""
    half = (len(children) + 1) // 2
    pairs = zip_longest(reversed(children[half:]), children[:half])
    return [child for pair in pairs for child in pair if child is not None]
