"""Merging of small Parquet files: one sorted file per table and month instead of one per run.

Every query and every statement of a run opens the footers of all files, so that their number
decides what a night costs after some years. Merging changes no row. A merged file is written first,
under a name that follows from the files that it replaces, and committed later. So a process that
was killed finds the files that it had completed, and commits them.

Files of unfinished runs are left out: their names tell the run which rows it has written.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from config.errors import BroadsheetError, DamagedWarehouseError
from config.settings import LoadSettings
from warehouse.condition import file_fault
from warehouse.files import parquet_fault, write_table_files
from warehouse.lake import Lake
from warehouse.replaced import (
    COMPACTED,
    is_compacted,
    period_of,
    record_replaced,
    replaced_files,
)
from warehouse.schema import TABLES, Table
from warehouse.sorting import sorted_files

# Files are merged up to this size on the disk, so that one merge takes minutes at most.
MOST_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class MergeRules:
    """The conditions under which files are merged.

    Attributes:
        rows: most rows of a merged file.
        unfinished: ids of unfinished runs.
        month: the present month, such as "202503". Its files are merged when there are `files` of
            them; files of earlier months always. None: no month is treated in a special way.
    """

    rows: int
    unfinished: frozenset[str]
    month: str | None = None
    files: int = 2


@dataclass(frozen=True, slots=True)
class Merge:
    """Files of a table that one file is to replace.

    Attributes:
        period: the month of the runs that wrote them, such as "202503".
        files: their paths.
        rows, size: their rows and bytes together.
    """

    table: Table
    period: str
    files: tuple[str, ...]
    rows: int
    size: int

    @property
    def name(self) -> str:
        """Return the name of the merged file, which follows from the files and the columns."""
        named = [str(self.table.arrow), *(Path(file).name for file in self.files)]
        key = xxhash.xxh3_64_hexdigest("\n".join(named).encode())
        return f"{self.period}-{COMPACTED}-{key}-00000.parquet"


def month_of(time: datetime) -> str:
    """Return the month of a time as it begins the names of files, such as "202503"."""
    return f"{time:%Y%m}"


def merges_of(table: Table, files: Sequence[str], rules: MergeRules) -> list[Merge]:
    """Return the merges that pay in a table.

    After they are made there are none left: no two merged files of a month have few enough rows for
    one file, unless their sizes on the disk were what kept them apart.

    Args:
        files: the files of the table's current snapshot.
    """
    return [
        merge
        for period, group in _groups(files, rules)
        for merge in _first_fit(table, period, group, rules.rows)
    ]


def may_merge(lake: Lake, rules: MergeRules) -> bool:
    """Return whether any merge may pay, judging by the names of files on the disk.

    Reading the manifests of all tables takes a third of a second, and most nights merge nothing.
    """
    for table in TABLES:
        folder = lake.folder(table)
        present = {path.name for path in folder.glob("*.parquet")}
        replaced = replaced_files(folder)
        gone = {file for name in replaced.keys() & present for file in replaced[name]}
        named = present - gone
        # The numbers differ if a merged file was never committed, or if there are stray files.
        if len(named) != lake.file_count(table) or any(_groups(sorted(named), rules)):
            return True
    return False


def write_merged(merge: Merge, lake: Lake, settings: LoadSettings, spill: Path) -> str:
    """Write the merged file, unless it exists, and return its path.

    Args:
        spill: an existing folder for rows that do not fit into memory.

    Raises:
        DamagedWarehouseError: a file that is to be replaced is missing or damaged.
    """
    path = lake.folder(merge.table) / merge.name
    if parquet_fault(path) is None and pq.read_metadata(path).num_rows == merge.rows:
        return str(path)
    record_replaced(path, merge.files)
    try:
        batches = sorted_files(merge.files, merge.table, spill)
        [written] = write_table_files(batches, merge.table, settings, lambda _: path)
    except (OSError, pa.ArrowException) as error:
        for fault in _faults(merge, lake):
            raise fault from error
        raise
    if written.rows != merge.rows:
        path.unlink()
        raise BroadsheetError(
            f"The merged file {path} got {written.rows:,} rows instead of {merge.rows:,} and was "
            "removed; nothing was changed, please report this as a defect."
        )
    return str(path)


def commit_merges(lake: Lake, table: Table, merges: Sequence[Merge]) -> None:
    """Let a table name merged files, which are written, instead of those that they replace."""
    replaced: Collection[str] = {file for merge in merges for file in merge.files}
    merged = [str(lake.folder(table) / merge.name) for merge in merges]
    lake.replace(table, add=merged, remove=replaced)


def _groups(files: Sequence[str], rules: MergeRules) -> Iterator[tuple[str, list[str]]]:
    """Yield each month with its files, or some of them, if there are enough for merging."""
    groups: dict[tuple[str, bool], list[str]] = {}
    for file in sorted(files):
        name = Path(file).name
        if name.rpartition("-")[0] not in rules.unfinished:
            period = period_of(name)
            # In the present month merged files are merged again only when there are many of them.
            again = period == rules.month and is_compacted(name)
            groups.setdefault((period, again), []).append(file)
    for (period, _), group in sorted(groups.items()):
        if len(group) >= (rules.files if period == rules.month else 2):
            yield period, group


def _first_fit(table: Table, period: str, files: Sequence[str], most_rows: int) -> list[Merge]:
    """Distribute files among merges, each to the first in which it fits."""
    merges: list[Merge] = []
    for file in files:
        rows, size = pq.read_metadata(file).num_rows, Path(file).stat().st_size
        for number, merge in enumerate(merges):
            if merge.rows + rows <= most_rows and merge.size + size <= MOST_BYTES:
                added = (*merge.files, file)
                merges[number] = Merge(table, period, added, merge.rows + rows, merge.size + size)
                break
        else:
            merges.append(Merge(table, period, (file,), rows, size))
    return [merge for merge in merges if len(merge.files) > 1]


def _faults(merge: Merge, lake: Lake) -> Iterator[DamagedWarehouseError]:
    for file in merge.files:
        if fault := file_fault(Path(file), None, deep=True):
            yield DamagedWarehouseError(
                f"The file {file} of the table {merge.table.name} {fault}: run `broadsheet repair "
                f"--warehouse {lake.root.parent}`."
            )
