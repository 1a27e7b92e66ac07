"""Where a reader is: the locator so far, and the positions that it gives out."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace

from config.settings import ReadSettings
from tasks.read.reasons import Reason
from tasks.read.streams import too_expanded
from tasks.read.watch import Watch, input_key
from tasks.records import Dropped, RawDocument

Outcome = RawDocument | Dropped

# A position is the number of the file and the place in it: 8 million files of up to a terabyte.
PLACE_BITS = 40
# Neighbouring outcomes that stay in one stripe: large enough that a stripe's pages compress and
# cache alike, small enough that the stripes of a small file are even.
BLOCK = 32
# A file may grow so many times as far as one member of it: a bomb must not hide its neighbours,
# but a thousand bombs must not be unpacked either.
BOMBS_PER_FILE = 4
# A tar's header can claim a size of 2 ** 95 bytes; no column of the tables holds it.
MOST_SIZE = 2**63 - 1


@dataclass(slots=True)
class Tally:
    """Counts the outcomes of one file in their order, whatever its stripes; one per file and span.

    Attributes:
        file: number of the file in the run.
        stripe: which of the `stripes` is read; blocks of outcomes take turns.
        count: outcomes so far, those of other stripes included.
        size: bytes of the file as it lies on disk.
        produced: bytes that its archives and compressions gave so far, all of them together.
    """

    file: int
    stripe: int = 0
    stripes: int = 1
    count: int = 0
    size: int = 0
    produced: int = 0

    def spend(self, produced: int, settings: ReadSettings) -> bool:
        """Count bytes that decompression gave; return whether the file grew like a bomb by now."""
        self.produced += produced
        return too_expanded(self.produced // BOMBS_PER_FILE, self.size, settings)

    def claim(self, at: int | None = None) -> int | None:
        """The position of the next outcome; None if another stripe reads it.

        Args:
            at: its place in the file where the format gives one; the same for every stripe.
        """
        number = self.count
        self.count += 1
        if self.stripes > 1 and (number // BLOCK) % self.stripes != self.stripe:
            return None
        return (self.file << PLACE_BITS) + (number if at is None else at)


@dataclass(frozen=True, slots=True)
class Place:
    """What a reader knows of the input it reads.

    Attributes:
        locator: of the input itself (design: Locator).
        name: file or member name in lower case, without the suffix of a compression undone.
        watch: told what is read, for a reader may take its process down.
        depth: containers and compressions around it.
        columns: the user's choice of columns, canonical field to column (`--map`).
    """

    locator: str
    name: str
    tally: Tally
    settings: ReadSettings
    columns: Mapping[str, str]
    watch: Watch = field(default_factory=Watch)
    depth: int = 0

    def member(self, locator: str, name: str) -> "Place":
        """A member of this archive."""
        return replace(self, locator=locator, name=name.lower(), depth=self.depth + 1)

    def unwrapped(self) -> "Place":
        """The same document, one compression less."""
        stem, dot, _ = self.name.rpartition(".")
        return replace(self, name=stem if dot else self.name, depth=self.depth + 1)

    def spend(self, produced: int) -> bool:
        """Count bytes that decompression gave here; return whether they are a bomb's."""
        return self.tally.spend(produced, self.settings)

    def watched(self, outcomes: Generator[Outcome, None, None]) -> Iterator[Outcome]:
        """Yield the outcomes of this input, announced; a row stands for what kills readers."""
        key = input_key(self.locator, self.tally.stripe)
        return self.watch.outcomes(key, outcomes, self._rest)

    def _rest(self, last: Outcome | None) -> Iterator[Outcome]:
        """The row for what lies behind the place at which reading this input kills processes.

        It is each stripe's own: each of them dies there by itself.
        """
        number = self.tally.count
        self.tally.count += 1
        stripe = f" (stripe {self.tally.stripe + 1})" if self.tally.stripes > 1 else ""
        yield dropped(
            f"{last.locator} (and what follows)" if last else f"{self.locator}{stripe}",
            last.position + 1 if last else (self.tally.file << PLACE_BITS) + number,
            Reason.READER_DIED,
            "reading on from here takes too long or kills the process",
        )

    def drop(
        self,
        reason: Reason,
        detail: str | None = None,
        *,
        suffix: str = "",
        at: int | None = None,
        size: int | None = None,
    ) -> Iterator[Dropped]:
        """One row for what is dropped here; none if it belongs to another stripe."""
        position = self.tally.claim(at)
        if position is not None:
            locator = self.locator + suffix
            believed = size is not None and 0 <= size <= MOST_SIZE
            yield replace(
                dropped(locator, position, reason, detail), bytes=size if believed else None
            )


def dropped(
    locator: str,
    position: int,
    reason: Reason,
    detail: str | None = None,
    *,
    url: str | None = None,
) -> Dropped:
    """A ledger row of the step "read" with the outcome that belongs to the reason."""
    return Dropped(
        locator=locator,
        position=position,
        outcome=reason.outcome,
        step="read",
        reason=reason.value,
        detail=detail,
        url=url,
    )
