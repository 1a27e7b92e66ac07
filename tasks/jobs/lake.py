"""The lake in the bucket by hand: push what it lacks, or pull what the warehouse lacks."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from config.errors import UsageError
from tasks.jobs.takedown import settle_runs
from tasks.load.commit import publish_tables
from tasks.pipeline import Stages
from tasks.runs.progress import watch_of
from tasks.takedown.listing import write_takedown_list
from warehouse.bucket.lease import lake_lease
from warehouse.bucket.moving import give_up_former
from warehouse.bucket.pull import Pulled, pull, record_pull
from warehouse.bucket.push import Pushed
from warehouse.bucket.record import read_bucket_record
from warehouse.bucket.remote import open_bucket_lake
from warehouse.bucket.restored import restore_objects
from warehouse.bucket.step import push_lake
from warehouse.expiry import remove_expired
from warehouse.folder import absolute
from warehouse.kept import remove_kept
from warehouse.lake import Lake, open_lake
from warehouse.layout import FETCH_LOCK, LAKE, LOCK
from warehouse.lock import writer_lock

PUSH_PURPOSE, PULL_PURPOSE = "lake push", "lake pull"


@dataclass(frozen=True, slots=True)
class PushRequest:
    """The options of `lake push`.

    Attributes:
        replace_newer: push even if the bucket has a newer state, which is lost.
        verify: also read all objects back, and upload those again that have other bytes.
        moved_from: the former address of the lake, if it is to move to that of the settings.
        wait: wait while another process writes to the warehouse or another machine to the lake.
    """

    replace_newer: bool = False
    verify: bool = False
    moved_from: str = ""
    wait: bool = False


def push_by_hand(stages: Stages, request: PushRequest = PushRequest()) -> Pushed:
    """Bring the lake in the bucket to the state of the warehouse.

    Objects that are missing or have another size are uploaded again, too.

    Raises:
        UsageError: there is no warehouse, or no lake in a bucket.
        BroadsheetError: the bucket has a newer state, or does not do what was asked.
    """
    warehouse = absolute(stages.settings.warehouse)
    if not (warehouse / LAKE).is_dir():
        raise UsageError(f"There is no warehouse at {warehouse}: name it by --warehouse.")
    stages = stages.prepared()
    notify, wait = stages.listener.notice, request.wait
    with (
        writer_lock(warehouse, PUSH_PURPOSE, wait=wait, name=LOCK, notify=notify),
        lake_lease(stages.settings, PUSH_PURPOSE, wait=wait, notify=notify) as lease,
    ):
        watch = replace(watch_of(stages.listener), require=lease.require)
        remote, lake = open_bucket_lake(stages.settings), open_lake(warehouse)
        files, size = 0, 0
        if request.moved_from:
            files, size = give_up_former(lake, remote, request.moved_from, watch)
        pushed = push_lake(stages.settings, watch, replace_newer=request.replace_newer)
        record = read_bucket_record(warehouse, stages.settings)
        lost = restore_objects(lake, remote.bucket, record, watch, verify=request.verify)
        return replace(pushed, files=pushed.files + files, bytes=pushed.bytes + size, restored=lost)


def pull_by_hand(stages: Stages, *, wait: bool = False, discard: bool = False) -> Pulled:
    """Bring the warehouse to the state of the lake in the bucket, and publish it.

    Args:
        wait: wait while another process writes to the warehouse.
        discard: remove runs, takedowns and named snapshots that the bucket lacks, too.

    Raises:
        UsageError: there is no lake in a bucket, or nothing was pushed to it.
        BroadsheetError: the warehouse has what the bucket lacks, or the bucket does not do what
            was asked.
    """
    remote = open_bucket_lake(stages.settings)
    stages = stages.prepared()
    warehouse, notify = stages.settings.warehouse, stages.listener.notice
    with (
        writer_lock(warehouse, PULL_PURPOSE, wait=wait, name=FETCH_LOCK, notify=notify),
        writer_lock(warehouse, PULL_PURPOSE, wait=wait, name=LOCK, notify=notify),
    ):
        settle_runs(stages)
        lake = open_lake(warehouse)
        pulled = pull(lake, remote, watch_of(stages.listener), discard=discard)
        if any(one.add or one.remove for one in pulled.tables):
            remove_kept(warehouse)
            publish_tables(warehouse, stages.settings, index_anew=True)
        write_takedown_list(lake)
        record_pull(lake, remote, pulled)
        if any(one.remove for one in pulled.tables):
            _remove_replaced(lake)
        return pulled


def _remove_replaced(lake: Lake) -> None:
    """Remove the files that the tables no longer name: they may have articles taken down."""
    now = datetime.now(UTC)
    for _ in ("note", "remove"):
        remove_expired(lake, timedelta(0), now)
