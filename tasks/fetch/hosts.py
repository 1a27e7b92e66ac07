"""Patience with one host: its turns, the pauses it asks for, and when it is given up."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from yarl import URL

from config.settings import FetchSettings
from tasks.fetch.model import FetchError, Reason
from tasks.fetch.robots import Robots

# The host did not answer, or answered that it cannot; other faults are a page's own.
HOST_FAULTS: Final = frozenset(
    {Reason.CONNECT, Reason.DNS, Reason.TLS, Reason.TIMEOUT, Reason.RESET}
)
PAUSING: Final = frozenset({429, 503})


class Host:
    """What is known of a host during a run; http and https of one name are one host.

    Attributes:
        failures: in a row.
        given_up: why nothing more is asked of it tonight.
        crawl_delay: seconds that its robots.txt asks for.
        robots: what is known of its robots.txt, by scheme.
    """

    def __init__(self, name: str, settings: FetchSettings) -> None:
        self.name = name
        self.failures = 0
        self.given_up: str | None = None
        self.crawl_delay = 0.0
        self.robots: dict[str, Robots] = {}
        self._settings = settings
        self._gate = asyncio.Lock()  # first come, first served
        self._changed = asyncio.Event()
        self._waiting = 0
        self._running = 0
        self._is_alone = False
        self._ended = float("-inf")
        self._paused_until = float("-inf")
        self._limited = 0

    async def take_turn(self, delay: float) -> None:
        """Waits for one request's time: with a delay alone, and that long after the last's end.

        `end_turn` must follow.

        Raises:
            FetchError: HOST_GIVEN_UP, at once or while waiting; LONG_DELAY, at once.
        """
        delay = max(delay, self.crawl_delay)
        if delay > self._settings.longest_delay and not self.given_up:
            self._require_free(delay)
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

    def _require_free(self, delay: float) -> None:
        """Raise FetchError (LONG_DELAY), with the seconds to wait, unless a turn is free now."""
        if self._waiting or not self._is_free(delay):
            seconds = self._seconds_to_wait(delay)
            wanted = f"the host wants {delay:,.0f} s between two requests"
            wait = delay if seconds is None or self._waiting else max(seconds, 0.0)
            raise FetchError(Reason.LONG_DELAY, wanted, retry_after=wait)

    def end_turn(self) -> None:
        """The request is over."""
        self._running -= 1
        self._ended = time.monotonic()
        self._changed.set()

    def _start(self, delay: float) -> None:
        self._running += 1
        self._is_alone = delay > 0

    def refuse_if_given_up(self) -> None:
        """Raises FetchError (HOST_GIVEN_UP) if it is."""
        if self.given_up:
            raise FetchError(Reason.HOST_GIVEN_UP, self.given_up)

    def answered(self, status: int, asked_pause: float | None) -> None:
        """Takes note of an answer.

        Args:
            asked_pause: seconds of Retry-After, if that was sent.
        """
        if status in PAUSING:
            self._pause(status, asked_pause)
        if status in PAUSING or status >= 500:
            self._count_failure(f"status {status}")
            return
        self.failures = 0
        self._limited = 0

    def failed(self, error: FetchError) -> None:
        """Takes note of a request without a usable answer."""
        if error.reason in HOST_FAULTS:
            self._count_failure(str(error.reason))

    def _count_failure(self, what: str) -> None:
        self.failures += 1
        if self.failures >= self._settings.host_failures:
            self._give_up(f"{self.failures} failures in a row, the last: {what}")

    def _pause(self, status: int, asked: float | None) -> None:
        """For the time asked for; else for a longer one each time."""
        most = self._settings.retry_after_seconds
        if asked is not None and asked > most:
            self._give_up(f"status {status}, and it asked for a pause of {asked:.0f} s")
        if asked is None:
            asked = min(most, self._settings.retry_seconds * 2 ** min(self._limited, 30))
        self._limited += 1
        until = time.monotonic() + asked
        self._paused_until = max(self._paused_until, until)
        self._changed.set()

    def _give_up(self, why: str) -> None:
        self.given_up = self.given_up or why
        self._changed.set()

    async def _wait(self, delay: float) -> None:
        """Only the holder of the gate waits here."""
        while True:
            self.refuse_if_given_up()
            if self._is_free(delay):
                return
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_to_wait(delay)):
                    await self._changed.wait()

    def _is_free(self, delay: float) -> bool:
        seconds = self._seconds_to_wait(delay)
        return seconds is not None and seconds <= 0

    def _seconds_to_wait(self, delay: float) -> float | None:
        """None: until a request ends."""
        is_alone = delay > 0 or self._is_alone
        if self._running >= (1 if is_alone else self._settings.host_connections):
            return None
        start = max(self._ended + delay, self._paused_until)
        return start - time.monotonic()


def host_name(url: URL) -> str:
    """Host, and port if it is not the scheme's own."""
    return url.raw_authority


def asked_pause(retry_after: str | None) -> float | None:
    """Seconds that a header Retry-After asks for, by number or date; None for anything else."""
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
