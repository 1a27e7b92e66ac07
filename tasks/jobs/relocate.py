"""The relocation of a warehouse by hand: its files name the place where it is now."""

from config.errors import UsageError
from tasks.load.relocate import relocate_locked
from tasks.pipeline import Stages
from warehouse.folder import absolute, make_warehouse
from warehouse.layout import CATALOG, FETCH_LOCK, LAKE
from warehouse.lock import writer_lock
from warehouse.relocation import Relocated
from warehouse.restoring import require_restored


def relocate(stages: Stages, *, wait: bool = False, dry_run: bool = False) -> Relocated:
    """Let all files of a warehouse name its present place.

    This does not ask whether it was moved. So it also mends a warehouse that was reached by several
    links, of which one is gone.

    Args:
        wait: wait while another process fetches or writes.
        dry_run: count the files and change nothing.

    Raises:
        UsageError: there is no warehouse, or a newer Broadsheet wrote it.
        DamagedWarehouseError: a file is damaged.
    """
    warehouse = absolute(stages.settings.warehouse)
    require_restored(warehouse)
    if not any((warehouse / name).exists() for name in (LAKE, CATALOG)):
        raise UsageError(f"There is no warehouse at {warehouse}: name it by --warehouse.")
    if dry_run:
        return relocate_locked(warehouse, dry_run=True)
    make_warehouse(warehouse)
    notify = stages.listener.notice
    fetching = writer_lock(warehouse, "relocate", wait=wait, name=FETCH_LOCK, notify=notify)
    with fetching, writer_lock(warehouse, "relocate", wait=wait, notify=notify):
        return relocate_locked(warehouse)
