"""Sitemaps and the sitemaps that they name, as far as they may list pages of the wanted days."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

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

    def may_hold(self, child: str, modified: str | None) -> bool:
        """Whether a sitemap with this address and date may list a wanted page."""
        changed = entry_day(Listed("", modified=modified)) if modified else None
        if changed is not None and changed < self.first:
            return False
        named = sitemap_month(child)
        if named is None:
            return True
        year, month, day = named
        first = (self.first.year, self.first.month if month else 0, self.first.day if day else 0)
        last = (self.last.year, self.last.month if month else 0, self.last.day if day else 0)
        return first <= (year, month or 0, day or 0) <= last


async def walk_sitemaps(
    reader: ListReader, parsers: Parsers, sitemaps: Sequence[str], window: Window
) -> list[ListRead]:
    """Reads sitemaps breadth first, the newest children first, up to the setting's number."""

    async def parse(content: bytes, url: str, headers: Headers) -> Listing:
        return await parsers.parse(read_sitemap, content, url)

    waiting = deque(sitemaps)
    seen = set(sitemaps)
    reads: list[ListRead] = []
    while waiting and len(reads) < reader.settings.discover.sitemap_files:
        url = waiting.popleft()
        # An index may stay the same while what it names does not.
        read = await reader.read("sitemap", url, parse, anew=url in sitemaps)
        reads.append(read)
        children = read.listing.children if read.listing else ()
        newest_first = sorted(children, key=lambda child: child[1] or "", reverse=True)
        for child, modified in newest_first:
            if child not in seen and window.may_hold(child, modified):
                seen.add(child)
                waiting.append(child)
    if waiting:
        reads[-1] = _cut_short(reads[-1], len(waiting))
    return reads


def _cut_short(read: ListRead, left: int) -> ListRead:
    note = f"{left} more sitemaps were left unread (setting discover.sitemap_files)"
    listing = read.listing or Listing("sitemap")
    fault = f"{listing.fault}; {note}" if listing.fault else note
    return replace(read, listing=replace(listing, fault=fault))
