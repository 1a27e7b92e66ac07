"""Announces each file and archive member to the supervisor while it is read.

A reader that raises ends its own input only. A reader that hangs or crashes in C takes its process
down. To limit the loss to the file or member at fault, each input is announced when reading it
begins, and again when reading returns to it from an input inside it. The supervisor records the
input during which the process died. The next process stops in that input after the outcomes that it
is known to yield, writes one row for the rest, and continues with the next input.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

import xxhash

from config.errors import UnansweredError
from tasks.read.understanding import InputReports

T = TypeVar("T")


def _ignore(key: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class InputMonitor:
    """The announcements of a batch's inputs, and the points at which reading must stop.

    Attributes:
        limits: number of outcomes before the point at which a reader died, by input key.
        announce: receives the key of the input that is read from now on.
        reports: records how the inputs are understood.
        _open: keys of the inputs that are being read, the innermost last.
    """

    limits: Mapping[str, int] = field(default_factory=dict)
    announce: Callable[[str], None] = _ignore
    reports: InputReports = field(default_factory=InputReports)
    _open: list[str] = field(default_factory=list)

    def outcomes(
        self,
        key: str,
        outcomes: Generator[T, None, None],
        rest: Callable[[T | None, str], Iterator[T]],
    ) -> Iterator[T]:
        """Yield the outcomes of an input, up to the point at which its reader fails or died before.

        Args:
            rest: returns the rows that stand for the rest of the input. Its arguments are the last
                outcome before the failure and a sentence that says what happened.
        """
        self._open.append(key)
        self.announce(key)
        try:
            yield from self._limited(outcomes, self.limits.get(key), rest)
        finally:
            # Closing also ends the readers of inputs inside this one, which removes their keys from
            # `_open` before this one is removed.
            outcomes.close()
            self._open.pop()
            if self._open:
                self.announce(self._open[-1])

    def _limited(
        self,
        outcomes: Iterator[T],
        limit: int | None,
        rest: Callable[[T | None, str], Iterator[T]],
    ) -> Iterator[T]:
        last = None
        try:
            for last in islice(outcomes, limit):
                yield last
        except UnansweredError:
            raise  # no fault of the input: the run stops, and is resumed
        except Exception as error:  # noqa: BLE001 (any fault of a reader becomes a row)
            yield from rest(last, f"the reader raised {type(error).__name__}: {error}"[:200])
        else:
            if limit is not None:
                yield from rest(last, "reading on from here takes too long or kills the process")


def input_key(locator: str, stripe: int) -> str:
    """Return a short key of an input that is the same in every process."""
    return f"{xxhash.xxh3_64_hexdigest(locator.encode())}-{stripe}"
