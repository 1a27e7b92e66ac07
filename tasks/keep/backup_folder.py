"""The folder of a backup: where it may lie, what it may hold, and who may write to it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import BroadsheetError, UsageError
from tasks.keep.manifest import Manifest, read_manifest
from warehouse.layout import LAKE
from warehouse.metadata_files import json_object

_LOCK = ".lock"


def require_apart(warehouse: Path, folder: Path) -> None:
    """Refuse a folder that lies in the warehouse or around it, also by links."""
    here, there = warehouse.resolve(), folder.resolve()
    if there.is_relative_to(here) or here.is_relative_to(there):
        raise UsageError(
            f"The backup {folder} and the warehouse {warehouse} lie in each other: name a folder "
            "elsewhere, best on another disk."
        )


@contextmanager
def backup_lock(folder: Path) -> Iterator[None]:
    """Make the folder, and keep a second backup out of it where its file system can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / _LOCK).open("a")
    except OSError as error:
        raise UsageError(
            f"Cannot write the backup {folder} ({error.strerror}): name another folder."
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BroadsheetError(
                f"Another backup is being made in {folder}: run this again when it has ended."
            ) from None
        except OSError:
            pass  # such as a network disk without locks
        yield


def earlier_backup(folder: Path, warehouse: Path) -> Manifest | None:
    """Return the backup before this one in the folder.

    Raises:
        UsageError: the folder holds something else.
    """
    before = read_manifest(folder)
    if before is None:
        if others := sorted(path.name for path in folder.iterdir() if path.name[0] != "."):
            raise UsageError(
                f"{folder} is no backup, but holds files, such as {others[0]}: name an empty "
                "folder or a backup."
            )
        return None
    ours = {json_object(path).get("table-uuid") for path in _newest_metadata(warehouse)}
    theirs = {state["uuid"] for state in before.tables.values()}
    if ours and theirs and not ours & theirs:
        raise UsageError(
            f"{folder} is the backup of another warehouse, {before.warehouse}: name another folder."
        )
    return before


def _newest_metadata(warehouse: Path) -> Iterator[Path]:
    for folder in (warehouse / LAKE).glob("*/metadata"):
        if newest := max(folder.glob("*.metadata.json"), default=None):
            yield newest
