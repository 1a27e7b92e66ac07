"""What is asked of each site once a run: its robots.txt, its tdmrep.json."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tasks.fetch.model import FetchError, Reason
from tasks.fetch.patience import ROBOTS_TRIES

T = TypeVar("T")
Load = Callable[[str, float], Awaitable[T | FetchError]]


@dataclass(slots=True)
class _Entry(Generic[T]):
    loading: asyncio.Task[T | FetchError]
    failures: int = 0
    again_at: float = float("inf")


class OncePerSite(Generic[T]):
    """Loads a thing of a site when it is first asked for, and keeps it.

    All who ask meanwhile wait for the same request. A failure is kept too, for `retry_seconds`,
    doubled each time; an error that the server answered is kept for good after the second.

    Args:
        load: is given the site's origin and the delay between requests to it.
    """

    def __init__(self, load: Load[T], retry_seconds: float) -> None:
        self._load = load
        self._retry_seconds = retry_seconds
        self._entries: dict[str, _Entry[T]] = {}

    async def get(self, origin: str, delay: float) -> T | FetchError:
        """What was loaded, or why it could not be."""
        entry = self._entries.get(origin)
        if entry is None:
            entry = self._entries[origin] = _Entry(self._loading(origin, delay))
        elif entry.again_at <= time.monotonic():
            entry.again_at = float("inf")
            entry.loading = self._loading(origin, delay)
        if not entry.loading.done():
            # One who gives up waiting must not end it for the others.
            await asyncio.shield(entry.loading)
        return entry.loading.result()

    async def close(self) -> None:
        """Ends what is still loading."""
        loading = [entry.loading for entry in self._entries.values()]
        for task in loading:
            task.cancel()
        await asyncio.gather(*loading, return_exceptions=True)

    def _loading(self, origin: str, delay: float) -> asyncio.Task[T | FetchError]:
        return asyncio.create_task(self._loaded(origin, delay))

    async def _loaded(self, origin: str, delay: float) -> T | FetchError:
        found = await self._load(origin, delay)
        entry = self._entries[origin]
        if isinstance(found, FetchError):
            if found.reason is Reason.LONG_DELAY:
                entry.again_at = time.monotonic()  # nothing was asked
                return found
            entry.failures += 1
            if found.status is None or entry.failures < ROBOTS_TRIES:
                pause = self._retry_seconds * 2 ** min(entry.failures - 1, 30)
                entry.again_at = time.monotonic() + pause
        return found
