"""The lock that lets one process at a time write to a warehouse.

The lock is `flock`. The kernel releases it when its holder ends, also by a kill, and it works
across containers that share the folder. The locked file contains a text that names the holder for
people. Only the lock itself says whether it is held, because a killed holder leaves its text.

Asking who holds a lock must not make a writer fail. Linux cannot query a `flock`, so a process that
asks takes a shared lock for some microseconds. A writer that is refused its exclusive lock in this
moment tries a shared one. If it gets that, only such queries are in its way, and it tries again.
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
# How long to wait for queries to end, and for a new holder to write its name. Both take
# microseconds, unless the other process is suspended at that very moment.
PATIENCE_SECONDS = 5.0
BETWEEN_TRIES = 0.002


@contextmanager
def writer_lock(
    warehouse: Path,
    purpose: str,
    *,
    wait: bool = False,
    name: str = LOCK,
    notify: Callable[[str], None] = lambda sentence: None,
) -> Iterator[None]:
    """Hold a lock of the warehouse while the context is open.

    Args:
        purpose: what the lock is held for; shown to processes that are refused or wait.
        wait: wait for the present holder instead of failing.
        name: LOCK for writing; FETCH_LOCK for fetching, which may go on beside a writer.
        notify: receives a sentence that names the holder that this waits for.

    Raises:
        WarehouseLockedError: another process holds the lock; names it, and since when.
        UsageError: the warehouse lies on a file system without locks.
    """
    with (warehouse / name).open("a+") as handle:
        _acquire(handle, warehouse, notify if wait else None)
        handle.truncate(0)
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        handle.write(f"process {os.getpid()} ({purpose}) since {now}")
        handle.flush()
        try:
            yield
        finally:
            handle.truncate(0)


def lock_holder(warehouse: Path, name: str = LOCK) -> str | None:
    """Return the name of the process that holds a lock of the warehouse; None if it is free.

    Raises:
        UsageError: the warehouse lies on a file system without locks.
    """
    path = warehouse / name
    if not path.is_file():
        return None
    with path.open("r") as handle:
        return _named(handle) if is_locked(handle) else None


def is_locked(handle: IO[str]) -> bool:
    """Return whether another process holds the exclusive lock of an open file.

    Raises:
        UsageError: the file lies on a file system without locks.
    """
    if not _flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB):
        return True
    _flock(handle, fcntl.LOCK_UN)
    return False


def _acquire(handle: TextIO, warehouse: Path, notify: Callable[[str], None] | None) -> None:
    """Take the exclusive lock; if it is held, wait with a notice, or fail without `notify`."""
    if _take_unless_held(handle):
        return
    holder = _named(handle)
    if notify is None:
        raise WarehouseLockedError(
            f"The warehouse {warehouse} is in use by {holder}: "
            "run this again when it has ended, or with --wait."
        )
    notify(f"Waiting for {holder}, which uses the warehouse {warehouse}.")
    _flock(handle, fcntl.LOCK_EX)


def _take_unless_held(handle: TextIO) -> bool:
    """Take the lock unless a writer holds it, and return whether it was taken.

    Queries, which hold a shared lock for a moment, are waited for.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB):
        if is_locked(handle) or time.monotonic() > deadline:
            return False
        time.sleep(BETWEEN_TRIES)
    return True


def _named(handle: TextIO) -> str:
    """Return the name that the holder has written; it does so a moment after it has the lock."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        handle.seek(0)
        if name := handle.read():
            return name
        if not is_locked(handle) or time.monotonic() > deadline:
            return "another process"
        time.sleep(BETWEEN_TRIES)


def _flock(handle: IO[str], operation: int) -> bool:
    """Return whether the lock was granted; without LOCK_NB wait until it is."""
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
