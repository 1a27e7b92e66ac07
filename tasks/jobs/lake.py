"""The lake in the bucket by hand: push what it lacks."""

from config.errors import UsageError
from tasks.pipeline import Stages
from tasks.runs.progress import watch_of
from warehouse.bucket.push import Pushed
from warehouse.bucket.step import push_lake
from warehouse.folder import absolute
from warehouse.layout import LAKE, LOCK
from warehouse.lock import writer_lock

PUSH_PURPOSE = "lake push"


def push_by_hand(stages: Stages, *, wait: bool = False, replace_newer: bool = False) -> Pushed:
    """Bring the lake in the bucket to the state of the warehouse.

    Args:
        wait: wait while another process writes to the warehouse.
        replace_newer: do so even if the bucket has a newer state, which is lost.

    Raises:
        UsageError: there is no warehouse, or no lake in a bucket.
        BroadsheetError: the bucket has a newer state, or does not do what was asked.
    """
    warehouse = absolute(stages.settings.warehouse)
    if not (warehouse / LAKE).is_dir():
        raise UsageError(f"There is no warehouse at {warehouse}: name it by --warehouse.")
    stages = stages.prepared()
    notify = stages.listener.notice
    with writer_lock(warehouse, PUSH_PURPOSE, wait=wait, name=LOCK, notify=notify):
        return push_lake(stages.settings, watch_of(stages.listener), replace_newer=replace_newer)
