"""The politeness towards one host: turns, pauses, and when to give it up."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from yarl import URL

from config.settings import FetchSettings
from tasks.fetch.model import FetchError
from tasks.fetch.robots import Robots
from tasks.reasons import FetchReason

# Faults of the host as a whole; any other fault concerns one page.
HOST_FAULTS: Final = frozenset(
    {FetchReason.CONNECT, FetchReason.DNS, FetchReason.TLS, FetchReason.TIMEOUT, FetchReason.RESET}
)
BUSY_STATUSES: Final = frozenset({429, 503})


class Host:
    """The state of one host during a run; http and https of a name are the same host.

    Requests to a host take turns. With a delay only one request runs at a time, and the next
    starts that long after its end; without one, up to `host_connections` run at once. Waiting
    requests queue at a lock, so they are served in their order.

    Attributes:
        failures: number of failures in a row.
        given_up: why the host is not asked any more tonight, if so.
        crawl_delay: seconds that its robots.txt asks for.
        robots: its robots.txt, by scheme.
    """

    def __init__(self, name: str, settings: FetchSettings) -> None:
        self.name = name
        self.failures = 0
        self.given_up: str | None = None
        self.crawl_delay = 0.0
        self.robots: dict[str, Robots] = {}
        self._settings = settings
        self._gate = asyncio.Lock()  # asyncio's locks are fair: first come, first served
        self._changed = asyncio.Event()
        self._waiting = 0
        self._running = 0
        self._is_alone = False
        self._last_end = float("-inf")
        self._paused_until = float("-inf")
        self._busy_answers = 0

    async def take_turn(self, delay: float) -> None:
        """Wait for the turn of one request; `end_turn` must follow.

        Raises:
            FetchError: HOST_GIVEN_UP, at once or while waiting; LONG_DELAY, at once.
        """
        delay = max(delay, self.crawl_delay)
        # A delay of minutes is not waited for here: the caller gets LONG_DELAY and puts the page
        # back into its queue, so that its worker can fetch from other hosts of the source.
        if delay > self._settings.longest_delay and not self.given_up:
            self._require_free_turn(delay)
        # The usual case needs no lock: nobody waits, and no await lies between check and start.
        if not self._waiting and not self.given_up and self._is_free(delay):
            self._start(delay)
            return
        self._waiting += 1
        try:
            async with self._gate:
                await self._wait(delay)
                self._start(delay)
        finally:
            self._waiting -= 1

    def _require_free_turn(self, delay: float) -> None:
        """Raise an error, with the seconds to wait, unless a turn is free now.

        Raises:
            FetchError: LONG_DELAY.
        """
        if self._waiting or not self._is_free(delay):
            seconds = self._seconds_to_wait(delay)
            wanted = f"the host wants {delay:,.0f} s between two requests"
            wait = delay if seconds is None or self._waiting else max(seconds, 0.0)
            raise FetchError(FetchReason.LONG_DELAY, wanted, retry_after=wait)

    def end_turn(self) -> None:
        """Note that the request of a turn has ended."""
        self._running -= 1
        self._last_end = time.monotonic()
        self._changed.set()

    def _start(self, delay: float) -> None:
        self._running += 1
        # While a request with a delay runs, requests without one have to wait, too.
        self._is_alone = delay > 0

    def refuse_if_given_up(self) -> None:
        """Raise an error if the host is given up.

        Raises:
            FetchError: HOST_GIVEN_UP.
        """
        if self.given_up:
            raise FetchError(FetchReason.HOST_GIVEN_UP, self.given_up)

    def note_answer(self, status: int, retry_after: float | None) -> None:
        """Note an answer: pause for a busy host, count errors, forget failures otherwise.

        Args:
            retry_after: seconds of the header Retry-After, if it was sent.
        """
        if status in BUSY_STATUSES:
            self._pause(status, retry_after)
        if status in BUSY_STATUSES or status >= 500:
            self._count_failure(f"status {status}")
            return
        self.failures = 0
        self._busy_answers = 0

    def note_failure(self, error: FetchError) -> None:
        """Note a request without a usable answer; only faults of the host count."""
        if error.reason in HOST_FAULTS:
            self._count_failure(str(error.reason))

    def _count_failure(self, what: str) -> None:
        self.failures += 1
        if self.failures >= self._settings.host_failures:
            self._give_up(f"{self.failures} failures in a row, the last: {what}")

    def _pause(self, status: int, asked: float | None) -> None:
        """Pause for the time that the host asks for; else twice as long as the last time."""
        most = self._settings.retry_after_seconds
        # A host that asks for hours is not worth a waiting source; its pages are tried next night.
        if asked is not None and asked > most:
            self._give_up(f"status {status}, and it asked for a pause of {asked:.0f} s")
        if asked is None:
            asked = min(most, self._settings.retry_seconds * 2 ** min(self._busy_answers, 30))
        self._busy_answers += 1
        until = time.monotonic() + asked
        self._paused_until = max(self._paused_until, until)
        self._changed.set()

    def _give_up(self, why: str) -> None:
        """Give the host up for this run; all that wait for a turn are woken and refused."""
        self.given_up = self.given_up or why
        self._changed.set()

    async def _wait(self, delay: float) -> None:
        """Wait until a turn is free; only the holder of the lock is here."""
        while True:
            self.refuse_if_given_up()
            if self._is_free(delay):
                return
            # The event is set by the end of a request, by a new pause and by giving up. Each of
            # them changes the time to wait, so it is computed again after every wake-up.
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_to_wait(delay)):
                    await self._changed.wait()

    def _is_free(self, delay: float) -> bool:
        seconds = self._seconds_to_wait(delay)
        return seconds is not None and seconds <= 0

    def _seconds_to_wait(self, delay: float) -> float | None:
        """Return the seconds until a turn is free; None: until a running request ends."""
        is_alone = delay > 0 or self._is_alone
        if self._running >= (1 if is_alone else self._settings.host_connections):
            return None
        # The delay counts from the end of the last answer, so a slow server gets more rest.
        start = max(self._last_end + delay, self._paused_until)
        return start - time.monotonic()


def host_name(url: URL) -> str:
    """Return the host of a URL, with its port unless it is the scheme's default."""
    return url.raw_authority


def parse_retry_after(retry_after: str | None) -> float | None:
    """Return the seconds of a header Retry-After, a number or a date; None for anything else."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        until = parsedate_to_datetime(text)
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None
