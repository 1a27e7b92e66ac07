"""The lease that lets one machine at a time write to a lake in a bucket.

The lock of a warehouse (`warehouse.lock`) ends with its process, because one kernel sees both. Here
nobody sees a machine die. All that machines share is the catalog, and of all catalogs of Iceberg
we may expect one thing only: a table of one name is made once. The lease is built on that.

**Numbers.** Who makes the table `writer_<n+1>`, where n is the greatest number, holds the lake. The
holder makes the next table every third of `bucket.lease_seconds` and removes those before, so that
the number grows while it lives. When it ends, it makes one more table, which says that the lake is
free. The greatest table is never removed. So numbers only grow, and no number is held twice: a
process that was stopped while it made a table of a number that others have passed sees the greater
one, because it lists the tables once more before it believes that it holds the lake.

**Death.** A machine takes over, by making the next table, when it has seen the same greatest number
for the whole of the holder's `lease_seconds` on its own clock. Clocks of two machines are never
compared. To renew and to take over is the same act, so that only one of them succeeds: a holder
that renews late either keeps the lake, and the other goes on waiting, or learns that it has lost
it. The clock also counts the time for which a machine sleeps.

**The same machine.** If the holder named the same lock file on the same machine, it is dead,
because we hold that lock. Then we take over at once. The file's number (inode) is part of the name,
so that containers with equal names and folders are not taken for one.

**Commits.** Before each commit to the bucket, `Lease.require` makes sure that this process was the
holder a moment ago and that others must wait for at least half of `lease_seconds` from then on: if
less time is left, it renews. If it has lost the lake, it raises an error, and nothing is committed.
If the catalog was away for longer than the lease and nobody came in between, renewing succeeds.

**What remains.** A process that is stopped between this check and its commit, for longer than that
time, commits when it continues. Only the table can refuse that, and Iceberg does so where the new
holder has changed it, because a commit names the snapshot that it follows.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pyiceberg.catalog import Catalog

from config.errors import BroadsheetError, WarehouseLockedError
from config.settings import Settings
from warehouse.bucket.catalogs import CatalogError, catalog_asked, open_bucket_catalog
from warehouse.bucket.lease_tables import LakeWriter, WriterTables, named, this_process
from warehouse.bucket.objects import BucketRefusedError, unanswered
from warehouse.folder import absolute

log = logging.getLogger("broadsheet.lease")

# A holder trusts its lease for a shorter time than others wait: no clock is that wrong.
_TRUSTED = 0.9
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

T = TypeVar("T")
_Notify = Callable[[str], None]


class LeaseLostError(BroadsheetError):
    """Another machine has taken over the lake; nothing more may be written to it."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """The newest table as this process has seen it, and since when."""

    number: int
    writer: LakeWriter | None
    since: float


class Lease:
    """The right of this process to write to a lake. `lake_lease` makes it.

    Attributes:
        number: the present number; 0 before the lease is acquired.
    """

    def __init__(self, settings: Settings, purpose: str, catalog: Catalog) -> None:
        self.number = 0
        self._settings = settings
        self._tables = WriterTables(catalog)
        self._seconds = settings.bucket.lease_seconds
        self._pause = min(2.0, self._seconds / 12)
        self._me = this_process(settings, purpose)
        self._tried = (0, 0.0)  # the last number that this process tried to get, and since when
        self._trusted_until = 0.0
        self._lost: LeaseLostError | None = None
        self._busy = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def acquire(self, *, wait: bool, notify: _Notify) -> None:
        """Take the lake; if another process holds it, wait or fail.

        A holder may be dead, and this process can only see that by watching. So it does so without
        `wait`, too; a holder that lives renews after a third of its time, and is named then.

        Raises:
            WarehouseLockedError: another process holds the lake.
            CatalogError: the catalog has not answered for the time of a lease.
        """
        watched, asked = self._patiently(self._look), 0.0
        if not self._is_open(watched, asked):
            notify(self._notice(watched, wait))
        while not (self._is_open(watched, asked) and self._take(watched.number + 1)):
            time.sleep(self._pause)
            asked = _now()
            if self._patiently(self._tables.newest) == watched.number:
                continue
            watched = self._patiently(self._look)
            if not wait and not self._is_open(watched, asked):
                raise WarehouseLockedError(
                    f"The lake {self._settings.lake} is in use by {named(watched.writer)}: run "
                    "this again when it has ended, or with --wait."
                )
        self._thread.start()

    def require(self) -> int:
        """Make sure that this process may commit in the next moment, and return the number.

        Raises:
            LeaseLostError: another process has taken over.
            CatalogError: the catalog has not answered for the time of a lease.
        """
        return self._patiently(self._require)

    def release(self) -> None:
        """Say that the lake is free, if this process holds it."""
        self._ended.set()
        if not self.number:
            return
        self._thread.join(self._seconds)
        if self._lost or self._thread.is_alive():
            return
        try:
            self._advance(self.number + 1, replace(self._me, seconds="0"))
        except (BroadsheetError, OSError) as error:
            log.warning("lease not released, it ends by itself error=%s", error)

    def _keep(self) -> None:
        """Renew the lease until it is released or lost."""
        pause = self._seconds / 3
        while not self._ended.wait(pause):
            try:
                with self._busy, catalog_asked(self._settings):
                    self._renew()
                pause = self._seconds / 3
            except LeaseLostError as error:
                log.warning("%s", error)
                return
            except (CatalogError, OSError) as error:
                log.warning("lease not renewed, trying again error=%s", error)
                pause = self._pause

    def _require(self) -> int:
        with self._busy:
            if self._lost:
                raise self._lost
            if self._trusted_until - _now() < self._seconds / 2:
                self._renew()
            elif self._tables.newest() != self.number:
                self._lose()
        return self.number

    def _renew(self) -> None:
        if self._lost:
            raise self._lost
        if not self._advance(self.number + 1, self._me):
            self._lose()

    def _lose(self) -> None:
        writer = self._tables.writer(self._tables.newest())
        self._lost = LeaseLostError(
            f"This process no longer holds the lake {self._settings.lake}, which {named(writer)} "
            "has taken over: nothing more is written to the bucket; repeat the command when that "
            "has ended."
        )
        raise self._lost

    def _take(self, number: int) -> bool:
        return self._patiently(lambda: self._advance(number, self._me))

    def _advance(self, number: int, writer: LakeWriter) -> bool:
        """Make the next table, and return whether this process got it."""
        if self._tried[0] != number:
            self._tried = number, _now()
        # Trust begins before the first attempt, because its answer may have been lost.
        if not self._tables.make(number, writer):
            return False
        self.number, self._trusted_until = number, self._tried[1] + _TRUSTED * self._seconds
        try:
            with catalog_asked(self._settings):
                self._tables.remove_before(number)
        except (CatalogError, OSError) as error:  # the next renewal removes them
            log.info("old leases not removed error=%s", error)
        return True

    def _look(self) -> _Watched:
        number = self._tables.newest()
        writer = self._tables.writer(number) if number else LakeWriter()
        return _Watched(number, writer, _now())

    def _is_open(self, watched: _Watched, asked: float) -> bool:
        """Return whether nobody holds the lake any more; the catalog was last asked at `asked`."""
        writer = watched.writer
        if writer is None:  # its file is lost, or it was renewed at this moment
            return asked - watched.since >= self._seconds
        is_mine = writer.lock == self._me.lock
        return is_mine or asked - watched.since >= float(writer.seconds) or writer.is_gone

    def _notice(self, watched: _Watched, wait: bool) -> str:
        lake, holder = self._settings.lake, named(watched.writer)
        if wait:
            return f"Waiting for {holder}, which writes to {lake}."
        seconds = float(watched.writer.seconds) if watched.writer else self._seconds
        return f"Looking for up to {seconds:.0f} seconds whether {holder} still writes to {lake}."

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Ask the catalog, again for the time of a lease if it or the bucket does not answer."""
        give_up = _now() + self._seconds
        while True:
            try:
                with catalog_asked(self._settings):
                    return ask()
            except CatalogError:
                if _now() > give_up:
                    raise
            except OSError as error:
                said = unanswered(self._settings.lake, error)
                if _now() > give_up or isinstance(said, BucketRefusedError):
                    raise said from error
            time.sleep(self._pause)


# The leases of this process by the folders of their warehouses.
_held: dict[Path, Lease] = {}


@contextmanager
def lake_lease(
    settings: Settings,
    purpose: str,
    *,
    wait: bool = False,
    notify: _Notify = lambda sentence: None,
    catalog: Catalog | None = None,
) -> Iterator[Lease]:
    """Hold the lake while the context is open. The caller holds the lock of the warehouse.

    If this process holds the lake for the warehouse already, that lease is yielded.

    Args:
        purpose: what the lease is held for; shown to processes that are refused or wait.
        wait: wait for the present holder instead of failing.
        notify: receives a sentence that names the holder that this waits for.
        catalog: the lake's catalog; by default the one that the settings name.

    Raises:
        WarehouseLockedError: another process holds the lake; names it, and since when.
        CatalogError, BucketError: the catalog or the bucket does not answer.
    """
    place = absolute(settings.warehouse)
    if held := _held.get(place):
        yield held
        return
    lease = Lease(settings, purpose, catalog or open_bucket_catalog(settings))
    try:
        lease.acquire(wait=wait, notify=notify)
        _held[place] = lease
        yield lease
    finally:
        _held.pop(place, None)
        lease.release()


def require_lease(settings: Settings) -> int:
    """Make sure that this process may commit to the lake in the next moment; return its number.

    Raises:
        LeaseLostError: another machine has taken over the lake, or this process never held it.
        CatalogError: the catalog does not answer.
    """
    lease = _held.get(absolute(settings.warehouse))
    if lease is None:
        raise LeaseLostError(
            f"This process does not hold the lake {settings.lake}, so nothing is written to it: "
            "please report this as a defect."
        )
    return lease.require()


def _now() -> float:
    return time.clock_gettime(_CLOCK)
