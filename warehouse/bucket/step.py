"""The place where the lake in the bucket is kept in step: around whatever changes a warehouse.

Before, the warehouse must not be older than the bucket. Afterwards, what was published is pushed.
So a night is pushed once, after its files were merged. If the bucket cannot be reached before, the
work goes on: it is published here, and the push that fails says so.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from config.errors import BroadsheetError
from config.settings import Settings
from warehouse.bucket.catalogs import CatalogError
from warehouse.bucket.lease import lake_lease
from warehouse.bucket.objects import BucketError
from warehouse.bucket.push import (
    LakeBehindError,
    Pushed,
    outdated_tables,
    push,
    require_not_behind,
    require_pulled,
)
from warehouse.bucket.readers_file import publish_for_readers
from warehouse.bucket.record import read_bucket_record, write_bucket_record
from warehouse.bucket.remote import open_bucket_lake
from warehouse.bucket.uploads import TransferWatch
from warehouse.lake import open_lake
from warehouse.layout import PUBLISHED
from warehouse.publish import is_published
from warehouse.snapshots import take_snapshot


class NotPushedError(BroadsheetError):
    """The publication stands here, and the bucket does not have it yet."""


@contextmanager
def kept_in_step(
    settings: Settings,
    purpose: str,
    watch: TransferWatch,
    *,
    wait: bool,
    notify: Callable[[str], None],
) -> Iterator[None]:
    """Hold the lake, and push what is published; the caller holds the writer lock.

    Args:
        purpose: what the lease is held for; other machines that wait show it.
        wait: wait for another machine that holds the lake, which is named, instead of failing.
        notify: receives that sentence, and one if the bucket cannot be reached before.

    Raises:
        WarehouseLockedError: another machine holds the lake; nothing was done.
        LakeBehindError: the bucket has a newer state; nothing was done.
        NotPushedError: the work was done and published, but not pushed.
    """
    record = read_bucket_record(settings.warehouse, settings)
    require_pulled(record, settings)
    with ExitStack() as stack:
        try:
            stack.enter_context(lake_lease(settings, purpose, wait=wait, notify=notify))
            require_not_behind(open_bucket_lake(settings).state(), record, settings)
        except (CatalogError, BucketError) as error:
            notify(f"{error} Meanwhile, the work goes on here.")
        before = _publication(settings.warehouse)
        yield
        if _publication(settings.warehouse) != before or _is_left_behind(settings):
            _push_published(settings, watch)


def _push_published(settings: Settings, watch: TransferWatch) -> None:
    try:
        push_lake(settings, watch)
    except LakeBehindError as error:  # another machine took over the lake, and pushed
        raise NotPushedError(
            f"{settings.warehouse / PUBLISHED} is published, but the lake {settings.lake} does "
            f"not have it: {error}"
        ) from error
    except (BroadsheetError, OSError) as error:
        raise NotPushedError(
            f"{settings.warehouse / PUBLISHED} is published, but the lake {settings.lake} does "
            f"not have it yet: {str(error).rstrip('.')}; `broadsheet lake push` or the next "
            "publication catches up."
        ) from error


def push_lake(settings: Settings, watch: TransferWatch, *, replace_newer: bool = False) -> Pushed:
    """Push the tables of a warehouse as the only writer of its lake.

    Raises:
        BroadsheetError: the bucket has a newer state, or does not do what was asked.
    """
    remote = open_bucket_lake(settings)
    with lake_lease(settings, "lake push") as lease:
        lake = open_lake(settings.warehouse)
        watch = replace(watch, require=lease.require)
        pushed = push(lake, remote, watch, replace_newer=replace_newer)
        if is_published(settings.warehouse, take_snapshot(lake)):
            lease.require()
            publish_for_readers(settings.warehouse, remote.bucket)
            record = read_bucket_record(settings.warehouse, settings)
            if record.readers != record.number:
                write_bucket_record(settings.warehouse, replace(record, readers=record.number))
        return pushed


def _is_left_behind(settings: Settings) -> bool:
    """Return whether the bucket lacks what was published before, such as a completed takedown."""
    record = read_bucket_record(settings.warehouse, settings)
    return record.number > 0 and (
        record.readers != record.number
        or bool(outdated_tables(open_lake(settings.warehouse), record))
    )


def _publication(warehouse: Path) -> tuple[int, int] | None:
    """Return what tells one published file from the next."""
    try:
        state = (warehouse / PUBLISHED).stat()
    except FileNotFoundError:
        return None
    return state.st_ino, state.st_mtime_ns
