"""The raw zone: WARC files as fetched, by night and source.

Their paths are WAREHOUSE/raw/<night>/<source>-NNN.warc.gz.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from config.errors import BroadsheetError
from tasks.runs.run import unfinished_nights
from warehouse.layout import FETCH_LOCK, RAW
from warehouse.lock import writer_lock
from warehouse.opening import require_openable, require_repaired

_NAME = re.compile(r"(?P<source>.+)-\d{3,}\.warc\.gz")


@dataclass(frozen=True, slots=True)
class RawNight:
    """The WARC files of one night."""

    night: date
    folder: Path
    files: tuple[Path, ...]

    @property
    def bytes(self) -> int:
        """Return the size of the files in bytes."""
        return sum(path.stat().st_size for path in self.files)


def raw_nights(warehouse: Path) -> Iterator[RawNight]:
    """Yield each night that has files, oldest first."""
    for folder in sorted((warehouse / RAW).glob("[0-9]*")):
        files = tuple(source_files(folder, None))
        if files:
            yield RawNight(date.fromisoformat(folder.name), folder, files)


def source_files(folder: Path, slug: str | None) -> list[Path]:
    """Return the files of one source in a night's folder, sorted; None stands for all sources."""
    files = sorted(folder.glob("*.warc.gz"))
    return [path for path in files if slug is None or source_of(path) == slug]


def remove_nights(warehouse: Path, nights: Sequence[RawNight]) -> None:
    """Remove the files of nights, under the locks of fetching and loading.

    Raises:
        BroadsheetError: another process fetches, loads or reprocesses them, an unfinished run
            still needs them, or a repair of the warehouse may need them.
    """
    require_openable(warehouse)
    require_repaired(warehouse)
    # All commands take the locks in this order, so no two of them wait for each other.
    with writer_lock(warehouse, "prune", name=FETCH_LOCK), writer_lock(warehouse, "prune"):
        waiting = {run.night for run in unfinished_nights(warehouse)}
        if needed := waiting & {night.night for night in nights}:
            raise BroadsheetError(
                f"The night of {min(needed)} is not finished and needs its files: run "
                "`broadsheet nightly`, which finishes it, and repeat this command."
            )
        for night in nights:
            for path in night.files:
                path.unlink()
            if not any(night.folder.iterdir()):
                night.folder.rmdir()


def require_room(warehouse: Path, free_bytes: int) -> None:
    """Raise an error unless the disk has room for a night.

    Raises:
        BroadsheetError: less than `free_bytes` are free.
    """
    free = shutil.disk_usage(warehouse).free
    if free < free_bytes:
        raise BroadsheetError(
            f"The disk of {warehouse} has {free / 1e9:.1f} GB free, but a night needs "
            f"{free_bytes / 1e9:.1f} GB (setting fetch.free_bytes): make room, for example with "
            "`broadsheet prune`, which removes old WARC files."
        )


def source_of(path: Path) -> str | None:
    """Return the slug of the source in a WARC file's name; None for other files."""
    match = _NAME.fullmatch(path.name)
    return match["source"] if match else None
