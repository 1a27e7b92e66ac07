"""Compaction by hand: all merges at once, without a bound of time, and removal of old files."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.errors import UsageError
from tasks.load.commit import finish_if_committed
from tasks.load.compaction import (
    CompactionReport,
    merge_files,
    merge_rules,
    possible_merges,
    publish_if_outdated,
)
from tasks.pipeline import Stages
from tasks.runs.run import unfinished_runs
from warehouse.condition import inspect_lake
from warehouse.expiry import remove_expired
from warehouse.folder import absolute
from warehouse.lake import open_lake
from warehouse.layout import LAKE
from warehouse.opening import require_in_place
from warehouse.restoring import require_restored


@dataclass(frozen=True, slots=True)
class Compacted:
    """The result of compaction by hand.

    Attributes:
        removed: the number of files that were removed, because nothing had needed them for the
            grace time.
    """

    merged: CompactionReport
    removed: int = 0


def compact(stages: Stages, *, wait: bool = False, dry_run: bool = False) -> Compacted:
    """Merge the small files of all tables, publish these again, and remove files of old snapshots.

    A run that had begun to commit is completed first. Files of other unfinished runs are left out.

    Args:
        wait: wait while another process writes to the warehouse.
        dry_run: report what would be merged, and change nothing.

    Raises:
        UsageError: there is no warehouse.
        DamagedWarehouseError: a file of a table is missing or damaged.
    """
    warehouse = absolute(stages.settings.warehouse)
    require_restored(warehouse)
    if not (warehouse / LAKE).is_dir():
        raise UsageError(f"There is no warehouse at {warehouse}: name it by --warehouse.")
    if dry_run:
        require_in_place(warehouse)
    stages = stages.prepared()
    settings = stages.settings
    with stages.locked("compact", wait=wait):
        rules = merge_rules(warehouse, settings)
        if dry_run:
            states = inspect_lake(warehouse, deep=False)
            files = {state.table.name: state.whole_files for state in states}
            return Compacted(possible_merges(files, rules))
        for run in list(unfinished_runs(warehouse)):
            if notice := finish_if_committed(run, settings):
                stages.listener.notice(notice)
        lake = open_lake(warehouse)
        report = merge_files(lake, settings, merge_rules(warehouse, settings))
        publish_if_outdated(lake, settings)
        grace = timedelta(days=settings.publish.grace_days)
        return Compacted(report, remove_expired(lake, grace, datetime.now(UTC)))
