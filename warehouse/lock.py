"""One writer per warehouse at a time, by a lock that dies with the process that holds it.

The lock is `flock`, which the kernel releases at the holder's end, whatever kind of end, and which
works across containers that share the folder. The locked file says who holds it, for people; only
the lock says whether it is held, for a killed holder leaves its text behind.

Asking who holds a lock must not make a writer fail. Linux has no query for `flock`, so an asker
tries a shared lock for some microseconds. A writer that is refused tries a shared lock, too: it
gets one where only askers are in its way, and then tries again.
"""

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TextIO

from config.errors import UsageError, WarehouseLockedError
from warehouse.layout import LOCK

# Lustre without `-o flock` answers ENOSYS, NFS without a lock server ENOLCK.
WITHOUT_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
# For askers to go on, and for a holder to say who it is: both take microseconds, unless a process
# was suspended in the midst of it.
PATIENCE_SECONDS = 5.0
BETWEEN_TRIES = 0.002


@contextmanager
def writer_lock(
    warehouse: Path,
    what: str,
    *,
    wait: bool = False,
    name: str = LOCK,
    told: Callable[[str], None] = lambda sentence: None,
) -> Iterator[None]:
    """Holds the warehouse for writing while the block runs.

    Args:
        what: what the holder does, for whom it keeps waiting.
        wait: wait for the holder instead of failing.
        name: FETCH_LOCK for fetching, which goes on beside a writer.
        told: is told in a sentence for whom this waits.

    Raises:
        WarehouseLockedError: another process holds it; says which and since when.
        UsageError: the warehouse lies on a file system without locks.
    """
    with (warehouse / name).open("a+") as handle:
        _acquire(handle, warehouse, told if wait else None)
        handle.truncate(0)
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        handle.write(f"process {os.getpid()} ({what}) since {now}")
        handle.flush()
        try:
            yield
        finally:
            handle.truncate(0)


def lock_holder(warehouse: Path, name: str = LOCK) -> str | None:
    """Returns who writes to the warehouse now, or fetches into it; None if nobody does.

    Raises:
        UsageError: the warehouse lies on a file system without locks.
    """
    path = warehouse / name
    if not path.is_file():
        return None
    with path.open("r") as handle:
        return _named(handle) if is_locked(handle) else None


def is_locked(handle: IO[str]) -> bool:
    """Returns whether another process holds the exclusive lock of an open file.

    Raises:
        UsageError: the file lies on a file system without locks.
    """
    if not _flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB):
        return True
    _flock(handle, fcntl.LOCK_UN)
    return False


def _acquire(handle: TextIO, warehouse: Path, told: Callable[[str], None] | None) -> None:
    if _is_taken_at_once(handle):
        return
    holder = _named(handle)
    if told is None:
        raise WarehouseLockedError(
            f"The warehouse {warehouse} is in use by {holder}: "
            "run this again when it has ended, or with --wait."
        )
    told(f"Waiting for {holder}, which uses the warehouse {warehouse}.")
    _flock(handle, fcntl.LOCK_EX)


def _is_taken_at_once(handle: TextIO) -> bool:
    """Takes the lock unless a writer holds it; askers are waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB):
        if is_locked(handle) or time.monotonic() > deadline:
            return False
        time.sleep(BETWEEN_TRIES)
    return True


def _named(handle: TextIO) -> str:
    """Returns what the holder says it is: a moment after it has the lock."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        handle.seek(0)
        if said := handle.read():
            return said
        if not is_locked(handle) or time.monotonic() > deadline:
            return "another process"
        time.sleep(BETWEEN_TRIES)


def _flock(handle: IO[str], operation: int) -> bool:
    """Returns whether the lock was given; without LOCK_NB it waits until it is."""
    try:
        fcntl.flock(handle, operation)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise
        raise UsageError(
            f"{handle.name} lies on a file system that cannot lock files ({error.strerror}): move "
            "the warehouse to a local disk, or mount that file system with locks."
        ) from error
    return True
