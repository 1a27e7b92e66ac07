"""One writer per warehouse at a time, by a lock that dies with the process that holds it."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from config.errors import WarehouseLockedError
from warehouse.layout import LOCK


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
    """Who writes to the warehouse now, or fetches into it; or None."""
    path = warehouse / name
    if not path.is_file():
        return None
    with path.open("r") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return handle.read() or "another process"
    return None


def _acquire(handle: TextIO, warehouse: Path, told: Callable[[str], None] | None) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.seek(0)
        holder = handle.read() or "another process"
        if told is None:
            raise WarehouseLockedError(
                f"The warehouse {warehouse} is in use by {holder}: "
                "run this again when it has ended, or with --wait."
            ) from error
        told(f"Waiting for {holder}, which uses the warehouse {warehouse}.")
        fcntl.flock(handle, fcntl.LOCK_EX)
