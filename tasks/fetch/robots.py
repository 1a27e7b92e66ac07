"""The rules of a site's robots.txt: RFC 9309, read by protego."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from protego import Protego

from tasks.fetch.model import FetchError
from tasks.reasons import FetchReason
from tasks.web.exchange import Answer

PRODUCT: Final = "Broadsheet"
ROBOTS_BYTES: Final = 512_000  # RFC 9309, 2.5: at least 500 KiB
MOST_REDIRECTS: Final = 5  # RFC 9309, 2.3.1.2: at least five
MOST_SITEMAPS: Final = 1_000

# RFC 9309, 2.3.1.3: unavailable, so everything is allowed.
_MISSING = frozenset(
    {
        FetchReason.GONE,
        FetchReason.HTTP_STATUS,
        FetchReason.TOO_MANY_REDIRECTS,
        FetchReason.REDIRECT_LOOP,
        FetchReason.BAD_REDIRECT,
    }
)
# Reasons that concern the site as a whole; they are passed on instead of ROBOTS_UNREACHABLE.
_SITE_REASONS = frozenset(
    {
        FetchReason.BAD_URL,
        FetchReason.SCHEME,
        FetchReason.USERINFO,
        FetchReason.PRIVATE_ADDRESS,
        FetchReason.HOST_GIVEN_UP,
        FetchReason.LONG_DELAY,
    }
)


@dataclass(frozen=True, slots=True)
class Robots:
    """A site's robots.txt.

    Attributes:
        status: of the answer.
        rules: None if there is no robots.txt: everything is allowed.
        crawl_delay: seconds, 0 if it asks for none.
        sitemaps: absolute addresses in their order.
    """

    status: int | None
    rules: Protego | None = None
    crawl_delay: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Return whether Broadsheet may request an address of the site."""
        return self.rules is None or self.rules.can_fetch(url, PRODUCT)


def read_robots(found: Answer | FetchError) -> Robots | FetchError:
    """Return the rules that follow from an attempt to get a robots.txt.

    A robots.txt that cannot be reached forbids everything for the time being (RFC 9309, 2.3.1.4).
    So does a 429: the site asks for a pause, not for a visit without rules.
    """
    if isinstance(found, Answer):
        return parse_robots(found.content, found.url)
    if found.reason in _MISSING:
        return Robots(found.status)
    if found.reason in _SITE_REASONS and not found.hops:
        return found
    detail = f"{found.reason}: {found.detail}" if found.detail else str(found.reason)
    return FetchError(
        FetchReason.ROBOTS_UNREACHABLE,
        detail,
        status=found.status,
        url=found.url,
        retry_after=found.retry_after,
    )


def parse_robots(content: bytes, url: str) -> Robots:
    """Parse the first 500 KiB of a robots.txt; any bytes are accepted.

    Args:
        url: address of the file, for relative sitemaps.
    """
    if len(content) >= ROBOTS_BYTES:
        content = content[:ROBOTS_BYTES].rpartition(b"\n")[0]
    rules = Protego.parse(content.decode("utf-8-sig", "replace").replace("\0", ""))
    sitemaps = dict.fromkeys(_absolute(sitemap, url) for sitemap in rules.sitemaps)
    return Robots(
        status=200,
        rules=rules,
        crawl_delay=rules.crawl_delay(PRODUCT) or 0.0,
        sitemaps=tuple(sitemap for sitemap in sitemaps if sitemap)[:MOST_SITEMAPS],
    )


def _absolute(sitemap: str, url: str) -> str:
    try:
        return urljoin(url, sitemap)
    except ValueError:
        return ""
