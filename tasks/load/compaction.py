"""Compaction of the tables: the merges that pay are made table by table, in a given time.

    merges of a table ─▶ write each merged file ─▶ one commit ─▶ next table ─▶ publish again

Readers notice nothing. A publication names files, and those that were replaced stay for the grace
time. A kill at any step is safe: merged files that are complete are used by the next compaction,
and until they are committed no table names them.
"""

import logging
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from config.errors import BroadsheetError
from config.settings import Settings
from tasks.load.commit import publish_tables
from tasks.runs.run import Run
from warehouse.compaction import (
    Merge,
    MergeRules,
    commit_merges,
    may_merge,
    merges_of,
    month_of,
    write_merged,
)
from warehouse.condition import TableState
from warehouse.lake import Lake, open_lake
from warehouse.layout import RUNS_FOLDER
from warehouse.publish import is_published
from warehouse.schema import TABLES, Table
from warehouse.snapshots import take_snapshot

log = logging.getLogger("broadsheet.compact")

# Beside the merged file, its rows are on the disk once while they are sorted.
_ROOM = 3


@dataclass(frozen=True, slots=True)
class MergedTable:
    """A table whose files were or would be merged.

    Attributes:
        replaced, merged: numbers of files before and after.
    """

    table: str
    replaced: int
    merged: int
    rows: int


@dataclass(frozen=True, slots=True)
class CompactionReport:
    """The result of a compaction, or of a dry run.

    Attributes:
        is_complete: whether nothing is left to merge. False if the time ended before.
    """

    tables: tuple[MergedTable, ...]
    is_complete: bool = True

    def __str__(self) -> str:
        if not self.tables:
            return ""
        replaced, merged = (
            sum(getattr(one, name) for one in self.tables) for name in ("replaced", "merged")
        )
        done = f"{replaced:,} files of {len(self.tables)} tables were merged into {merged:,}."
        rest = " The time for that ended (compact.seconds); the next night merges the others."
        return done if self.is_complete else done + rest


def compact_after_run(run: Run, settings: Settings) -> str:
    """Merge files in the time that the settings allow, and publish the tables again.

    A fault, such as a full disk, does not fail the run, whose rows are published already.

    Returns:
        A sentence on what was done, for people; "" if there was nothing to do.

    Raises:
        BroadsheetError: the tables cannot be published again.
    """
    lake = open_lake(run.warehouse)
    month = month_of(datetime.now(UTC))
    rules = merge_rules(run.warehouse, settings, month=month, files=settings.compact.files)
    if not may_merge(lake, rules):
        return ""
    try:
        said = str(merge_files(lake, settings, rules, settings.compact.seconds))
    except (BroadsheetError, OSError, pa.ArrowException) as error:
        said = (
            f"The files of the tables could not be merged, and the next night tries again: {error}"
        )
        log.warning(said)
    publish_if_outdated(lake, settings)
    return said


def merge_rules(
    warehouse: Path, settings: Settings, *, month: str | None = None, files: int = 2
) -> MergeRules:
    """Return the conditions of merging for a warehouse, whose unfinished runs are left alone."""
    unfinished = frozenset(path.name for path in (warehouse / RUNS_FOLDER).glob("[!.]*"))
    return MergeRules(settings.load.file_rows, unfinished, month, files)


def merge_files(
    lake: Lake, settings: Settings, rules: MergeRules, seconds: float = float("inf")
) -> CompactionReport:
    """Make the merges that pay, and commit them once per table; the caller holds the writer lock.

    Args:
        seconds: time after which no further file is written. At least one is.

    Raises:
        DamagedWarehouseError: a file of a table is missing or damaged.
        BroadsheetError: the disk is nearly full.
    """
    deadline = time.monotonic() + seconds
    snapshot = take_snapshot(lake)
    tables: list[MergedTable] = []
    with _spill_folder(lake.root.parent) as spill:
        for table in TABLES:
            merges = merges_of(table, snapshot.files[table.name][1:], rules)
            if merges and tables and time.monotonic() >= deadline:
                return CompactionReport(tuple(tables), is_complete=False)
            written = (_written(merge, lake, settings, spill) for merge in merges)
            if done := list(_until(deadline, written)):
                commit_merges(lake, table, done)
                tables.append(_merged_table(table, done))
                log.info("compacted table=%s files=%d", table.name, tables[-1].replaced)
            if len(done) < len(merges):
                return CompactionReport(tuple(tables), is_complete=False)
    return CompactionReport(tuple(tables))


def _until(deadline: float, merges: Iterable[Merge]) -> Iterator[Merge]:
    """Yield what is made, and stop after the deadline; the first one is made in any case."""
    for merge in merges:
        yield merge
        if time.monotonic() >= deadline:
            return


def _written(merge: Merge, lake: Lake, settings: Settings, spill: Path) -> Merge:
    _require_room(merge, lake, settings)
    write_merged(merge, lake, settings.load, spill)
    return merge


def possible_merges(files: Mapping[str, Sequence[str]], rules: MergeRules) -> CompactionReport:
    """Return what a compaction would do, from the files of each table; change nothing."""
    found = ((table, merges_of(table, files.get(table.name, ()), rules)) for table in TABLES)
    return CompactionReport(
        tuple(_merged_table(table, merges) for table, merges in found if merges)
    )


def small_files(state: TableState, settings: Settings) -> int:
    """Return how many files of a table are so small that the next night would merge them."""
    warehouse, month = settings.warehouse, month_of(datetime.now(UTC))
    rules = merge_rules(warehouse, settings, month=month, files=settings.compact.files)
    merges = merges_of(state.table, state.whole_files, rules)
    return sum(len(merge.files) for merge in merges)


def publish_if_outdated(lake: Lake, settings: Settings) -> None:
    """Publish the tables again if the published file names others than their present files."""
    warehouse = lake.root.parent
    if not is_published(warehouse, take_snapshot(lake)):
        publish_tables(warehouse, settings)


def _merged_table(table: Table, merges: Sequence[Merge]) -> MergedTable:
    files = sum(len(merge.files) for merge in merges)
    return MergedTable(table.name, files, len(merges), sum(merge.rows for merge in merges))


def _require_room(merge: Merge, lake: Lake, settings: Settings) -> None:
    free = shutil.disk_usage(lake.root).free
    if free < _ROOM * merge.size + settings.publish.free_bytes:
        raise BroadsheetError(
            f"Only {free / 1e9:.1f} GB are free at {lake.root}, too little for merging "
            f"{merge.size / 1e9:.1f} GB of the table {merge.table.name}: make room."
        )


@contextmanager
def _spill_folder(warehouse: Path) -> Iterator[Path]:
    """Yield an empty folder for rows that are being sorted, also after a kill."""
    folder = warehouse / RUNS_FOLDER / ".compact"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
