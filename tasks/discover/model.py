"""Records of discovery: lists of pages, their entries, and the addresses of lists."""

from dataclasses import dataclass, field
from typing import Literal

How = Literal["feed", "sitemap", "news_sitemap", "section", "front", "list"]


@dataclass(frozen=True, slots=True)
class ListedPage:
    """One page as a feed, sitemap or section page lists it, with values as written.

    Attributes:
        url: absolute, without a fragment.
        published, modified: dates as written.
    """

    url: str
    title: str | None = None
    published: str | None = None
    modified: str | None = None
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """The content of one feed, sitemap or section page.

    Attributes:
        how: kind of the list; "sitemap" also for an index.
        children: (address, lastmod as written) of the sitemaps that an index names.
        fault: what is wrong with its form, in a line; its entries are used all the same.
        unlinked: number of entries without a usable address.
        left_out: number of entries beyond the limit.
        title: of the feed.
    """

    how: How
    entries: tuple[ListedPage, ...] = ()
    children: tuple[tuple[str, str | None], ...] = ()
    fault: str | None = None
    unlinked: int = 0
    title: str | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class ListAddresses:
    """Absolute addresses of the lists that a site names, in the order found."""

    feeds: tuple[str, ...] = field(default=())
    sitemaps: tuple[str, ...] = field(default=())
