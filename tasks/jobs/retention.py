"""The command `prune`: old WARC files are removed, and old texts reduced to hashes and counts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tasks.jobs.archive_raw import remove_copies, require_copies_reachable
from tasks.jobs.takedown import settle_runs
from tasks.load.relocate import relocate_if_moved
from tasks.pipeline import Stages
from tasks.raw.archived import ArchivedFile, archived_files
from tasks.raw.zone import RawNight, raw_nights, remove_nights
from tasks.takedown.reducing import ReducedTexts, reduce_texts
from warehouse.folder import absolute
from warehouse.lake import open_lake
from warehouse.layout import FETCH_LOCK, LAKE
from warehouse.opening import require_in_place

PRUNE_FLOW = "prune"


@dataclass(frozen=True, slots=True)
class PruneRequest:
    """The ages at which something is old.

    Attributes:
        raw_days: of the nights of WARC files, in days; None: none is old.
        text_days: of texts, in days since they were loaded; None: none is old.
        today: the date from which the age of nights is counted.
        dry_run: report and change nothing.
    """

    raw_days: int | None
    text_days: int | None
    today: date
    dry_run: bool


@dataclass(frozen=True, slots=True)
class PrunedNight:
    """A night of WARC files: their number and size."""

    night: date
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """The nights and texts that were removed, or would be.

    Attributes:
        texts: None if texts of every age are kept.
        archived: addresses of copies of WARC files in a bucket.
    """

    nights: tuple[PrunedNight, ...]
    texts: ReducedTexts | None
    archived: tuple[str, ...] = ()


def prune(
    request: PruneRequest, stages: Stages, *, wait: bool = False, now: datetime | None = None
) -> Pruned:
    """Remove the WARC files of old nights with their archived copies, and reduce old texts.

    Args:
        wait: wait while another process fetches or writes.
        now: the time from which the age of texts is counted; None: the present.

    Raises:
        BroadsheetError: another process needs the files, or an unfinished night does, or a bucket
            with copies does not answer; nothing was removed then.
        DamagedWarehouseError: the warehouse is damaged and must be repaired first.
    """
    warehouse = absolute(stages.settings.warehouse)
    nights: list[RawNight] = []
    copies: list[ArchivedFile] = []
    if request.raw_days is not None:
        last = request.today - timedelta(days=request.raw_days)
        nights = [night for night in raw_nights(warehouse) if night.night < last]
        copies = [note for note in archived_files(warehouse) if note.night < last]
    old = tuple(PrunedNight(one.night, len(one.files), one.bytes) for one in nights)
    if copies and not request.dry_run:
        require_copies_reachable(copies, stages.settings)
    if nights and not request.dry_run:
        relocate_if_moved(warehouse, stages.listener.notice)
        remove_nights(warehouse, nights)
    if copies and not request.dry_run:
        remove_copies(copies, stages, wait=wait)
    texts = None
    if request.text_days is not None and (warehouse / LAKE).is_dir():
        before = (now or datetime.now(UTC)) - timedelta(days=request.text_days)
        texts = _reduce(before, stages, wait=wait, dry_run=request.dry_run)
    return Pruned(old, texts, tuple(note.address for note in copies))


def _reduce(before: datetime, stages: Stages, *, wait: bool, dry_run: bool) -> ReducedTexts:
    if dry_run:
        require_in_place(absolute(stages.settings.warehouse))
    stages = stages.prepared()
    fetching = stages.locked(PRUNE_FLOW, wait=wait, name=FETCH_LOCK)
    with fetching, stages.locked(PRUNE_FLOW, wait=wait):
        if not dry_run:
            settle_runs(stages)
        lake = open_lake(stages.settings.warehouse)
        return reduce_texts(lake, before, stages.settings, dry_run=dry_run)
