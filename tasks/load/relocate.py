"""The repair of the paths in a warehouse that was moved, before a run uses any of them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from config.errors import DamagedWarehouseError
from warehouse.format_file import moved_from, record_place, recorded_place
from warehouse.layout import FETCH_LOCK, LOCK
from warehouse.lock import writer_lock
from warehouse.opening import require_catalog, require_format
from warehouse.relocation import Relocated, relocate_files, relocate_published

_PURPOSE = "relocate"


def relocate_if_moved(
    warehouse: Path, notify: Callable[[str], None], *, damaged: bool = False
) -> None:
    """Let the files of a warehouse that was moved or copied name their present place.

    Args:
        warehouse: its absolute path.
        notify: receives a sentence on what was done.
        damaged: leave damaged files as they are instead of failing, because a repair follows.

    Raises:
        WarehouseLockedError: another process fetches or writes.
        UsageError: a newer Broadsheet wrote the warehouse.
        DamagedWarehouseError: a file is damaged.
    """
    if moved_from(warehouse) is None:
        return
    fetching = writer_lock(warehouse, _PURPOSE, name=FETCH_LOCK)
    with fetching, writer_lock(warehouse, _PURPOSE, name=LOCK):
        if moved_from(warehouse) is None:  # another process has done it in the meantime
            return
        done = relocate_locked(warehouse, damaged=damaged)
    notify(
        f"The warehouse was moved or copied from {done.place}: the paths in {done.files:,} of its "
        "files now name this place."
    )


def relocate_locked(warehouse: Path, *, dry_run: bool = False, damaged: bool = False) -> Relocated:
    """Let all files name the present place, also if it is recorded already.

    The caller holds the locks of fetching and writing. After a kill, this does what is left.

    Raises:
        UsageError: a newer Broadsheet wrote the warehouse.
        DamagedWarehouseError: a file is damaged.
    """
    require_format(warehouse)
    place = recorded_place(warehouse)
    if place and not dry_run:
        record_place(warehouse, place)  # earlier versions did not; the catalog shows it no longer
    done = relocate_files(warehouse, dry_run=dry_run)
    if not (dry_run or damaged):
        require_catalog(warehouse)
    with suppress(*((DamagedWarehouseError,) if damaged else ())):
        published = relocate_published(warehouse, dry_run=dry_run)
        done = replace(done, others=done.others + published)
    if not dry_run:
        record_place(warehouse, warehouse)
    return done
