"""Comparison of a table in the bucket with the published one: files it lacks or has too many."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import xxhash
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table import TableProperties
from pyiceberg.table.snapshots import Snapshot

from warehouse.bucket.record import PushedTable
from warehouse.bucket.remote import PURGE_PROPERTY, PUSHED_PROPERTY, BucketLake, last_part
from warehouse.lake import Lake
from warehouse.opening import LOST_PROPERTY, RUN_PROPERTY, SAME_ROWS_PROPERTY
from warehouse.schema import Table

_NAME_MAPPING = TableProperties.DEFAULT_NAME_MAPPING  # has the numbers of columns, which may differ


@dataclass(frozen=True, slots=True)
class TableChange:
    """The change of a table in the bucket.

    Attributes:
        key: the state of the local table.
        files: names and sizes of its files.
        add: names of the files that are added.
        remove: names of the files that are removed.
        is_done: whether the table in the bucket has this state already.
        purge: whether rows were removed, so that files which hold them must go at once.
    """

    table: Table
    key: str
    local: Snapshot | None
    folder: Path
    files: Mapping[str, int]
    add: frozenset[str]
    remove: frozenset[str]
    is_done: bool
    purge: bool

    @property
    def local_id(self) -> int | None:
        """Return the id of the local snapshot."""
        return self.local.snapshot_id if self.local else None

    @property
    def run_id(self) -> str | None:
        """Return the run that made the local snapshot."""
        return summary_of(self.local).get(RUN_PROPERTY)


def key_of(lake: Lake, table: Table) -> str:
    """Return a text that names a table's state: its snapshot, columns and properties."""
    iceberg = lake.load(table)
    described = "\n".join(
        [
            *(f"{field.name} {field.field_type}" for field in iceberg.schema().fields),
            *(f"{name}={value}" for name, value in sorted(own_properties(iceberg).items())),
        ]
    )
    return f"{iceberg.metadata.current_snapshot_id}-{xxhash.xxh3_64_hexdigest(described.encode())}"


def own_properties(iceberg: IcebergTable) -> dict[str, str]:
    """Return the properties of a local table that the one in the bucket gets, too."""
    return {name: value for name, value in iceberg.properties.items() if name != _NAME_MAPPING}


def change_of(
    lake: Lake,
    table: Table,
    remote: BucketLake,
    pushed: PushedTable | None,
    stored: Collection[str],
) -> TableChange:
    """Compare a table with the one in the bucket.

    The record says which files that one has, unless its snapshot is another: then its manifests do.

    Args:
        stored: the names of all its data files in the bucket. An interrupted push may have uploaded
            files that no snapshot names, and whose rows were removed here since.
    """
    found = remote.find(table)
    head = found.current_snapshot() if found else None
    head_id = head.snapshot_id if head else None
    key, iceberg = key_of(lake, table), lake.load(table)
    sizes = {last_part(one.file_path): one.file_size_in_bytes for one in lake.data_files(table)}
    is_done = found is not None and found.properties.get(PUSHED_PROPERTY) == key
    held: Mapping[str, int] = {}
    if is_done:
        held = sizes
    elif pushed and pushed.remote == head_id:
        held = pushed.files
    elif found:
        files = remote.data_files(found, head)
        held = {last_part(one.file_path): one.file_size_in_bytes for one in files}
    remove = frozenset(held.items() - sizes.items())
    has_old_objects = bool(remove) or not set(stored) <= held.keys() | sizes.keys()
    left_to_purge = found is not None and PURGE_PROPERTY in found.properties
    return TableChange(
        table,
        key,
        iceberg.current_snapshot(),
        lake.folder(table),
        sizes,
        frozenset(name for name, _ in sizes.items() - held.items()),
        frozenset(name for name, _ in remove),
        is_done,
        left_to_purge or (has_old_objects and _were_rows_removed(iceberg, pushed)),
    )


def summary_of(snapshot: Snapshot | None) -> Mapping[str, str]:
    """Return the properties of a snapshot."""
    return snapshot.summary.additional_properties if snapshot and snapshot.summary else {}


def _were_rows_removed(iceberg: IcebergTable, pushed: PushedTable | None) -> bool:
    """Return whether rows left a table since it was pushed, by a takedown, for example.

    Compaction removes files, too, but keeps their rows. A repair removes files that are lost here,
    and the bucket may have the only copy of them. If the history does not lead back to the pushed
    snapshot, rows may have been removed: a takedown expires the snapshots before.
    """
    is_repaired = False
    for snapshot in _history(iceberg):
        if pushed and snapshot.snapshot_id == pushed.local:
            return False
        said = summary_of(snapshot)
        is_repaired |= LOST_PROPERTY in said
        has_removed = int(said.get("deleted-data-files", "0")) > 0
        if has_removed and not {SAME_ROWS_PROPERTY, LOST_PROPERTY} & said.keys():
            return True
    return not is_repaired


def _history(iceberg: IcebergTable) -> Iterator[Snapshot]:
    snapshot = iceberg.current_snapshot()
    while snapshot is not None:
        yield snapshot
        parent = snapshot.parent_snapshot_id
        snapshot = iceberg.snapshot_by_id(parent) if parent is not None else None
