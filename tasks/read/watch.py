"""Inputs within inputs, announced to a supervisor while they are read.

A reader that is stuck or crashes in C takes its process down. So that this costs no more than the
file or member at fault, each input is announced when its reading begins and when it goes on behind
an input within it. The supervisor notes the one at which the process died; the next process stops
there and reads on behind it.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

import xxhash

T = TypeVar("T")


def _ignore(key: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Watch:
    """How the inputs of a batch are announced, and where reading must stop.

    Attributes:
        limits: per key of an input at which a reader died, how many outcomes it gives before.
        announce: receives the key of the input that is read from now on.
    """

    limits: Mapping[str, int] = field(default_factory=dict)
    announce: Callable[[str], None] = _ignore
    _open: list[str] = field(default_factory=list)

    def outcomes(
        self,
        key: str,
        outcomes: Generator[T, None, None],
        rest: Callable[[T | None], Iterator[T]],
    ) -> Iterator[T]:
        """Yield the outcomes of an input, but stop where its reader died before.

        Args:
            rest: gives what stands for the outcomes behind that place, from the last one before.
        """
        self._open.append(key)
        self.announce(key)
        try:
            yield from self._limited(outcomes, self.limits.get(key), rest)
        finally:
            outcomes.close()  # with the inputs within it, which are on the list behind it
            self._open.pop()
            if self._open:
                self.announce(self._open[-1])

    def _limited(
        self,
        outcomes: Iterator[T],
        limit: int | None,
        rest: Callable[[T | None], Iterator[T]],
    ) -> Iterator[T]:
        if limit is None:
            yield from outcomes
            return
        last = None
        for last in islice(outcomes, limit):
            yield last
        yield from rest(last)


def input_key(locator: str, stripe: int) -> str:
    """Return a short name of an input that is the same in every process."""
    return f"{xxhash.xxh3_64_hexdigest(locator.encode())}-{stripe}"
