"""Waiting for hosts that want long pauses, but only while other work of the stage goes on."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Others:
    """Count what a stage has to do besides waiting for slow hosts.

    Args:
        busy: how many pieces of work the stage has; without any, nobody waits.
        most_waiting: pieces of work that may wait at the same time; None: any number.
    """

    def __init__(self, busy: int = 0, most_waiting: int | None = None) -> None:
        self._busy = busy
        self._most_waiting = most_waiting
        self._waiting: Counter[Hashable] = Counter()
        self._are_done = asyncio.Event()
        self._look()

    @property
    def are_done(self) -> bool:
        """Return whether nothing was left to do but to wait for slow hosts."""
        return self._are_done.is_set()

    def finish(self) -> None:
        """Note that a piece of work has ended."""
        self._busy -= 1
        self._look()

    async def wait(self, piece: Hashable, seconds: float) -> bool:
        """Wait for a host's turn.

        Args:
            piece: the work that waits; several parts of it may wait at the same time.

        Returns:
            Whether the seconds are over; False as soon as all other work is done.
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
