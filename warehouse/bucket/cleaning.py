"""Removal of objects of a lake in a bucket that no kept snapshot names.

A file that another one replaced stays in the snapshots before. These are expired when they have not
been current for the grace time, and with them go the files that only they name. Where rows were
removed, by a takedown, for example, all earlier snapshots go at once, with everything that only
they name, and with tags that other programs made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.refs import MAIN_BRANCH, SnapshotRefType
from pyiceberg.table.snapshots import Snapshot

from warehouse.bucket.index import ObjectIndex
from warehouse.bucket.remote import PURGE_PROPERTY, BucketLake, last_part
from warehouse.schema import Table


@dataclass(frozen=True, slots=True)
class Cleaning:
    """The removal of objects of a lake that are not needed.

    Attributes:
        before: snapshots that were replaced before this time are expired.
    """

    remote: BucketLake
    index: ObjectIndex
    before: datetime

    def clean(self, table: Table) -> bool:
        """Expire snapshots that were replaced long ago, and remove what only they name.

        Returns:
            Whether there are earlier snapshots left, which are to be looked at again.
        """
        iceberg = self.remote.find(table)
        if iceberg is None:
            return False
        if PURGE_PROPERTY in iceberg.properties:
            self._purge(table, iceberg)
            return False
        old = list(_replaced_before(iceberg, self.before))
        if old:
            self._expire(table, old)
            self._remove_unneeded(table)
        return len(iceberg.snapshots()) > len(old) + 1

    def _purge(self, table: Table, iceberg: IcebergTable) -> None:
        """Remove all earlier snapshots of a table, and all objects that only they name."""
        for name in iceberg.refs():
            if name != MAIN_BRANCH:
                self._remove_reference(table, name)
        self._expire(table, list(_replaced_before(self.remote.made(table, {}), None)))
        self._remove_unneeded(table, listed=True)
        # The mark goes last: until then, the next push does this again.
        with self.remote.asked(), self.remote.made(table, {}).transaction() as transaction:
            transaction.remove_properties(PURGE_PROPERTY)

    def _remove_reference(self, table: Table, name: str) -> None:
        """Remove a tag or branch, which another program made."""
        iceberg = self.remote.made(table, {})
        is_tag = iceberg.refs()[name].snapshot_ref_type is SnapshotRefType.TAG
        with self.remote.asked(), iceberg.manage_snapshots() as manage:
            if is_tag:
                manage.remove_tag(name)
            else:
                manage.remove_branch(name)

    def _expire(self, table: Table, old: list[Snapshot]) -> None:
        ids = [snapshot.snapshot_id for snapshot in old]
        if ids:
            iceberg = self.remote.made(table, {})
            with self.remote.asked():
                iceberg.maintenance.expire_snapshots().by_ids(ids).commit()

    def _remove_unneeded(self, table: Table, *, listed: bool = False) -> None:
        """Remove the objects of a table that no snapshot names.

        Args:
            listed: look for all objects in the table's folder, beside those that the index names.
        """
        iceberg, bucket = self.remote.made(table, {}), self.remote.bucket
        folder, data = f"{table.name}/metadata", f"{table.name}/data"
        kept = iceberg.snapshots()
        needed = {
            last_part(one.file_path)
            for snapshot in kept
            for one in self.remote.data_files(iceberg, snapshot)
        }
        present = self.index.of_folder(data)
        if listed:
            present |= set(bucket.files(data))
        self.index.remove(name for name in present if last_part(name) not in needed)
        with self.remote.asked():
            metadata = {last_part(name) for name in _metadata(iceberg, kept)}
        for name, modified in bucket.modified(folder).items():
            if last_part(name) not in metadata and (listed or modified < self.before):
                bucket.remove(name)


def _replaced_before(iceberg: IcebergTable, time: datetime | None) -> Iterator[Snapshot]:
    """Yield the snapshots that another one has replaced before a time; None: at any time."""
    kept = {reference.snapshot_id for reference in iceberg.refs().values()}
    by_age = sorted(iceberg.snapshots(), key=lambda snapshot: snapshot.timestamp_ms)
    for snapshot, following in pairwise(by_age):
        replaced = datetime.fromtimestamp(following.timestamp_ms / 1000, UTC)
        if snapshot.snapshot_id not in kept and (time is None or replaced < time):
            yield snapshot


def _metadata(iceberg: IcebergTable, kept: list[Snapshot]) -> Iterator[str]:
    """Yield the metadata files that a table needs."""
    yield iceberg.metadata_location
    yield from (entry.metadata_file for entry in iceberg.metadata.metadata_log)
    for snapshot in kept:
        yield snapshot.manifest_list
        yield from (manifest.manifest_path for manifest in snapshot.manifests(iceberg.io))
