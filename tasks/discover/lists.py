"""Reading one list of a source: a conditional request, and its answer parsed."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha1
from typing import TypeVar

from config.settings import Settings
from config.sources import Source
from tasks.discover.model import Listing
from tasks.fetch.attempts import Asked, Attempt, answered, failed
from tasks.fetch.fetcher import Fetcher, Order
from tasks.fetch.model import Answer, FetchError, Kind, Outcome, Reason
from tasks.fetch.others import Others
from tasks.fetch.patience import is_worth_repeating, pause
from tasks.fetch.robots import Robots
from tasks.fetch.secrets import secrets_of
from tasks.fetch.target import conditions

AN_HOUR = 3_600.0
NIGHT_OVER = "the time for lists was over (discover.night_seconds)"
T = TypeVar("T")
Parse = Callable[..., Coroutine[None, None, Listing]]


@dataclass(frozen=True, slots=True)
class ListState:
    """What a list answered when it was last read.

    Attributes:
        night: of the last visit.
        unmodified: how often in a row it has said "not modified".
        items: keys of the addresses that a feed listed when it last sent its content.
    """

    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None
    night: date | None = None
    unmodified: int = 0
    items: frozenset[str] = frozenset()


NEVER_READ = ListState()


@dataclass(frozen=True, slots=True)
class ListRead:
    """One list as read tonight.

    Attributes:
        attempt: the last one.
        listing: None where it could not be read, or is as it was.
        content: of the answer, for a page that is read in two ways.
        unread_children: sitemaps that nothing was asked of tonight, for there are too many.
    """

    url: str
    attempt: Attempt
    read_at: datetime
    listing: Listing | None = None
    content: bytes = b""
    unread_children: int = 0

    @property
    def is_ok(self) -> bool:
        return self.attempt.outcome in ("fetched", "unchanged")

    @property
    def final_url(self) -> str:
        """The address that answered, to which its links are relative."""
        return self.attempt.final_url or self.url

    @property
    def problem(self) -> str | None:
        """What went wrong, in a line."""
        last = self.attempt
        if not self.is_ok:
            return f"{self.url}: {last.reason}" + (f" ({last.detail})" if last.detail else "")
        notes = [self.listing.fault] if self.listing and self.listing.fault else []
        if self.unread_children:
            notes.append(
                f"{self.unread_children} more sitemaps were left unread (setting "
                "discover.sitemap_files)"
            )
        if self.listing and self.listing.left_out:
            notes.append(
                f"{self.listing.left_out:,} entries were left out (setting discover.list_entries)"
            )
        return f"{self.url}: {'; '.join(notes)}" if notes else None

    @property
    def is_complete(self) -> bool:
        """Whether all that it lists was looked at."""
        left_out = self.listing.left_out if self.listing else 0
        return self.is_ok and not self.unread_children and not left_out


@dataclass(frozen=True, slots=True)
class ListReader:
    """What reading a source's lists needs.

    Attributes:
        states: what each list answered last, by its address.
        note: is given each attempt as it ends.
        others: tells when only slow hosts are left to be waited for.
        deadline: on the monotonic clock; nothing more is asked then.
    """

    fetcher: Fetcher
    source: Source
    states: Mapping[str, ListState]
    settings: Settings
    note: Callable[[Attempt], None]
    others: Others = field(default_factory=Others)
    deadline: float = field(default_factory=lambda: time.monotonic() + AN_HOUR)

    async def read(
        self, kind: Kind, url: str, parse: Parse | None, *, anew: bool = False
    ) -> ListRead:
        """Asks for a list, unless-modified where that can be believed, and parses it.

        An ETag may lie: bytes are compared, and after some visits the list is asked for anew.

        Args:
            parse: None for a page whose content the caller reads.
            anew: asks for and parses it whatever is known of it.
        """
        asked = Asked(source=self.source.name, kind=kind, url=url)
        now = datetime.now(UTC)
        answer, attempt = await self._ask(asked, anew)
        listing = None
        if answer and parse and (anew or attempt.outcome == "fetched"):
            listing = await parse(answer.content, answer.url, answer.headers)
            if listing.fault and not listing.entries and not listing.children:
                attempt = replace(
                    attempt, outcome="failed", reason=str(Reason.BROKEN_LIST), detail=listing.fault
                )
        self.note(attempt)
        return ListRead(url, attempt, now, listing, answer.content if answer else b"")

    async def _ask(self, asked: Asked, anew: bool) -> tuple[Answer | None, Attempt]:
        """The answer and the attempt that gave it; or the last one, when none did."""
        order = self._order(asked.url, anew)
        number = 1
        while True:
            try:
                answer = await self._in_time(self.fetcher.fetch(order), asked.url)
            except FetchError as error:
                if error.reason is Reason.LONG_DELAY and await self._may_wait(error):
                    continue
                attempt = failed(asked, number, error)
                if not is_worth_repeating(error, number, self.settings.fetch):
                    return None, attempt
                self.note(attempt)
                await asyncio.sleep(pause(number, self.settings.fetch))
                number += 1
            else:
                return answer, self._compared(answered(asked, number, answer, None), answer)

    async def robots(self) -> Robots:
        """Return the robots.txt of the source's homepage.

        Raises:
            FetchError: the homepage must not be asked, or its robots.txt cannot be had in time.
        """
        homepage = self.source.homepage
        return await self._in_time(self.fetcher.robots(homepage, self.source.delay), homepage)

    async def _in_time(self, asking: Coroutine[None, None, T], url: str) -> T:
        """Raise FetchError (NIGHT_OVER) where the time for lists is over before the answer."""
        over = FetchError(Reason.NIGHT_OVER, NIGHT_OVER, url=url)
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            asking.close()
            raise over
        try:
            async with asyncio.timeout(seconds):
                return await asking
        except TimeoutError as error:
            raise over from error

    async def _may_wait(self, error: FetchError) -> bool:
        """Wait for a slow host; return whether it may be asked again."""
        seconds = min(error.retry_after or 0.0, self.deadline - time.monotonic())
        return await self.others.wait(self.source.name, seconds)

    def _order(self, url: str, anew: bool) -> Order:
        state = self.states.get(url, NEVER_READ)
        is_conditional = not anew and state.unmodified < self.settings.discover.force_visits
        return Order(
            url,
            headers=conditions(state.etag, state.last_modified) if is_conditional else (),
            secrets=secrets_of(self.source),
            most_bytes=self.settings.discover.listing_bytes,
            delay=self.source.delay,
        )

    def _compared(self, attempt: Attempt, answer: Answer) -> Attempt:
        if answer.status == 304:
            return attempt
        digest = sha1(answer.body, usedforsecurity=False).hexdigest()
        before = self.states.get(attempt.url, NEVER_READ).payload_digest
        outcome: Outcome = "unchanged" if digest == before else "fetched"
        return replace(attempt, payload_digest=digest, outcome=outcome)
