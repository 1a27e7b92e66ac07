"""Texts and pages of generated publishers whose pages change, move, vanish and come back.

A page's content depends on the night only, so a test knows the right content of every answer.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from random import Random

from tests.pipeline.archives import WORDS, story

FIRST_MORNING = datetime(2025, 3, 11, 4, tzinfo=UTC)
GOLDEN = Path(__file__).parent.parent / "golden"
WALL = (GOLDEN / "reject-consent-wall" / "page.html").read_bytes()
# A line in the text of every story of a publisher; it is learned as boilerplate after some nights.
REFRAIN = "Readers of {host} can order prints of every picture at the desk on the quay."


def morning(night: int) -> datetime:
    return FIRST_MORNING + timedelta(days=night)


class Validators(StrEnum):
    """The validators that a page sends, and how reliable they are."""

    NONE = "none"
    ETAG = "etag"
    WEAK = "weak"
    MODIFIED = "modified"
    BOTH = "both"
    OF_BYTES = "of_bytes"  # changes with every advertisement
    IGNORED = "ignored"  # sent, but never answered by 304
    STUCK = "stuck"  # never changes, so the answer is always 304
    BACKDATED = "backdated"  # a text that comes back gets its old date again


@dataclass(frozen=True, slots=True)
class Text:
    """The content of a page; texts with the same `words` are the same text.

    Attributes:
        number: of the story from `archives.story`.
        word: replaces "committee" in the first line.
        note: a paragraph at the end, such as a correction.
    """

    number: int
    title: str
    word: str = "committee"
    note: str = ""
    refrain: str = ""

    @property
    def paragraphs(self) -> tuple[str, ...]:
        first, *others = story(self.number).split("\n\n")
        lines = (first.replace("committee", self.word), *others, self.note, self.refrain)
        return tuple(line for line in lines if line)

    @property
    def words(self) -> str:
        return "\n\n".join(self.paragraphs)

    @property
    def words_learned(self) -> str:
        """Return the text without its refrain, as it is once the refrain is boilerplate."""
        return replace(self, refrain="").words


@dataclass(frozen=True, slots=True)
class Story:
    """One article with its texts over time: `life` has the first night of each text."""

    number: int
    born: int
    life: tuple[tuple[int, Text], ...]

    def text(self, night: int) -> Text:
        return self._state(night)[1]

    def since(self, night: int, *, backdated: bool = False) -> int:
        """Return the night since which the article has its present text.

        Args:
            backdated: for a text that came back, return the night when it first appeared.
        """
        start, text = self._state(night)
        return next(n for n, one in self.life if one == text) if backdated else start

    def _state(self, night: int) -> tuple[int, Text]:
        past = [state for state in self.life if state[0] <= night]
        return past[-1] if past else self.life[0]


@dataclass(slots=True, eq=False)
class Page:
    """One address of an article.

    Attributes:
        path: with the part of its query that matters.
        identity: the address that identifies its article: its own, or the canonical one.
        has_furniture: whether advertisements and teasers change every night.
        lag: number of nights that a cache is behind.
        walled: nights on which it shows a consent wall.
        detoured: nights on which it redirects to the wall's own page.
        gone: (night, status) from which on it is gone.
        moved: (night, address) from which on it redirects.
        sent: the text that was sent with each validator.
    """

    host: str
    path: str
    story: Story
    identity: str
    canonical: str | None = None
    validators: Validators = Validators.NONE
    has_furniture: bool = False
    lag: int = 0
    has_counter: bool = False
    walled: frozenset[int] = frozenset()
    detoured: frozenset[int] = frozenset()
    gone: tuple[int, int] | None = None
    moved: tuple[int, str] | None = None
    listed_until: int = 1_000
    sent: dict[str, Text | None] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}"

    def text(self, night: int) -> Text | None:
        """Return the text that a reader finds; None: a consent wall."""
        return None if night in self.walled else self.story.text(night - self.lag)

    def status(self, night: int) -> int:
        if self.gone and night >= self.gone[0]:
            return self.gone[1]
        if self.moved and night >= self.moved[0]:
            return 301
        return 302 if night in self.detoured else 200

    def location(self, night: int) -> str:
        away = bool(self.moved and night >= self.moved[0])
        return self.moved[1] if away and self.moved else f"http://{self.host}/consent"

    def body(self, night: int) -> bytes:
        text = self.text(night)
        if text is None:
            return WALL + b"<!-- %d -->" % night
        random = Random(f"{night}|{self.url}" if self.has_furniture else self.url)
        counter = COUNTER.format(random.randrange(500)) if self.has_counter else ""
        return html(text, self.canonical, self.story.born, random, counter).encode()

    def validator_headers(self, night: int, body: bytes) -> dict[str, str]:
        """Return the headers with the page's validators."""
        kind, text = self.validators, self.text(night)
        digest = blake2b(repr((self.url, text)).encode(), digest_size=8).hexdigest()
        modified = self.modified(night)
        return {
            Validators.NONE: {},
            Validators.ETAG: {"ETag": f'"{digest}"'},
            Validators.WEAK: {"ETag": f'W/"{digest}"'},
            Validators.MODIFIED: {"Last-Modified": modified},
            Validators.BOTH: {"ETag": f'"{digest}"', "Last-Modified": modified},
            Validators.OF_BYTES: {"ETag": f'"{blake2b(body, digest_size=8).hexdigest()}"'},
            Validators.IGNORED: {"ETag": f'"{digest}"', "Last-Modified": modified},
            Validators.STUCK: {"ETag": '"for-ever"'},
            Validators.BACKDATED: {"Last-Modified": modified},
        }[kind]

    def modified(self, night: int) -> str:
        backdated = self.validators is Validators.BACKDATED
        since = self.story.since(night - self.lag, backdated=backdated)
        at = morning(night) if self.text(night) is None else morning(since + self.lag)
        return format_datetime(at, usegmt=True)

    def is_unchanged(
        self, validators_sent: dict[str, str], request_headers: dict[str, str]
    ) -> bool:
        """Return whether a request's conditions are answered by 304."""
        if self.validators is Validators.IGNORED:
            return False
        if tag := request_headers.get("if-none-match"):
            return tag.removeprefix("W/") == validators_sent.get("ETag", "").removeprefix("W/")
        since = request_headers.get("if-modified-since")
        if not since or "Last-Modified" not in validators_sent:
            return False
        return parsedate_to_datetime(validators_sent["Last-Modified"]) <= parsedate_to_datetime(
            since
        )


def html(text: Text, canonical: str | None, born: int, random: Random, counter: str) -> str:
    """Return a page; `random` decides the parts that are not the article."""
    data = {
        "@type": "NewsArticle",
        "headline": text.title,
        "datePublished": morning(born).isoformat(),
        "author": {"@type": "Person", "name": "Ida Marsh"},
    }
    link = f"<link rel='canonical' href='{canonical}'>" if canonical else ""
    body = "".join(f"<p>{line}</p>\n" for line in text.paragraphs)
    teasers = "".join(
        f"<li><a href='/2025/03/01/other-{random.randrange(10_000)}'>"
        f"{' '.join(random.choices(WORDS, k=6)).capitalize()}</a></li>"
        for _ in range(5)
    )
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{text.title}</title>"
        f"{link}<script type='application/ld+json'>{json.dumps(data)}</script></head><body>"
        f"<header><span class='today'>{random.choice(DAYS)}, {random.randrange(1, 29)} March</span>"
        f"<nav><a href='/'>Home</a> <a href='/news/'>News</a></nav></header><main>"
        f"<article><h1>{text.title}</h1>\n"
        f"{counter}{body}"
        f"</article></main><aside class='most-read'><h2>Most read</h2><ol>{teasers}</ol></aside>"
        f"<div class='advertisement'><a href='/go'>{random.choice(WORDS).upper()} SALE: "
        f"{random.randrange(5, 90)} % off</a></div>"
        f"<footer>Courier, page made in {random.randrange(90)} ms</footer></body></html>"
    )


COUNTER = "<a class='comment-count' href='#comments'>{} comments</a>\n"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
