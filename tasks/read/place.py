"""The position of a reader within its file: its locator so far, and the next position to assign."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace

from config.settings import ReadSettings
from tasks.read.input_events import InputMonitor, input_key
from tasks.read.streams import too_expanded
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcome = RawDocument | Dropped

# A position is a 64-bit integer: the number of the file in the upper bits, the place in the file in
# the lower 40. That is enough for 8 million files of up to a terabyte.
PLACE_BITS = 40
# First place for outcomes of stripes that have no number of their own, such as the rows of
# unreadable regions: the upper half of a file's places, which no document of a file below half a
# terabyte reaches.
EXTRA_FROM = 1 << (PLACE_BITS - 1)
# Number of consecutive outcomes that belong to one stripe: large enough that the pages of a stripe
# compress and cache well, small enough that the stripes of a small file are of similar size.
BLOCK = 32
# All members of a file together may grow to this multiple of the limit of one member. One bomb must
# not cost its neighbours, but a thousand bombs in one archive must not be unpacked either.
BOMBS_PER_FILE = 4
# A tar header can claim a size of 2 ** 95 bytes; the columns of the tables hold 64-bit integers.
MOST_SIZE = 2**63 - 1


def _nothing_exists(path: str) -> bool:
    return False


@dataclass(slots=True)
class Tally:
    """Counts the outcomes of one file in order, and assigns their positions.

    Each stripe reads the whole file and counts all outcomes, but yields only those of its own
    blocks. A reader that dies in one stripe leaves that stripe without the count of what followed
    in the member. Therefore the members of an archive are numbered from their own places in it.

    Attributes:
        file: number of the file in the run.
        stripe: number of the stripe that is read, from 0 to `stripes` - 1.
        by_member: whether members are numbered so; not in plans of older versions.
        count: outcomes so far, including those of other stripes.
        size: size of the file on disk in bytes.
        produced: decompressed bytes so far, from all archives and compressions in the file.
        archive: locator of the outermost archive in the file, once its first member is entered.
        base, entered, room: number of the member's first outcome, `count` at its beginning, and how
            many numbers it has for itself.
        extra: positions given out in the upper half of the file's places.
        is_lost: whether the count of this stripe differs from that of others until the next member.
    """

    file: int
    stripe: int = 0
    stripes: int = 1
    by_member: bool = False
    count: int = 0
    size: int = 0
    produced: int = 0
    archive: str | None = None
    base: int = 0
    entered: int = 0
    room: int | None = None
    extra: int = 0
    is_lost: bool = False

    def count_bytes(self, produced: int, settings: ReadSettings) -> bool:
        """Add decompressed bytes to the count; return whether the file has grown like a bomb."""
        self.produced += produced
        return too_expanded(self.produced // BOMBS_PER_FILE, self.size, settings)

    def claim(self, at: int | None = None) -> int | None:
        """Return the position of the next outcome; None if it belongs to another stripe.

        Args:
            at: place of the outcome in the file, such as a record's offset, if the format has one.
                It must not depend on the stripe. Otherwise the outcomes are numbered.
        """
        within = self.count - self.entered
        number = self.base + within
        self.count += 1
        # All outcomes are counted, those of other stripes included: see the class.
        if self.stripes > 1 and (self.is_lost or (number // BLOCK) % self.stripes != self.stripe):
            return None
        if at is None and (number >= EXTRA_FROM or (self.room is not None and within >= self.room)):
            return self._extra_position()
        return (self.file << PLACE_BITS) + (number if at is None else at)

    def enter_member(self, archive: str, place: int, room: int) -> None:
        """Number the following outcomes from a member's place; only the outermost archive counts.

        Args:
            archive: locator of the archive.
            place: a number that is the same in every stripe, such as the member's offset.
            room: distance to the place of the next member.
        """
        if self.by_member and self.archive in (None, archive):
            self.archive = archive
            self.base, self.entered, self.room = place, self.count, room
            self.is_lost = False

    def position_of_rest(self, last: int | None) -> int:
        """Return the position of the row that stands for an unreadable rest of an input.

        The next number after the last outcome may belong to another stripe. With stripes, such a
        row therefore gets a number in the upper half of the file's places.

        Args:
            last: position of the outcome before the unreadable rest; None if there is none.
        """
        number = self.base + self.count - self.entered
        self.count += 1
        if self.stripes > 1:
            self.is_lost = self.archive is not None
            return self._extra_position()
        return (self.file << PLACE_BITS) + number if last is None else last + 1

    def _extra_position(self) -> int:
        """Return a position that no other outcome of the file has, in this or another stripe."""
        number = EXTRA_FROM + self.extra * self.stripes + self.stripe
        self.extra += 1
        return (self.file << PLACE_BITS) + number


@dataclass(frozen=True, slots=True)
class Place:
    """The context of the input that is read: a file, or a member of an archive.

    Attributes:
        locator: locator of this input; documents in it append their own part.
        name: name of the file or member in lower case, without suffixes of compressions undone.
        tally: counter of the whole file, shared by all inputs in it.
        columns: columns that the user chose by `--map`, from canonical field to column.
        monitor: receives the start of each input, because a reader may crash its process.
        depth: number of containers and compressions around this input.
        path: path within the input or the archive, as far as it is known; folders parted by `/`.
        exists: returns whether another path is there, too; a tar knows those before this one.
    """

    locator: str
    name: str
    tally: Tally
    settings: ReadSettings
    columns: Mapping[str, str]
    monitor: InputMonitor = field(default_factory=InputMonitor)
    depth: int = 0
    path: str = ""
    exists: Callable[[str], bool] = _nothing_exists

    def member(
        self, locator: str, path: str, exists: Callable[[str], bool] = _nothing_exists
    ) -> "Place":
        """Return the place of a member of this archive."""
        return replace(
            self,
            locator=locator,
            name=path.lower(),
            depth=self.depth + 1,
            path=path,
            exists=exists,
        )

    def decompressed(self) -> "Place":
        """Return the place of the content of this compressed input; `a.csv.gz` becomes `a.csv`."""
        stem, dot, _ = self.name.rpartition(".")
        return replace(self, name=stem if dot else self.name, depth=self.depth + 1)

    def count_bytes(self, produced: int) -> bool:
        """Add decompressed bytes to the count; return whether the file has grown like a bomb."""
        return self.tally.count_bytes(produced, self.settings)

    def monitored(self, outcomes: Generator[_Outcome, None, None]) -> Iterator[_Outcome]:
        """Yield the outcomes of this input, which is announced to the supervisor first.

        If the reader fails, or is known to kill its process, one row stands for the rest.
        """
        key = input_key(self.locator, self.tally.stripe)
        return self.monitor.outcomes(key, outcomes, self._rest)

    def _rest(self, last: _Outcome | None, detail: str) -> Iterator[_Outcome]:
        """Yield the row that stands for the rest of this input after its reader failed.

        Each stripe yields a row of its own, because each of them reads the file and fails there.
        The locator names the stripe, so that the rows differ.
        """
        position = self.tally.position_of_rest(last.position if last else None)
        stripe = f" (stripe {self.tally.stripe + 1})" if self.tally.stripes > 1 else ""
        yield dropped(
            f"{last.locator} (and what follows)" if last else f"{self.locator}{stripe}",
            position,
            Reason.READER_DIED,
            " ".join(detail.split()),
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
        """Yield the ledger row of a dropped outcome; nothing if it belongs to another stripe.

        Args:
            suffix: part of the locator after this input's own, such as `#row=3`.
            at: place in the file, as for `Tally.claim`.
            size: declared size in bytes; forged ones that no column can hold become None.
        """
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
    """Return a ledger row of the step "read", with the outcome that belongs to the reason."""
    return Dropped(
        locator=locator,
        position=position,
        outcome=reason.drop_outcome,
        step="read",
        reason=reason.value,
        detail=detail,
        url=url,
    )
