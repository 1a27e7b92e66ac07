"""The condition of a lake's files: what `doctor` reports and `repair` works from.

Nothing is changed here, and no catalog is needed: each table's metadata file leads to its
snapshots, their manifests, and the Parquet files with their numbers of rows.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.manifest import DataFile as IcebergFile
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Snapshot

from warehouse.files import parquet_fault
from warehouse.layout import CATALOG, LAKE, RUNS
from warehouse.manifests import (
    UnreadableFileError,
    local_path,
    read_data_files,
    read_metadata,
)
from warehouse.opening import (
    METADATA,
    RUN_PROPERTY,
    metadata_number,
    named_metadata,
    newer_metadata,
)
from warehouse.schema import TABLES, Table

_DATA_NAME = re.compile(r"(?P<run_id>.+)-\d{5}\.parquet")


@dataclass(frozen=True, slots=True)
class DataFile:
    """A Parquet file that belongs to a table.

    Attributes:
        rows: as its manifest says; None where no manifest names it and it cannot be read.
        fault: such as "is missing"; None for a whole file.
        is_named: by the snapshot that the table goes on from. Files beside it were committed by
            later snapshots whose metadata is lost.
    """

    path: Path
    rows: int | None
    fault: str | None
    is_named: bool

    @property
    def run_id(self) -> str | None:
        """Return the run whose rows the file holds."""
        match = _DATA_NAME.fullmatch(self.path.name)
        return match["run_id"] if match else None


@dataclass(frozen=True, slots=True)
class TableState:
    """What is left of a table.

    Attributes:
        metadata: the metadata file to go on from; None where none can be read.
        is_whole: whether the catalog names this file and its snapshots can be read; also of a
            table that is yet to be made.
        snapshots: ids of the snapshots that can be read, the one to go on from first.
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
        return [str(file.path) for file in self.files if file.fault is None]


def inspect_lake(warehouse: Path, *, deep: bool) -> Iterator[TableState]:
    """Yield the state of each table.

    Args:
        deep: read all Parquet files and all snapshots, where else footers and the current
            snapshots are read.
    """
    named: dict[str, Path] = {}
    with suppress(sqlite3.Error, OSError):
        named = named_metadata(warehouse / CATALOG)
    unfinished = {path.name for path in (warehouse / RUNS).glob("[!.]*")}
    for table in TABLES:
        inspection = _Inspection(warehouse, table, named.get(table.name), unfinished)
        yield inspection.state(deep=deep)


def file_fault(path: Path, rows: int | None, *, deep: bool) -> str | None:
    """Return how a Parquet file is damaged; None if it is whole.

    Args:
        rows: how many it must have.
        deep: decode all of it.
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
    """Inspect one table.

    Attributes:
        named: the metadata file that the catalog names, if it does.
        unfinished: ids of runs that are still to be committed.
    """

    warehouse: Path
    table: Table
    named: Path | None
    unfinished: set[str]
    seen: dict[str, list[IcebergFile]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.warehouse / LAKE / self.table.name

    def state(self, *, deep: bool) -> TableState:
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
                return state
        names = {file.path.name for file in state.files}
        beside = tuple(self._files_beside(names, deep=deep))
        is_whole = state.is_whole and not beside
        return replace(state, is_whole=is_whole, files=(*state.files, *beside))

    def _newest_metadata(
        self,
    ) -> tuple[Path | None, TableMetadata | None, list[UnreadableFileError]]:
        faults: list[UnreadableFileError] = []
        for path in self._candidates():
            try:
                return path, read_metadata(path), faults
            except UnreadableFileError as error:
                faults.append(error)
        return None, None, faults

    def _candidates(self) -> Iterable[Path]:
        """Return the metadata file of the catalog, unless it is outdated, then the newest."""
        folder = self.folder / "metadata"
        found = sorted(folder.glob(METADATA), key=_age, reverse=True)
        if self.named is None or newer_metadata(self.named, folder, self.warehouse):
            return found
        return [self.named, *(path for path in found if path != self.named)]

    def _snapshots(
        self, metadata: TableMetadata, *, deep: bool
    ) -> tuple[list[Snapshot], list[UnreadableFileError]]:
        """Return readable snapshots, the newest first; without `deep` only one."""
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
        """Return whether the files of a snapshot were removed, to be written anew by their run.

        A kill between writing the metadata and naming it in the catalog leaves such a snapshot.
        """
        files = read_data_files(snapshot, self.seen)
        run_id = snapshot.summary.get(RUN_PROPERTY) if snapshot.summary else None
        if run_id not in self.unfinished:
            return False
        own = (local_path(one.file_path) for one in files)
        return any(path.name.startswith(f"{run_id}-") and not path.exists() for path in own)

    def _named_files(self, snapshot: Snapshot, *, deep: bool) -> Iterator[DataFile]:
        for entry in read_data_files(snapshot, self.seen):
            path = local_path(entry.file_path)
            fault = file_fault(path, entry.record_count, deep=deep)
            yield DataFile(path, entry.record_count, fault, is_named=True)

    def _files_beside(self, names: set[str], *, deep: bool) -> Iterator[DataFile]:
        """Yield files of finished runs that no metadata names any more."""
        for path in sorted((self.folder / "data").glob("*.parquet")):
            match = _DATA_NAME.fullmatch(path.name)
            if path.name in names or match is None or match["run_id"] in self.unfinished:
                continue
            fault = file_fault(path, None, deep=deep)
            rows = None if fault else pq.read_metadata(path).num_rows
            yield DataFile(path, rows, fault, is_named=False)


def _age(path: Path) -> tuple[int, int]:
    return metadata_number(path), path.stat().st_mtime_ns
