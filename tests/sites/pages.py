"""Pages of generated publishers: articles, feeds, sitemaps, robots.txt."""

import json
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from functools import cached_property, lru_cache
from hashlib import blake2b
from random import Random

from tests.demo_corpus.feeds import Channel, Item, atom, rss, sitemap
from tests.pipeline.archives import WORDS, story

ROOM = 1_000_000  # numbers of articles per publisher
REACH = timedelta(hours=36)  # age of the oldest article on the first night's morning
MORNING = time(4, tzinfo=UTC)
AUTHOR = "Ida Marsh"
OWN_BYTES = 1_500  # least size of the part of a page that is the article itself
GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


@dataclass(frozen=True, slots=True)
class Article:
    """One version of an article.

    Attributes:
        number: unique among all publishers.
    """

    number: int
    url: str
    published: datetime
    modified: datetime
    version: int = 1

    @property
    def path(self) -> str:
        return "/" + self.url.split("/", 3)[3]

    @property
    def title(self) -> str:
        return f"District {self.number} decides"

    @property
    def text(self) -> str:
        """Return the text without the title; no other version has the same."""
        return story(self.number * 100 + self.version)

    def item(self) -> Item:
        """Return the entry of the article in a feed or sitemap."""
        return Item(
            self.url,
            self.title,
            self.published.isoformat(),
            self.modified.isoformat(),
            (AUTHOR,),
            self.text[:80],
        )


@dataclass(frozen=True)
class Resource:
    """The resource at an address: the parts of its body, and its headers."""

    kind: str
    modified: datetime
    parts: tuple[bytes, ...]
    is_article: bool = False

    @cached_property
    def etag(self) -> str:
        digest = blake2b(digest_size=10)
        for part in self.parts[:1] if self.is_article else self.parts:
            digest.update(part)
        return f'"{digest.hexdigest()}"'

    @cached_property
    def last_modified(self) -> str:
        return format_datetime(self.modified, usegmt=True)

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)

    @cached_property
    def plain(self) -> tuple[bytes, ...]:
        """Return the whole answer, uncompressed."""
        first, *others = self.parts
        return self._head("", self.parts) + first, *others

    @cached_property
    def packed(self) -> tuple[bytes, ...]:
        """Return the whole answer with its body as gzip."""
        parts = gzip_parts(self.parts)
        return self._head("Content-Encoding: gzip\r\n", parts), *parts

    @cached_property
    def unchanged(self) -> bytes:
        """Return the answer 304 to a conditional request."""
        return f"HTTP/1.1 304 Not Modified\r\n{self._validators}\r\n".encode()

    @property
    def _validators(self) -> str:
        return (
            f"ETag: {self.etag}\r\nLast-Modified: {self.last_modified}\r\nVary: Accept-Encoding\r\n"
        )

    def _head(self, extra: str, parts: tuple[bytes, ...]) -> bytes:
        return (
            f"HTTP/1.1 200 OK\r\nContent-Type: {self.kind}\r\n{extra}{self._validators}"
            f"Content-Length: {sum(map(len, parts))}\r\n\r\n"
        ).encode()


@dataclass
class Publisher:
    """One generated publisher on one night; `evolved` returns it a night later.

    Attributes:
        size: least size of an article's page in bytes.
        closed: an address that the feed lists and robots.txt disallows; empty: none.
    """

    host: str
    first_number: int
    articles: list[Article]
    feed_items: int
    size: int
    robots: str | None
    closed: str = ""
    scheme: str = "http"
    _resources: dict[str, Resource | None] = field(default_factory=dict)

    @property
    def home(self) -> str:
        return f"{self.scheme}://{self.host}/"

    @cached_property
    def by_path(self) -> dict[str, Article]:
        return {article.path: article for article in self.articles}

    @property
    def newest(self) -> list[Article]:
        """Return the articles in the feed, newest first."""
        ordered = sorted(self.articles, key=lambda one: one.published, reverse=True)
        return ordered[: self.feed_items]

    def resource(self, path: str) -> Resource | None:
        """Return the resource at a path; None: there is none."""
        if path not in self._resources:
            self._resources[path] = self._build(path)
        return self._resources[path]

    def _build(self, path: str) -> Resource | None:
        if article := self.by_path.get(path):
            return Resource(
                "text/html; charset=utf-8", article.modified, page(article, self.size), True
            )
        changed = max(article.modified for article in self.articles)
        if path == "/feed.xml":
            return Resource("application/xml", changed, (self._feed().encode(),))
        if path == "/sitemap.xml":
            items = [article.item() for article in self.articles]
            return Resource("application/xml", changed, (sitemap(items).encode(),))
        if path == "/":
            return Resource("text/html; charset=utf-8", changed, (self._front().encode(),))
        if path == "/robots.txt" and self.robots is not None:
            return Resource("text/plain", changed, (self.robots.encode(),))
        if self.closed and self.home + path[1:] == self.closed:
            return Resource("text/html", changed, (b"<p>Nobody was to read this.",))
        return None

    def _feed(self) -> str:
        items = [article.item() for article in self.newest]
        if self.closed:
            items.append(replace(items[0], url=self.closed, title="Closed"))
        channel = Channel(self.host, "en", self.home, f"{self.home}feed.xml")
        return (atom if self.first_number // ROOM % 2 else rss)(channel, items)

    def _front(self) -> str:
        kind = "atom" if self.first_number // ROOM % 2 else "rss"
        links = "".join(
            f'<h2><a href="{one.path}">{one.title}</a></h2>' for one in self.newest[:20]
        )
        return (
            f"<!doctype html><html lang='en'><head><title>{self.host}</title>"
            f'<link rel="alternate" type="application/{kind}+xml" href="/feed.xml"></head>'
            f"<body><h1>{self.host}</h1>{links}</body></html>"
        )

    def evolved(self, night: date, new: int, revised: int, random: Random) -> "Publisher":
        """Return the publisher a night later, with new articles and some old ones revised."""
        morning = datetime.combine(night, MORNING)
        chosen = set(random.sample(range(len(self.articles)), min(revised, len(self.articles))))
        articles = [
            replace(article, version=article.version + 1, modified=morning - timedelta(hours=1))
            if index in chosen
            else article
            for index, article in enumerate(self.articles)
        ]
        first = self.first_number + len(articles)
        articles += new_articles(self.home, first, new, (morning - timedelta(hours=20), morning))
        return replace(self, articles=articles, _resources={})


def new_articles(
    home: str, first: int, count: int, span: tuple[datetime, datetime]
) -> list[Article]:
    """Return `count` new articles, published at even intervals within a span of time."""
    start, end = span
    step = (end - start) / (count + 1)
    moments = [(start + step * (number + 1)).replace(microsecond=0) for number in range(count)]
    return [
        Article(number, f"{home}{at:%Y/%m/%d}/district-{number}", at, at)
        for number, at in enumerate(moments, start=first)
    ]


def page(article: Article, size: int) -> tuple[bytes, bytes]:
    """Return a page of at least `size` bytes in two parts: the article's own, and a shared one."""
    data = {
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": article.published.isoformat(),
        "dateModified": article.modified.isoformat(),
        "author": {"@type": "Person", "name": AUTHOR},
    }
    body = "".join(f"<p>{line}</p>\n" for line in article.text.split("\n\n"))
    own = (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{article.title}</title>"
        f"<link rel='canonical' href='{article.url}'>"
        f"<script type='application/ld+json'>{json.dumps(data)}</script></head>"
        f"<body><nav><a href='/'>Home</a></nav><article><h1>{article.title}</h1>\n{body}</article>"
    ).encode()
    return own, filler(max(0, size - OWN_BYTES))


@lru_cache
def filler(size: int) -> bytes:
    """Return the end of a page, which compresses like real pages, about five to one."""
    random = Random(size)
    entries = []
    length = 0
    while length < size:
        words = " ".join(random.choices(WORDS, k=12))
        entries.append(f'{{"id": "{random.getrandbits(64):016x}", "teaser": "{words}"}}')
        length += len(entries[-1]) + 2
    state = f"<script type='application/json'>[{', '.join(entries)}]</script>" if size else ""
    return f"{state}<footer>Courier</footer></body></html>".encode()


def gzip_parts(parts: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return the parts of one gzip member; shared parts are compressed once for all pages."""
    crc = size = 0
    for part in parts:
        crc, size = zlib.crc32(part, crc), size + len(part)
    own, *shared = parts
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    first = packer.compress(own) + packer.flush(zlib.Z_FULL_FLUSH)
    trailer = crc.to_bytes(4, "little") + size.to_bytes(4, "little")
    return GZIP_HEADER + first, *map(_deflated, shared), (b"" if shared else b"\x03\x00") + trailer


@lru_cache(maxsize=8)
def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()
