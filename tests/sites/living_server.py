"""Publishers with changing pages on loopback, and a log of the content of every answer."""

import asyncio
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cached_property
from random import Random
from urllib.parse import parse_qsl, quote, unquote, urlencode

from tests.demo_corpus.feeds import Channel, Item, atom, rss, sitemap
from tests.sites.faults import FaultChooser
from tests.sites.living import WALL, Page, Text, morning
from tests.sites.many import LOOPBACK, ManySites
from tests.sites.pages import gzip_parts
from tests.sites.press import TRACKING, Press, Trait, respelled, tracked
from tests.sites.server import NOT_FOUND, Connection, SeenRequest, ServerState

REASONS = {200: "OK", 301: "Moved", 302: "Found", 304: "Not Modified", 404: "No", 410: "Gone"}
FEED_ITEMS = 12


@dataclass(frozen=True, slots=True)
class Served:
    """One complete answer about an article's address.

    Attributes:
        at: when it was given.
        text: the text that a 200 sent or a 304 confirmed; None: a wall.
        status: 200, 304, or the status of a redirect or loss.
    """

    at: datetime
    night: int
    page: Page
    status: int
    text: Text | None


@dataclass(frozen=True)
class ServedResource:
    """The resource behind an address tonight, as `Connection` asks for it."""

    site: "LivingSites"
    page: Page | None
    content: bytes = b""
    kind: str = "text/html; charset=utf-8"
    is_article: bool = True

    @cached_property
    def body(self) -> bytes:
        return self.page.body(self.site.number) if self.page else self.content

    def answer(self, headers: dict[str, str]) -> tuple[int, bytes]:
        """Return status and whole answer; answers about articles are logged."""
        if self.page is None:
            dated = {"Last-Modified": format_datetime(morning(self.site.number), usegmt=True)}
            sent = {"Content-Type": self.kind, **(dated if self.content is WALL else {})}
            return 200, _answer(200, sent, self.body, headers)
        page, night = self.page, self.site.number
        status = page.status(night)
        if status != 200:
            self._log(status, None)
            location = {"Location": page.location(night)} if status in (301, 302) else {}
            return status, _answer(status, location, b"", headers)
        validators = page.validator_headers(night, self.body)
        if page.is_unchanged(validators, headers):
            self._log(304, self._confirmed(headers))
            return 304, _answer(304, validators, None, headers)
        for value in validators.values():
            page.sent[value] = page.text(night)
        self._log(200, page.text(night))
        return 200, _answer(200, {"Content-Type": self.kind, **validators}, self.body, headers)

    def _confirmed(self, headers: dict[str, str]) -> Text | None:
        """Return the text that was sent with the validator; for an unknown one the present text."""
        assert self.page is not None
        value = headers.get("if-none-match") or headers["if-modified-since"]
        return self.page.sent.get(value, self.page.text(self.site.number))

    def _log(self, status: int, text: Text | None) -> None:
        assert self.page is not None
        now = datetime.now(UTC)
        self.site.served.append(Served(now, self.site.number, self.page, status, text))


def _answer(
    status: int, headers: dict[str, str], body: bytes | None, request_headers: dict[str, str]
) -> bytes:
    if body and "gzip" in request_headers.get("accept-encoding", ""):
        body = b"".join(gzip_parts((body,)))
        headers = {**headers, "Content-Encoding": "gzip"}
    length = {} if body is None else {"Content-Length": str(len(body))}
    lines = [f"{name}: {value}" for name, value in {**headers, **length}.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} {REASONS[status]}", *lines])
    return head.encode() + b"\r\n\r\n" + (body or b"")


class LivingConnection(Connection):
    """A connection that answers with a `ServedResource`."""

    def _correct_answer(
        self, seen: SeenRequest, resource: ServedResource | None
    ) -> tuple[int, tuple[bytes, ...]]:
        if resource is None:
            return 404, (NOT_FOUND,)
        status, answer = resource.answer(seen.headers)
        return status, (answer,)


@dataclass
class Host:
    """The addresses of one host."""

    site: "LivingSites"
    name: str
    pages: dict[str, Page] = field(default_factory=dict)

    def resource(self, path: str) -> ServedResource | None:
        if listing := self.site.listing(self.name, path):
            return listing
        page = self.pages.get(normalised_path(path))
        return ServedResource(self.site, page) if page else None


def normalised_path(path: str) -> str:
    """Return a path without tracking parameters, in one spelling."""
    path, _, query = path.partition("?")
    path = quote(unicodedata.normalize("NFC", unquote(path)))
    kept = [(name, value) for name, value in parse_qsl(query) if name not in TRACKING]
    return f"{path}?{urlencode(kept)}" if kept else path


@dataclass
class LivingSites(ManySites):
    """Publishers `press-00.example`, ... whose stories change through many nights.

    Attributes:
        number: of the night, from 0.
        served: every complete answer about an article's address.
        listed: the addresses in lists, by night.
    """

    _: KW_ONLY
    traits: frozenset[Trait] = frozenset(Trait)
    nights: int = 30
    new: int = 3
    number: int = field(default=-1, init=False)
    served: list[Served] = field(default_factory=list, init=False)
    pages: dict[str, Page] = field(default_factory=dict, init=False)
    listed: dict[int, set[str]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._presses = [
            Press(f"press-{number:02}.example", number * 10_000, self.traits, self.nights)
            for number in range(self.publishers)
        ]
        names = [name for one in self._presses for name in (one.host, f"m.{one.host}")]
        hosts = {name: Host(self, name) for name in names}
        self._state = ServerState(hosts, FaultChooser(self.seed, self.faults), has_log=True)
        self._count = 0
        self._lists: dict[tuple[str, str], ServedResource] = {}

    async def _listen(self) -> list[asyncio.Server]:
        server = await self._loop.create_server(
            lambda: LivingConnection(self._state), LOOPBACK, 0, backlog=1_000
        )
        self.port = server.sockets[0].getsockname()[1]
        self.hosts.update({host: f"{LOOPBACK}:{self.port}" for host in self._state.publishers})
        return [server]

    def begin_night(self) -> None:
        """Move to the next night: add stories and write tonight's lists."""
        self.number += 1
        self._state.night = self.number
        self._state.attempts.clear()
        for press in self._presses:
            for _ in range(self.new * 3 if self.number == 0 else self.new):
                random = Random(f"{self.seed}|{press.host}|{self._count}")
                for page in press.pages(self._count, self.number, random):
                    self.pages[page.url] = page
                    self._state.publishers[page.host].pages[normalised_path(page.path)] = page
                self._count += 1
            self._write_lists(press)

    def page_at(self, url: str) -> Page | None:
        """Return the article's page at an address in any spelling; None: there is none."""
        _, _, host, path = url.partition("#")[0].split("/", 3)
        host = host.lower().removesuffix(":80")
        pages = self._state.publishers[host].pages
        return pages.get(normalised_path("/" + path.replace("a/../", "")))

    def listing(self, host: str, path: str) -> ServedResource | None:
        return self._lists.get((host, path))

    def _write_lists(self, press: Press) -> None:
        random = Random(f"{self.seed}|{press.host}|lists|{self.number}")
        own = [one for one in self.pages.values() if one.host.endswith(press.host)]
        open_ones = [one for one in own if self.number < one.listed_until]
        feed = list(self._in_feed(press, open_ones, random))
        section = [one for one in open_ones[-40:] if random.random() < 0.6]
        dated = [one for one in open_ones if random.random() < 0.8]
        if Trait.SPELLINGS in self.traits:
            mapped = [respelled(one.url, random) for one in dated]
        else:
            mapped = [one.url for one in dated]
        self.listed.setdefault(self.number, set()).update(
            one.url for one in (*(page for page, _ in feed), *section)
        )
        channel = Channel(
            press.host, "en", f"http://{press.host}/", f"http://{press.host}/feed.xml"
        )
        write = random.choice((rss, atom))
        self._set(press.host, "/feed.xml", write(channel, [_item(*one) for one in feed]))
        items = [_item(page, url) for page, url in zip(dated, mapped, strict=True)]
        self._set(press.host, "/sitemap.xml", sitemap(items))
        links = "".join(f"<h2><a href='{one.url}'>Story</a></h2>" for one in section)
        links += f"<h2><a href='/2025/03/11/news-of-the-week-{self.number}'>Week</a></h2>"
        body = f"<html><body><h1>News</h1>{links}</body></html>"
        self._set(press.host, "/news/", body, "text/html; charset=utf-8")
        self._lists[press.host, "/consent"] = ServedResource(self, None, WALL)
        week = f"/2025/03/11/news-of-the-week-{self.number}"
        self._lists[press.host, week] = ServedResource(self, None, WALL)

    def _in_feed(
        self, press: Press, pages: Sequence[Page], random: Random
    ) -> Iterator[tuple[Page, str]]:
        newest = [one for one in pages if one.host == press.host][-FEED_ITEMS * 2 :]
        for page in newest:
            if page.story.born == self.number or random.random() < 0.4:
                has_tracking = Trait.TRACKING in self.traits
                yield page, tracked(page.url, random) if has_tracking else page.url

    def _set(self, host: str, path: str, content: str, kind: str = "application/xml") -> None:
        self._lists[host, path] = ServedResource(self, None, content.encode(), kind)

    def sources_toml(self, delay: float = 0.0, *, with_sitemaps: bool = False) -> str:
        return "\n".join(
            f'[[source]]\nname = "{press.host.removesuffix(".example")}"\n'
            f'homepage = "http://{press.host}/"\nfeeds = ["http://{press.host}/feed.xml"]\n'
            f'sections = ["http://{press.host}/news/"]\ndelay = {delay}\n'
            f'sitemaps = ["http://{press.host}/sitemap.xml"]\n'
            for press in self._presses
        )


def _item(page: Page, url: str) -> Item:
    at = morning(page.story.born).isoformat()
    return Item(url, "A story", at, at, ("Ida Marsh",), "")
