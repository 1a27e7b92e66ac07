"""What discovery speaks of: the places where a source lists its pages, and what they list."""

from dataclasses import dataclass, field
from typing import Literal

How = Literal["feed", "sitemap", "news_sitemap", "section"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page as a feed, sitemap or section page lists it: evidence as written.

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
    """What one feed, sitemap or page lists.

    Attributes:
        how: what kind of list it is; "sitemap" also for an index.
        children: (address, lastmod as written) of the sitemaps that an index names.
        fault: what is wrong with its form, in a line; its entries count all the same.
        unlinked: entries that have no usable address.
        left_out: entries beyond the most that are kept.
        title: of the feed.
    """

    how: How
    entries: tuple[Listed, ...] = ()
    children: tuple[tuple[str, str | None], ...] = ()
    fault: str | None = None
    unlinked: int = 0
    title: str | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """Where a site says that its pages are listed: addresses, absolute, in the order found."""

    feeds: tuple[str, ...] = field(default=())
    sitemaps: tuple[str, ...] = field(default=())
