"""Waiting for hosts with long delays, which ends when no other work of the stage is left."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class OtherWork:
    """Counts the work of a stage other than waiting for slow hosts.

    Args:
        busy: number of pieces of work in the stage; without any, nobody waits.
        most_waiting: pieces of work that may wait at the same time; None: any number.
    """

    def __init__(self, busy: int = 0, most_waiting: int | None = None) -> None:
        self._busy = busy
        self._most_waiting = most_waiting
        self._waiting: Counter[Hashable] = Counter()
        self._done = asyncio.Event()
        self._set_if_done()

    @property
    def is_done(self) -> bool:
        """Return whether nothing is left to do but to wait for slow hosts."""
        return self._done.is_set()

    def finish(self) -> None:
        """Note that a piece of work has ended."""
        self._busy -= 1
        self._set_if_done()

    async def wait(self, piece: Hashable, seconds: float) -> bool:
        """Wait for a host's turn.

        Args:
            piece: the work that waits; several parts of it may wait at the same time.

        Returns:
            Whether the time has passed; False as soon as all other work is done, or at once if too
            many are waiting.
        """
        if self._most_waiting is not None and len(self._waiting) >= self._most_waiting:
            return False
        async with self._counted_as_waiting(piece):
            try:
                async with asyncio.timeout(seconds):
                    await self._done.wait()
            except TimeoutError:
                return not self._done.is_set()
        return False

    # A piece of work with several waiting parts (the lists of one source) is idle as soon as one of
    # them waits, and busy again when none does.
    @asynccontextmanager
    async def _counted_as_waiting(self, piece: Hashable) -> AsyncIterator[None]:
        """Count a piece of work as waiting while the context is open."""
        if not self._waiting[piece]:
            self._busy -= 1
        self._waiting[piece] += 1
        self._set_if_done()
        try:
            yield
        finally:
            self._waiting[piece] -= 1
            if not self._waiting[piece]:
                del self._waiting[piece]
                self._busy += 1

    def _set_if_done(self) -> None:
        if self._busy <= 0:
            self._done.set()
