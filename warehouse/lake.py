"""The Iceberg tables: opening them, upgrading their schema, and committing one run at a time.

pyarrow writes the Parquet files and `add_files` only registers them, so that sorting and bloom
filters are under our control. Each commit stores the run's id in its snapshot. A run that is
resumed finds it there, so that no run is loaded twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import xxhash
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.io.pyarrow import parquet_file_to_data_file
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table import Transaction

from config.errors import DamagedWarehouseError
from warehouse.catalog import SqliteCatalog
from warehouse.files import has_schema, write_empty_file
from warehouse.format_file import SCHEMA_PROPERTY, write_format
from warehouse.layout import CATALOG, LAKE, RUNS_FOLDER
from warehouse.manifests import IO, UnreadableFileError, read_data_files
from warehouse.opening import (
    LOST_PROPERTY,
    RUN_PROPERTY,
    SAME_ROWS_PROPERTY,
    require_openable,
)
from warehouse.schema import ARTICLE_VERSIONS, SCHEMA_VERSION, TABLES, Table

NAMESPACE = "news"
RULES_PROPERTY = "broadsheet.address-rules"
# Snapshots are expired down to KEPT_SNAPSHOTS whenever there are more than MOST_SNAPSHOTS.
MOST_SNAPSHOTS = 40
KEPT_SNAPSHOTS = 10


@dataclass(frozen=True, slots=True)
class Lake:
    """The Iceberg tables of an open warehouse, for the process that holds the writer lock."""

    root: Path
    catalog: SqliteCatalog

    def folder(self, table: Table) -> Path:
        """Return the folder of the table's Parquet files."""
        return self.root / table.name / "data"

    def files(self, table: Table) -> list[str]:
        """Return the files of the current snapshot, in the order of their commits.

        Raises:
            DamagedWarehouseError: the snapshot's manifests cannot be read.
        """
        return [file.file_path for file in self.data_files(table)]

    def data_files(self, table: Table) -> list[DataFile]:
        """Return what the manifests say of the files of the current snapshot, in their order.

        Raises:
            DamagedWarehouseError: the snapshot's manifests cannot be read.
        """
        snapshot = self.load(table).current_snapshot()
        try:
            found = read_data_files(snapshot) if snapshot else []
        except UnreadableFileError as error:
            raise DamagedWarehouseError(
                f"The manifest {error} that the table {table.name} needs: run `broadsheet repair "
                f"--warehouse {self.root.parent}`."
            ) from error
        return sorted(found, key=lambda file: file.file_path)

    def file_count(self, table: Table) -> int:
        """Return the number of files of the current snapshot, without reading its manifests."""
        snapshot = self.load(table).current_snapshot()
        if snapshot is None or snapshot.summary is None:
            return 0
        return int(snapshot.summary.get("total-data-files") or 0)

    def schema_file(self, table: Table) -> str:
        """Return a file with every column of the table and no rows; write it if it is missing.

        It is the first file of each view. The view has all columns even if there are no other
        files, or only files of an older schema.
        """
        key = xxhash.xxh3_64_hexdigest(str(table.arrow).encode())
        path = self.root / table.name / f"schema-{key}.parquet"
        if not has_schema(table, path):
            write_empty_file(table, path)
        return str(path)

    def snapshot_of(self, table: Table, run_id: str) -> int | None:
        """Return the id of the snapshot that committed a run to the table, if there is one."""
        for snapshot in self.load(table).snapshots():
            if snapshot.summary and snapshot.summary.get(RUN_PROPERTY) == run_id:
                return snapshot.snapshot_id
        return None

    @property
    def address_rules(self) -> int:
        """Return the number of the address rules under which all keys in the tables were made.

        It may be smaller than the true number, because it is set after the keys are committed.
        """
        return int(self.load(ARTICLE_VERSIONS).properties.get(RULES_PROPERTY, "0"))

    def set_address_rules(self, rules: int) -> None:
        """Record that all keys in the tables follow these address rules."""
        if rules != self.address_rules:
            with self.load(ARTICLE_VERSIONS).transaction() as transaction:
                transaction.set_properties({RULES_PROPERTY: str(rules)})

    def commit(self, table: Table, files: Sequence[str], run_id: str) -> int | None:
        """Add a run's files to the table and return the snapshot's id; do it only once per run."""
        done = self.snapshot_of(table, run_id)
        if done is not None or not files:
            return done
        iceberg = self.load(table)
        # The duplicate check of `add_files` reads all manifests. The run's id makes it superfluous.
        iceberg.add_files(
            list(files), snapshot_properties={RUN_PROPERTY: run_id}, check_duplicate_files=False
        )
        self._expire_old(table)
        return self.snapshot_of(table, run_id)

    def amend(
        self,
        table: Table,
        *,
        add: Sequence[str] = (),
        remove: Collection[str] = (),
        are_lost: bool = False,
    ) -> None:
        """Add and remove files in one commit that belongs to no run.

        Args:
            are_lost: whether the removed files are lost or damaged.
        """
        with self.load(table).transaction() as transaction:
            snapshot = transaction.table_metadata.current_snapshot()
            held = read_data_files(snapshot) if remove and snapshot else ()
            if removed := [file for file in held if file.file_path in remove]:
                _delete(transaction, removed, {LOST_PROPERTY: "true"} if are_lost else {})
            if add:
                transaction.add_files(list(add), check_duplicate_files=False)

    def replace(self, table: Table, *, add: Sequence[str], remove: Collection[str]) -> None:
        """Replace files by others that hold the same rows, in one snapshot of no run."""
        with self.load(table).transaction() as transaction:
            metadata = transaction.table_metadata
            snapshot = metadata.current_snapshot()
            held = read_data_files(snapshot) if snapshot else ()
            removed = [file for file in held if file.file_path in remove]
            assert len(removed) == len(remove), "otherwise rows would be in the table twice"
            properties = {SAME_ROWS_PROPERTY: "true"}
            with transaction.update_snapshot(properties).overwrite() as overwrite:
                for file in removed:
                    overwrite.delete_data_file(file)
                for path in add:
                    overwrite.append_data_file(parquet_file_to_data_file(IO, metadata, path))
        self._expire_old(table)

    def expire(self, table: Table, ids: Collection[int]) -> None:
        """Expire snapshots, except those that a tag or branch names or that a run may look for.

        An unfinished run looks for the snapshot of its own commit, by which it knows that the
        table has its rows.
        """
        iceberg = self.load(table)
        unfinished = {path.name for path in (self.root.parent / RUNS_FOLDER).glob("[!.]*")}
        kept = {reference.snapshot_id for reference in iceberg.refs().values()}
        for snapshot in iceberg.snapshots():
            if snapshot.summary and snapshot.summary.get(RUN_PROPERTY) in unfinished:
                kept.add(snapshot.snapshot_id)
        if old := [number for number in ids if number not in kept]:
            iceberg.maintenance.expire_snapshots().by_ids(old).commit()

    def _expire_old(self, table: Table) -> None:
        snapshots = self.load(table).snapshots()
        if len(snapshots) > MOST_SNAPSHOTS:
            by_age = sorted(snapshots, key=lambda snapshot: snapshot.timestamp_ms)
            self.expire(table, [one.snapshot_id for one in by_age[:-KEPT_SNAPSHOTS]])

    def load(self, table: Table) -> IcebergTable:
        """Open a table at its current snapshot."""
        return self.catalog.load_table((NAMESPACE, table.name))


def _delete(
    transaction: Transaction, files: Sequence[DataFile], properties: dict[str, str]
) -> None:
    with transaction.update_snapshot(properties).overwrite() as overwrite:
        for file in files:
            overwrite.delete_data_file(file)


def open_lake(warehouse: Path) -> Lake:
    """Open the tables of a warehouse; make tables and add columns that are missing.

    Raises:
        UsageError: the warehouse was written by a newer Broadsheet.
        DamagedWarehouseError: its catalog is lost or damaged.
    """
    require_openable(warehouse)
    return bring_up_lake(warehouse)


def bring_up_lake(warehouse: Path) -> Lake:
    """Open the tables of a warehouse that was found to be whole, or is being repaired."""
    root = warehouse / LAKE
    root.mkdir(parents=True, exist_ok=True)
    # The format comes first. If a kill leaves some tables upgraded, older versions must already
    # refuse the warehouse.
    write_format(warehouse)
    catalog = open_catalog(warehouse)
    lake = Lake(root, catalog)
    for table in TABLES:
        _bring_up(lake, table)
    return lake


def open_catalog(warehouse: Path) -> SqliteCatalog:
    """Open the catalog of a warehouse; make it if it does not exist."""
    catalog = SqliteCatalog(warehouse / CATALOG, warehouse / LAKE)
    catalog.create_namespace(NAMESPACE)
    return catalog


def _bring_up(lake: Lake, table: Table) -> None:
    """Make a table, or add the columns that it lacks."""
    try:
        iceberg = lake.catalog.load_table((NAMESPACE, table.name))
    except NoSuchTableError:
        lake.catalog.create_table(
            (NAMESPACE, table.name),
            schema=table.arrow,
            location=str(lake.root / table.name),
            properties=_properties(table),
        )
        return
    found = int(iceberg.properties.get(SCHEMA_PROPERTY, "0"))
    if set(table.arrow.names) - {field.name for field in iceberg.schema().fields}:
        with iceberg.update_schema() as update:
            update.union_by_name(table.arrow)
    if found < SCHEMA_VERSION:
        with iceberg.transaction() as transaction:
            transaction.set_properties({SCHEMA_PROPERTY: str(SCHEMA_VERSION)})


def _properties(table: Table) -> dict[str, str]:
    """Return table properties that keep the metadata small over years of nights.

    By default manifests and old metadata files accumulate, and column bounds copy parts of the
    texts into the manifests. With these properties the size stayed the same over 334 nights.
    """
    properties = {
        SCHEMA_PROPERTY: str(SCHEMA_VERSION),
        "write.metadata.delete-after-commit.enabled": "true",
        "write.metadata.previous-versions-max": "10",
        "commit.manifest-merge.enabled": "true",
        "commit.manifest.min-count-to-merge": "20",
        "write.metadata.metrics.default": "none",
    }
    if table.sort_by:
        properties[f"write.metadata.metrics.column.{table.sort_by}"] = "full"
    return properties
