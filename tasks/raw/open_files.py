"""Files that many writers append to, of which only the most recently used are open.

A night has a log and WARC files for each source, all in use at once, while the system lets a
process open 1,024 files or fewer.
"""

import os
import resource
from contextlib import suppress
from pathlib import Path

# One in SHARE of the files that the system allows may be open here. Idle connections take at most
# another quarter (`tasks.fetch.idle_connections`); the rest is for requests, pipes and libraries.
SHARE = 4


def open_files_allowed() -> int:
    """Return how many files a process may have open (`ulimit -n`)."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1_000_000 if soft == resource.RLIM_INFINITY else soft


class OpenFiles:
    """Appends to any number of files; closes the least recently used one to open another."""

    def __init__(self, most: int | None = None) -> None:
        """Make a writer without open files.

        Args:
            most: files that may be open at once; None: a share of what the system allows.
        """
        self._most = max(1, most or open_files_allowed() // SHARE)
        self._open: dict[Path, int] = {}  # least recently used first

    def write(self, path: Path, data: bytes, at: int) -> None:
        """Write to a file, which is created if `at` is 0; all of the data or nothing.

        `at` must be the end of the file: when a write fails, the file is cut off there.

        Raises:
            OSError: the disk is full or fails; the file ends at `at`.
        """
        file = self._descriptor(path, at)
        try:
            written = os.pwrite(file, data, at)
            while written < len(data):
                written += os.pwrite(file, data[written:], at + written)
        except OSError:
            with suppress(OSError):
                os.ftruncate(file, at)
            raise

    def close(self, path: Path) -> None:
        """Close a file that will not be written to any more, without making it durable."""
        if path in self._open:
            os.close(self._open.pop(path))

    def _descriptor(self, path: Path, at: int) -> int:
        """Return an open descriptor of a file, and mark the file as the most recently used."""
        file = self._open.pop(path, None)
        if file is None:
            while len(self._open) >= self._most:
                self.close(next(iter(self._open)))
            # A file that somebody removed meanwhile must not be created again: writing at `at`
            # would fill it with zeros up to there.
            create = 0 if at else os.O_CREAT
            file = os.open(path, os.O_WRONLY | create, 0o644)
        self._open[path] = file
        return file
