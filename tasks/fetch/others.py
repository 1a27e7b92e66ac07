"""Hosts that want long pauses: who waits for one must not hold up those who wait for others."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Others:
    """Tells those who wait for slow hosts when all the others of a stage are done.

    Args:
        busy: how many pieces of work the stage has; without any, nobody waits.
        most_waiting: so many may wait side by side, and further ones do not; None: any number.
    """

    def __init__(self, busy: int = 0, most_waiting: int | None = None) -> None:
        self._busy = busy
        self._most_waiting = most_waiting
        self._waiting: Counter[Hashable] = Counter()
        self._are_done = asyncio.Event()
        self._look()

    @property
    def are_done(self) -> bool:
        return self._are_done.is_set()

    def finish(self) -> None:
        """A piece of work has ended."""
        self._busy -= 1
        self._look()

    async def wait(self, piece: Hashable, seconds: float) -> bool:
        """Wait for a host's turn, as one part of a piece of work.

        Returns:
            Whether the time has come; False as soon as all others are done.
        """
        if self._most_waiting is not None and len(self._waiting) >= self._most_waiting:
            return False
        async with self._standing_aside(piece):
            try:
                async with asyncio.timeout(seconds):
                    await self._are_done.wait()
            except TimeoutError:
                return not self._are_done.is_set()
        return False

    @asynccontextmanager
    async def _standing_aside(self, piece: Hashable) -> AsyncIterator[None]:
        if not self._waiting[piece]:
            self._busy -= 1
        self._waiting[piece] += 1
        self._look()
        try:
            yield
        finally:
            self._waiting[piece] -= 1
            if not self._waiting[piece]:
                del self._waiting[piece]
                self._busy += 1

    def _look(self) -> None:
        if self._busy <= 0:
            self._are_done.set()
