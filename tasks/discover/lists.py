"""Reading of one list of a source: a conditional request, and the parsing of its answer."""

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
from tasks.fetch.attempts import Attempt, LoggedRequest, attempt_of_answer, attempt_of_error
from tasks.fetch.fetcher import Fetcher
from tasks.fetch.long_waits import OtherWork
from tasks.fetch.model import FetchError, FetchOutcome, RequestKind
from tasks.fetch.orders import FetchOrder
from tasks.fetch.retries import is_worth_repeating, pause
from tasks.fetch.robots import Robots
from tasks.fetch.secrets import secrets_of
from tasks.fetch.target import conditions
from tasks.reasons import FetchReason
from tasks.web.exchange import Answer

AN_HOUR = 3_600.0
NIGHT_OVER = "the time for lists was over (discover.night_seconds)"
T = TypeVar("T")
Parse = Callable[..., Coroutine[None, None, Listing]]


@dataclass(frozen=True, slots=True)
class ListState:
    """The answer of a list when it was last read.

    Attributes:
        night: of the last visit.
        unmodified: number of visits in a row that gave "not modified".
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
        attempt: the last attempt.
        listing: None if it could not be read or is unchanged.
        content: of the answer, for a page that is read in two ways.
        unread_children: number of sitemaps that were not requested, because there are too many.
    """

    url: str
    attempt: Attempt
    read_at: datetime
    listing: Listing | None = None
    content: bytes = b""
    unread_children: int = 0

    @property
    def is_ok(self) -> bool:
        """Return whether the list answered, changed or not."""
        return self.attempt.outcome in ("fetched", "unchanged")

    @property
    def final_url(self) -> str:
        """Return the address that answered, to which its links are relative."""
        return self.attempt.final_url or self.url

    @property
    def problem(self) -> str | None:
        """Return what went wrong in one line; None if nothing did."""
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
        """Return whether everything that it lists was looked at."""
        left_out = self.listing.left_out if self.listing else 0
        return self.is_ok and not self.unread_children and not left_out


@dataclass(frozen=True, slots=True)
class ListReader:
    """Reads the lists of a source.

    Attributes:
        states: the last answer of each list, by its address.
        add_attempt: called with each attempt as it ends.
        other_work: tells when only slow hosts are left to wait for.
        deadline: on the monotonic clock; no request is made after it.
    """

    fetcher: Fetcher
    source: Source
    states: Mapping[str, ListState]
    settings: Settings
    add_attempt: Callable[[Attempt], None]
    other_work: OtherWork = field(default_factory=OtherWork)
    deadline: float = field(default_factory=lambda: time.monotonic() + AN_HOUR)

    async def read(
        self, kind: RequestKind, url: str, parse: Parse | None, *, force: bool = False
    ) -> ListRead:
        """Request a list, conditionally if "not modified" can be believed, and parse it.

        An ETag may be wrong. Therefore the bytes are compared as well, and after `force_visits`
        visits in a row without a change the list is requested unconditionally.

        Args:
            parse: None for a page whose content the caller reads.
            force: request and parse it, whatever is known about it.
        """
        request = LoggedRequest(source=self.source.name, kind=kind, url=url)
        now = datetime.now(UTC)
        answer, attempt = await self._request(request, force)
        listing = None
        if answer and parse and (force or attempt.outcome == "fetched"):
            listing = await parse(answer.content, answer.url, answer.headers)
            if listing.fault and not listing.entries and not listing.children:
                attempt = replace(
                    attempt,
                    outcome="failed",
                    reason=str(FetchReason.BROKEN_LIST),
                    detail=listing.fault,
                )
        self.add_attempt(attempt)
        return ListRead(url, attempt, now, listing, answer.content if answer else b"")

    async def _request(self, request: LoggedRequest, force: bool) -> tuple[Answer | None, Attempt]:
        """Return the answer and its attempt; or None and the last attempt, if all failed."""
        order = self._order(request.url, force)
        number = 1
        while True:
            try:
                answer = await self._in_time(self.fetcher.fetch(order), request.url)
            except FetchError as error:
                # Nothing was requested, so this is no attempt: neither counted nor logged.
                if error.reason is FetchReason.LONG_DELAY and await self._may_wait(error):
                    continue
                attempt = attempt_of_error(request, number, error)
                if not is_worth_repeating(error, number, self.settings.fetch):
                    return None, attempt
                self.add_attempt(attempt)
                await asyncio.sleep(pause(number, self.settings.fetch))
                number += 1
            else:
                return answer, self._compare_with_last(
                    attempt_of_answer(request, number, answer, None), answer
                )

    async def robots(self) -> Robots:
        """Return the robots.txt of the source's homepage.

        Raises:
            FetchError: the homepage must not be requested, or robots.txt did not come in time.
        """
        homepage = self.source.homepage
        return await self._in_time(self.fetcher.robots(homepage, self.source.delay), homepage)

    async def _in_time(self, coroutine: Coroutine[None, None, T], url: str) -> T:
        """Run a request unless and until the time for lists is over.

        Raises:
            FetchError: NIGHT_OVER.
        """
        over = FetchError(FetchReason.NIGHT_OVER, NIGHT_OVER, url=url)
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            coroutine.close()
            raise over
        try:
            async with asyncio.timeout(seconds):
                return await coroutine
        except TimeoutError as error:
            raise over from error

    async def _may_wait(self, error: FetchError) -> bool:
        """Wait for a slow host; return whether it may be asked again."""
        seconds = min(error.retry_after or 0.0, self.deadline - time.monotonic())
        return await self.other_work.wait(self.source.name, seconds)

    def _order(self, url: str, force: bool) -> FetchOrder:
        state = self.states.get(url, NEVER_READ)
        is_conditional = not force and state.unmodified < self.settings.discover.force_visits
        return FetchOrder(
            url,
            headers=conditions(state.etag, state.last_modified) if is_conditional else (),
            secrets=secrets_of(self.source),
            most_bytes=self.settings.discover.listing_bytes,
            delay=self.source.delay,
        )

    def _compare_with_last(self, attempt: Attempt, answer: Answer) -> Attempt:
        """Add the digest of the body; mark a body like the last one as unchanged."""
        if answer.status == 304:
            return attempt
        # Many servers send the same bytes with another ETag, or none.
        digest = sha1(answer.body, usedforsecurity=False).hexdigest()
        before = self.states.get(attempt.url, NEVER_READ).payload_digest
        outcome: FetchOutcome = "unchanged" if digest == before else "fetched"
        return replace(attempt, payload_digest=digest, outcome=outcome)
