"""Files that are requested once per site and run: robots.txt and tdmrep.json."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tasks.fetch.model import FetchError
from tasks.fetch.retries import ROBOTS_TRIES
from tasks.reasons import FetchReason

T = TypeVar("T")
Load = Callable[[str, float], Awaitable[T | FetchError]]


@dataclass(slots=True)
class _Entry(Generic[T]):
    """The last request for a site's file; after `again_at` it is repeated."""

    loading: asyncio.Task[T | FetchError]
    failures: int = 0
    again_at: float = float("inf")


class OncePerSite(Generic[T]):
    """Loads something from a site when it is first needed, and keeps it.

    Callers that come in the meantime wait for the same request. A failure is kept, too: for
    `retry_seconds`, doubled each time, and for the rest of the run once the server has answered
    with an error ROBOTS_TRIES times.

    Args:
        load: called with the site's origin and the delay between requests to it.
    """

    def __init__(self, load: Load[T], retry_seconds: float) -> None:
        self._load = load
        self._retry_seconds = retry_seconds
        self._entries: dict[str, _Entry[T]] = {}

    async def get(self, origin: str, delay: float) -> T | FetchError:
        """Return what was loaded, or the error that prevented it."""
        entry = self._entries.get(origin)
        if entry is None:
            entry = self._entries[origin] = _Entry(self._start_loading(origin, delay))
        elif entry.again_at <= time.monotonic():
            entry.again_at = float("inf")
            entry.loading = self._start_loading(origin, delay)
        if not entry.loading.done():
            # Shielded: a caller that is cancelled must not cancel the request for the others.
            await asyncio.shield(entry.loading)
        return entry.loading.result()

    async def close(self) -> None:
        """Cancel the requests that are still running."""
        loading = [entry.loading for entry in self._entries.values()]
        for task in loading:
            task.cancel()
        await asyncio.gather(*loading, return_exceptions=True)

    def _start_loading(self, origin: str, delay: float) -> asyncio.Task[T | FetchError]:
        return asyncio.create_task(self._load_and_note_failure(origin, delay))

    async def _load_and_note_failure(self, origin: str, delay: float) -> T | FetchError:
        """Load a file; after a failure, set the time from which on it may be requested again."""
        found = await self._load(origin, delay)
        entry = self._entries[origin]
        if isinstance(found, FetchError):
            if found.reason is FetchReason.LONG_DELAY:
                entry.again_at = time.monotonic()  # nothing was requested
                return found
            entry.failures += 1
            if found.status is None or entry.failures < ROBOTS_TRIES:
                pause = self._retry_seconds * 2 ** min(entry.failures - 1, 30)
                entry.again_at = time.monotonic() + pause
        return found
