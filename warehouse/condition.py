"""An inspection of a lake's files, which `doctor` reports and `repair` works from.

Nothing is changed here, and no catalog is needed. Each table's metadata file leads to its
snapshots, these to their manifests, and these to the Parquet files with their numbers of rows.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Snapshot

from warehouse.files import parquet_fault
from warehouse.layout import CATALOG, LAKE, RUNS_FOLDER
from warehouse.manifests import (
    UnreadableFileError,
    local_path,
    read_data_files,
    read_table_metadata,
)
from warehouse.metadata_files import METADATA, metadata_number, named_metadata
from warehouse.opening import RUN_PROPERTY, newer_metadata
from warehouse.replaced import copies_of, hidden_files, is_compacted, replaced_files
from warehouse.schema import TABLES, Table

_DATA_NAME = re.compile(r"(?P<run_id>.+)-\d{5}\.parquet")


@dataclass(frozen=True, slots=True)
class DataFile:
    """A Parquet file that belongs to a table, and its condition.

    Attributes:
        rows: the number of rows that its manifest states, else its own; None if neither is known.
        fault: how it is damaged, such as "is missing"; None for a whole file.
        is_named: whether the newest readable snapshot names it. A file that none names was
            committed by a later snapshot whose metadata is lost.
        has_copy: whether other whole files hold the same rows: those that it replaced when small
            files were compacted.
    """

    path: Path
    rows: int | None
    fault: str | None
    is_named: bool
    has_copy: bool = False

    @property
    def run_id(self) -> str | None:
        """Return the run whose rows the file holds; None if it holds those of several runs."""
        match = _DATA_NAME.fullmatch(self.path.name)
        return match["run_id"] if match and not is_compacted(self.path.name) else None


@dataclass(frozen=True, slots=True)
class TableState:
    """The condition of a table.

    Attributes:
        metadata: the newest metadata file that can be read; None if there is none.
        is_whole: whether the catalog names this metadata file and all that it names can be read.
            True for a table that is not made yet.
        snapshots: ids of the snapshots that can be read, the current one first.
        files: the Parquet files that the first of these snapshots names, and unnamed ones.
        faults: metadata files and manifests that are missing or damaged.
    """

    table: Table
    metadata: Path | None
    is_whole: bool
    snapshots: tuple[int, ...]
    files: tuple[DataFile, ...]
    faults: tuple[UnreadableFileError, ...]

    @property
    def whole_files(self) -> list[str]:
        """Return the paths of the files that are not damaged."""
        return [str(file.path) for file in self.files if file.fault is None]


def inspect_lake(warehouse: Path, *, deep: bool) -> Iterator[TableState]:
    """Yield the condition of each table.

    Args:
        deep: read all Parquet files and all snapshots. Without it only footers and the current
            snapshots are read.
    """
    named: dict[str, Path] = {}
    with suppress(sqlite3.Error, OSError):
        named = named_metadata(warehouse / CATALOG)
    unfinished = {path.name for path in (warehouse / RUNS_FOLDER).glob("[!.]*")}
    for table in TABLES:
        inspection = _Inspection(warehouse, table, named.get(table.name), unfinished)
        yield inspection.state(deep=deep)


def file_fault(path: Path, rows: int | None, *, deep: bool) -> str | None:
    """Return how a Parquet file is damaged; None if it is whole.

    Args:
        rows: the number of rows that it must have; None if that is unknown.
        deep: decode the whole file instead of its footer only.
    """
    if fault := parquet_fault(path):
        return fault
    try:
        with pq.ParquetFile(path) as file:
            if rows is not None and file.metadata.num_rows != rows:
                return f"has {file.metadata.num_rows:,} rows instead of {rows:,}"
            for number in range(file.num_row_groups if deep else 0):
                file.read_row_group(number)
    except (OSError, ValueError, pa.ArrowException):
        return "is damaged"
    return None


@dataclass(frozen=True, slots=True)
class _Inspection:
    """An inspection of one table.

    Attributes:
        named: the metadata file that the catalog names for the table, if it names one.
        unfinished: ids of unfinished runs; their files may not be committed yet, or be rewritten.
    """

    warehouse: Path
    table: Table
    named: Path | None
    unfinished: set[str]

    @property
    def folder(self) -> Path:
        """Return the folder of the table."""
        return self.warehouse / LAKE / self.table.name

    def state(self, *, deep: bool) -> TableState:
        """Return the condition of the table.

        Files that no snapshot names are looked for only if the metadata is not whole. Otherwise
        such a file is of a run that was dropped, and belongs to no table.
        """
        path, metadata, faults = self._newest_metadata()
        if metadata is None:
            is_new = self.named is None and not faults
            state = TableState(self.table, None, is_new, (), (), tuple(faults))
        else:
            whole = path == self.named
            snapshots, unread = self._snapshots(metadata, deep=deep)
            current = metadata.current_snapshot_id
            is_current = (snapshots[0].snapshot_id if snapshots else None) == current
            state = TableState(
                table=self.table,
                metadata=path,
                is_whole=whole and is_current and not unread,
                snapshots=tuple(snapshot.snapshot_id for snapshot in snapshots),
                files=tuple(self._named_files(snapshots[0], deep=deep)) if snapshots else (),
                faults=(*faults, *unread),
            )
            if whole and is_current:
                return self._with_copies(state, deep=deep)
        names = {file.path.name for file in state.files}
        unnamed = tuple(self._unnamed_files(names, deep=deep))
        files = self._without_repeated((*state.files, *unnamed))
        is_whole = state.is_whole and not any(not file.is_named for file in files)
        return replace(state, is_whole=is_whole, files=files)

    def _with_copies(self, state: TableState, *, deep: bool) -> TableState:
        """Add the files that hold the rows of damaged compacted files."""
        damaged = [file for file in state.files if file.fault and is_compacted(file.path.name)]
        if not damaged:
            return state
        found = list(self._unnamed_files({file.path.name for file in state.files}, deep=deep))
        whole = {file.path.name for file in (*state.files, *found) if file.fault is None}
        replaced = replaced_files(self.folder / "data")
        copies = {one.path.name: copies_of(one.path.name, whole, replaced) for one in damaged}
        needed = frozenset().union(*filter(None, copies.values()))
        kept = (replace(f, has_copy=bool(copies.get(f.path.name))) for f in state.files)
        added = (file for file in found if file.path.name in needed)
        return replace(state, files=(*kept, *added))

    def _without_repeated(self, files: tuple[DataFile, ...]) -> tuple[DataFile, ...]:
        """Leave out files whose rows are also in others, because one of them replaced the others.

        Without metadata it cannot be told whether that was committed.
        """
        named = {file.path.name for file in files if file.is_named}
        whole = {file.path.name for file in files if file.fault is None}
        hidden = hidden_files(named, whole, replaced_files(self.folder / "data"))
        return tuple(file for file in files if file.path.name not in hidden)

    def _newest_metadata(
        self,
    ) -> tuple[Path | None, TableMetadata | None, list[UnreadableFileError]]:
        faults: list[UnreadableFileError] = []
        for path in self._candidates():
            try:
                return path, read_table_metadata(path), faults
            except UnreadableFileError as error:
                faults.append(error)
        return None, None, faults

    def _candidates(self) -> Iterable[Path]:
        """Return the metadata files to try: the one of the catalog first, then newest first.

        If the catalog is outdated, such as one from a backup, its metadata file gets no precedence.
        """
        folder = self.folder / "metadata"
        found = sorted(folder.glob(METADATA), key=_age, reverse=True)
        if self.named is None or newer_metadata(self.named, folder, self.warehouse):
            return found
        return [self.named, *(path for path in found if path != self.named)]

    def _snapshots(
        self, metadata: TableMetadata, *, deep: bool
    ) -> tuple[list[Snapshot], list[UnreadableFileError]]:
        """Return the snapshots that can be read, the newest first; without `deep` only one."""
        found: list[Snapshot] = []
        faults: dict[Path, UnreadableFileError] = {}
        current = metadata.current_snapshot_id
        newest_first = sorted(
            metadata.snapshots,
            key=lambda one: (one.snapshot_id == current, one.sequence_number or 0),
            reverse=True,
        )
        for snapshot in newest_first:
            if found and not deep:
                break
            try:
                if not self._was_dropped(snapshot):
                    found.append(snapshot)
            except UnreadableFileError as error:
                faults[error.path] = error
        return found, list(faults.values())

    def _was_dropped(self, snapshot: Snapshot) -> bool:
        """Return whether a snapshot is a commit that its run will repeat.

        A kill between writing the metadata and naming it in the catalog leaves such a snapshot. The
        resumed run removes its files and writes them again.
        """
        files = read_data_files(snapshot)
        run_id = snapshot.summary.get(RUN_PROPERTY) if snapshot.summary else None
        if run_id not in self.unfinished:
            return False
        own = (local_path(one.file_path) for one in files)
        return any(path.name.startswith(f"{run_id}-") and not path.exists() for path in own)

    def _named_files(self, snapshot: Snapshot, *, deep: bool) -> Iterator[DataFile]:
        for entry in read_data_files(snapshot):
            path = local_path(entry.file_path)
            fault = file_fault(path, entry.record_count, deep=deep)
            yield DataFile(path, entry.record_count, fault, is_named=True)

    def _unnamed_files(self, names: set[str], *, deep: bool) -> Iterator[DataFile]:
        """Yield the files of finished runs that the metadata does not name.

        Args:
            names: names of the files that it does name.
        """
        for path in sorted((self.folder / "data").glob("*.parquet")):
            match = _DATA_NAME.fullmatch(path.name)
            if path.name in names or match is None or match["run_id"] in self.unfinished:
                continue
            fault = file_fault(path, None, deep=deep)
            rows = None if fault else pq.read_metadata(path).num_rows
            yield DataFile(path, rows, fault, is_named=False)


def _age(path: Path) -> tuple[int, int]:
    # Two files have the same number if one of them is of a commit that failed.
    return metadata_number(path), path.stat().st_mtime_ns
