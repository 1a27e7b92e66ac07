"""Whether a backup is being restored into a folder, read with little: every command asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from config.errors import DamagedWarehouseError
from warehouse.layout import CATALOG, RESTORING

# Whether this thread restores a warehouse: it opens the tables before the restore has ended.
_IS_RESTORING: ContextVar[bool] = ContextVar("is_restoring", default=False)


def require_restored(warehouse: Path) -> None:
    """Refuse a folder into which a backup is being restored: it looks like an empty warehouse.

    Raises:
        DamagedWarehouseError: a restore was interrupted, or has not ended yet.
    """
    if is_half_restored(warehouse) and not _IS_RESTORING.get():
        raise DamagedWarehouseError(
            f"A restore into {warehouse} was interrupted, or is still running: repeat `broadsheet "
            f"restore DIR --warehouse {warehouse}` with the same backup, which completes it."
        )


def is_half_restored(warehouse: Path) -> bool:
    """Return whether a restore into a folder has begun and not ended."""
    folder = warehouse / RESTORING
    if not folder.is_dir():
        return False
    # The last step of a restore removes the folder, which is empty then.
    return any(folder.iterdir()) or not (warehouse / CATALOG).is_file()


@contextmanager
def restoring_here() -> Iterator[None]:
    """Let this thread open tables whose restore has not ended."""
    token = _IS_RESTORING.set(True)
    try:
        yield
    finally:
        _IS_RESTORING.reset(token)
