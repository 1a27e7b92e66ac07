"""Feeds, sitemaps and news sitemaps as publishers write them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


@dataclass(frozen=True, slots=True)
class Item:
    """One page as a feed or sitemap lists it.

    Attributes:
        published, modified: ISO 8601, as the page has them.
    """

    url: str
    title: str
    published: str
    modified: str = ""
    authors: tuple[str, ...] = ()
    summary: str = ""

    @property
    def at(self) -> datetime:
        """When it was published; midnight in Tessary where only the day is known."""
        return _moment(self.published)

    @property
    def changed(self) -> str:
        return self.modified or self.published


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of itself."""

    name: str
    language: str
    home: str
    address: str


def rss(channel: Channel, items: list[Item]) -> str:
    """RSS 2.0 with Dublin Core authors."""
    entries = "".join(
        f"<item><title>{escape(item.title)}</title><link>{escape(item.url)}</link>"
        f'<guid isPermaLink="true">{escape(item.url)}</guid>'
        f"<pubDate>{format_datetime(item.at)}</pubDate>"
        + "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in item.authors)
        + f"<description>{escape(item.summary)}</description></item>\n"
        for item in items
    )
    return (
        f'{DECLARATION}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>'
        f"<title>{escape(channel.name)}</title><link>{channel.home}</link>"
        f"<description>{escape(channel.name)}</description>"
        f"<language>{channel.language}</language>\n{entries}</channel>\n</rss>\n"
    )


def rdf(channel: Channel, items: list[Item]) -> str:
    """RSS 1.0."""
    order = "".join(f'<rdf:li rdf:resource="{escape(item.url)}"/>' for item in items)
    entries = "".join(
        f'<item rdf:about="{escape(item.url)}"><title>{escape(item.title)}</title>'
        f"<link>{escape(item.url)}</link><dc:date>{item.published}</dc:date>"
        + "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in item.authors)
        + "</item>\n"
        for item in items
    )
    return (
        f'{DECLARATION}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<channel rdf:about="{channel.address}"><title>{escape(channel.name)}</title>'
        f"<link>{channel.home}</link><description>{escape(channel.name)}</description>"
        f"<items><rdf:Seq>{order}</rdf:Seq></items></channel>\n{entries}</rdf:RDF>\n"
    )


def atom(channel: Channel, items: list[Item]) -> str:
    """Atom 1.0."""
    entries = "".join(
        f'<entry><id>{escape(item.url)}</id><link href="{escape(item.url)}"/>'
        f"<title>{escape(item.title)}</title><published>{item.published}</published>"
        f"<updated>{item.changed}</updated>"
        + "".join(f"<author><name>{escape(name)}</name></author>" for name in item.authors)
        + f"<summary>{escape(item.summary)}</summary></entry>\n"
        for item in items
    )
    newest = max(item.changed for item in items)
    return (
        f'{DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{channel.language}">\n'
        f'<id>{channel.home}</id><link rel="self" href="{channel.address}"/>'
        f'<link href="{channel.home}"/><title>{escape(channel.name)}</title>'
        f"<updated>{newest}</updated>\n{entries}</feed>\n"
    )


def json_feed(channel: Channel, items: list[Item]) -> str:
    """JSON Feed 1.1."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.name,
        "home_page_url": channel.home,
        "feed_url": channel.address,
        "language": channel.language,
        "items": [
            {
                "id": item.url,
                "url": item.url,
                "title": item.title,
                "date_published": item.published,
                "authors": [{"name": name} for name in item.authors],
                "content_text": item.summary,
            }
            for item in items
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def sitemap(items: list[Item]) -> str:
    """All pages with their last changes."""
    urls = "".join(
        f"<url><loc>{escape(item.url)}</loc><lastmod>{item.changed}</lastmod></url>\n"
        for item in items
    )
    return f'{DECLARATION}<urlset xmlns="{SITEMAP}">\n{urls}</urlset>\n'


def news_sitemap(channel: Channel, items: list[Item]) -> str:
    """Recent articles with their titles."""
    publication = (
        f"<news:publication><news:name>{escape(channel.name)}</news:name>"
        f"<news:language>{channel.language}</news:language></news:publication>"
    )
    urls = "".join(
        f"<url><loc>{escape(item.url)}</loc><news:news>{publication}"
        f"<news:publication_date>{item.published}</news:publication_date>"
        f"<news:title>{escape(item.title)}</news:title></news:news></url>\n"
        for item in items
    )
    return f'{DECLARATION}<urlset xmlns="{SITEMAP}" xmlns:news="{NEWS}">\n{urls}</urlset>\n'


def sitemap_index(address: str, changed: str) -> str:
    """An index of one sitemap."""
    return (
        f'{DECLARATION}<sitemapindex xmlns="{SITEMAP}"><sitemap><loc>{address}</loc>'
        f"<lastmod>{changed}</lastmod></sitemap></sitemapindex>\n"
    )


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else datetime.fromisoformat(f"{written}T00:00:00+01:00")


FEEDS: dict[str, Callable[[Channel, list[Item]], str]] = {
    "rss": rss,
    "rdf": rdf,
    "atom": atom,
    "json": json_feed,
}
