"""Sitemaps for the tests, and short ways to read them."""

from tasks.discover.model import Listing
from tasks.discover.sitemaps import read_sitemap

URL = "https://courier.example/maps/sitemap.xml"
PLAIN = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def urlset(*entries: str, attributes: str = PLAIN) -> bytes:
    """Return a sitemap of these entries."""
    body = "".join(f"<url>{entry}</url>\n" for entry in entries)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {attributes}>{body}</urlset>'.encode()


def locs(*urls: str) -> bytes:
    """Return a sitemap of these addresses."""
    return urlset(*(f"<loc>{url}</loc>" for url in urls))


def read(content: bytes) -> Listing:
    """Read a sitemap as if it came from URL."""
    return read_sitemap(content, URL)


def urls(listing: Listing) -> list[str]:
    """Return the addresses of a listing's entries."""
    return [entry.url for entry in listing.entries]
