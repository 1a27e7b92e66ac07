"""The commit of a table in the bucket: columns, properties, added and removed files at once."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO, parquet_file_to_data_file
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table import TableProperties, Transaction

from warehouse.bucket.changes import TableChange, own_properties, summary_of
from warehouse.bucket.remote import PURGE_PROPERTY, PUSHED_PROPERTY, BucketLake, last_part
from warehouse.lake import Lake
from warehouse.opening import RUN_PROPERTY
from warehouse.schema import Table

LOCAL_PROPERTY = "broadsheet.local-snapshot"


def commit_change(change: TableChange, lake: Lake, remote: BucketLake) -> IcebergTable:
    """Bring a table in the bucket to its new state in one commit, and return it.

    The files that are added must have been uploaded.
    """
    properties = own_properties(lake.load(change.table))
    iceberg = remote.made(change.table, properties)
    if change.is_done:
        return iceberg
    removed = _named(change, iceberg, remote) if change.remove else []
    with remote.asked(), iceberg.transaction() as transaction:
        _evolve(transaction, change.table)
        _set_properties(transaction, change, properties)
        added = [_added(transaction, change, remote, name) for name in sorted(change.add)]
        if added or removed:
            _replace_files(transaction, change, added, removed)
    return iceberg


class _LocalCopy(PyArrowFileIO):
    """Reads the local file of the same name for an address in the bucket."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def new_input(self, location: str) -> PyArrowFile:
        return super().new_input(str(self._folder / last_part(location)))


def _named(change: TableChange, iceberg: IcebergTable, remote: BucketLake) -> list[DataFile]:
    """Return what the table says of the files that are removed."""
    held = remote.data_files(iceberg, iceberg.current_snapshot())
    return [file for file in held if last_part(file.file_path) in change.remove]


def _added(
    transaction: Transaction, change: TableChange, remote: BucketLake, name: str
) -> DataFile:
    """Return what the table is to say of an added file; its footer is read locally."""
    address = remote.bucket.address(f"{change.table.name}/data/{name}")
    io = _LocalCopy(change.folder)
    return parquet_file_to_data_file(io, transaction.table_metadata, address)


def _replace_files(
    transaction: Transaction,
    change: TableChange,
    added: Sequence[DataFile],
    removed: Sequence[DataFile],
) -> None:
    update = transaction.update_snapshot(_snapshot_properties(change))
    with update.overwrite() if removed else update.merge_append() as files:
        for file in removed:
            files.delete_data_file(file)
        for file in added:
            files.append_data_file(file)


def _evolve(transaction: Transaction, table: Table) -> None:
    """Add the columns that the table in the bucket lacks."""
    present = {field.name for field in transaction.table_metadata.schema().fields}
    if set(table.arrow.names) - present:
        with transaction.update_schema() as update:
            update.union_by_name(table.arrow)


def _set_properties(
    transaction: Transaction, change: TableChange, properties: Mapping[str, str]
) -> None:
    """Set the properties of the local table, and those that say which state is pushed."""
    mapping = transaction.table_metadata.schema().name_mapping
    purge = {PURGE_PROPERTY: "true"} if change.purge else {}
    transaction.set_properties(
        {
            **properties,
            **purge,
            PUSHED_PROPERTY: change.key,
            TableProperties.DEFAULT_NAME_MAPPING: mapping.model_dump_json(),
        }
    )


def _snapshot_properties(change: TableChange) -> dict[str, str]:
    """Return what a snapshot in the bucket says of the local one."""
    run_id = summary_of(change.local).get(RUN_PROPERTY)
    named = {LOCAL_PROPERTY: str(change.local_id)}
    return {**named, RUN_PROPERTY: run_id} if run_id else named
