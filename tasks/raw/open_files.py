"""Files that many writers append to, of which only the last used are open.

A night has a log and WARC files for each source, all of them at once, and the system lets a process
open 1,024 files, or fewer.
"""

import os
import resource
from contextlib import suppress
from pathlib import Path

# Of the files that the system allows, so many may be open here: a quarter. Idle connections take
# another quarter at most (`tasks.fetch.client`); the rest is for requests, pipes and libraries.
SHARE = 4


def open_files_allowed() -> int:
    """Returns how many files a process may have open (`ulimit -n`)."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1_000_000 if soft == resource.RLIM_INFINITY else soft


class OpenFiles:
    """Opens a file when it is written to, and closes the one that was not for the longest time."""

    def __init__(self, most: int | None = None) -> None:
        """
        Args:
            most: files that are open at once; None: a share of what the system allows.
        """
        self._most = max(1, most or open_files_allowed() // SHARE)
        self._open: dict[Path, int] = {}  # the last used at the end

    def write(self, path: Path, data: bytes, at: int) -> None:
        """Writes to a file that need not be there; all or nothing, as far as the system lets us.

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
        """Closes a file that is not written to any more; its content need not be durable yet."""
        if path in self._open:
            os.close(self._open.pop(path))

    def _descriptor(self, path: Path, at: int) -> int:
        file = self._open.pop(path, None)
        if file is None:
            while len(self._open) >= self._most:
                self.close(next(iter(self._open)))
            # One that was removed meanwhile must not come back as a hole.
            made = 0 if at else os.O_CREAT
            file = os.open(path, os.O_WRONLY | made, 0o644)
        self._open[path] = file
        return file
