"""The Iceberg tables: opened, brought to the present schema, and committed to, one run at a time.

pyarrow writes the files and `add_files` registers them, so that sorting and bloom filters stay
ours. Each commit carries the run's id in its snapshot, by which a run is never loaded twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import xxhash
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table import Transaction

from config.errors import DamagedWarehouseError
from warehouse.files import has_schema, write_empty_file
from warehouse.layout import CATALOG, LAKE
from warehouse.manifests import UnreadableFileError, read_data_files
from warehouse.opening import RUN_PROPERTY, SCHEMA_PROPERTY, require_openable, write_format
from warehouse.schema import ARTICLE_VERSIONS, SCHEMA_VERSION, TABLES, Table

NAMESPACE = "news"
RULES_PROPERTY = "broadsheet.address-rules"
# Snapshots are expired down to KEPT_SNAPSHOTS whenever there are more than MOST_SNAPSHOTS.
MOST_SNAPSHOTS = 40
KEPT_SNAPSHOTS = 10


@dataclass(frozen=True, slots=True)
class Lake:
    """An open warehouse's Iceberg tables; for the process that holds the writer's lock."""

    root: Path
    catalog: SqlCatalog

    def folder(self, table: Table) -> Path:
        """Where the table's Parquet files lie."""
        return self.root / table.name / "data"

    def files(self, table: Table) -> list[str]:
        """Return the files of the current snapshot, in the order of their commits.

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
        return sorted(file.file_path for file in found)

    def schema_file(self, table: Table) -> str:
        """A file with every column and no rows, the first of each view's files.

        It gives a view its columns where no file, or only older ones, are there.
        """
        key = xxhash.xxh3_64_hexdigest(str(table.arrow).encode())
        path = self.root / table.name / f"schema-{key}.parquet"
        if not has_schema(table, path):
            write_empty_file(table, path)
        return str(path)

    def snapshot_of(self, table: Table, run_id: str) -> int | None:
        """The snapshot by which the run was committed to the table."""
        for snapshot in self.load(table).snapshots():
            if snapshot.summary and snapshot.summary.get(RUN_PROPERTY) == run_id:
                return snapshot.snapshot_id
        return None

    @property
    def address_rules(self) -> int:
        """Number of the rules of addresses by which the keys in the tables were made, or less."""
        return int(self.load(ARTICLE_VERSIONS).properties.get(RULES_PROPERTY, "0"))

    def set_address_rules(self, rules: int) -> None:
        """Says that the tables have the keys by these rules."""
        if rules != self.address_rules:
            with self.load(ARTICLE_VERSIONS).transaction() as transaction:
                transaction.set_properties({RULES_PROPERTY: str(rules)})

    def commit(self, table: Table, files: Sequence[str], run_id: str) -> int | None:
        """Adds the run's files to the table, unless that is done; gives the snapshot's id."""
        done = self.snapshot_of(table, run_id)
        if done is not None or not files:
            return done
        iceberg = self.load(table)
        # The duplicate check of add_files reads all manifests; the run's id is our check.
        iceberg.add_files(
            list(files), snapshot_properties={RUN_PROPERTY: run_id}, check_duplicate_files=False
        )
        _expire(iceberg)
        return self.snapshot_of(table, run_id)

    def amend(self, table: Table, *, add: Sequence[str] = (), remove: Collection[str] = ()) -> None:
        """Adds and removes files in one commit that belongs to no run."""
        with self.load(table).transaction() as transaction:
            snapshot = transaction.table_metadata.current_snapshot()
            held = read_data_files(snapshot) if remove and snapshot else ()
            if gone := [file for file in held if file.file_path in remove]:
                _delete(transaction, gone)
            if add:
                transaction.add_files(list(add), check_duplicate_files=False)

    def load(self, table: Table) -> IcebergTable:
        """Open a table at its current snapshot."""
        return self.catalog.load_table((NAMESPACE, table.name))


def _delete(transaction: Transaction, files: Sequence[DataFile]) -> None:
    with transaction.update_snapshot().overwrite() as overwrite:
        for file in files:
            overwrite.delete_data_file(file)


def open_lake(warehouse: Path) -> Lake:
    """Opens the tables of a warehouse, makes those that lack, and adds columns that lack.

    Raises:
        UsageError: the warehouse was written by a newer Broadsheet.
        DamagedWarehouseError: its catalog is lost or damaged.
    """
    require_openable(warehouse)
    return bring_up_lake(warehouse)


def bring_up_lake(warehouse: Path) -> Lake:
    """Opens the tables of a warehouse that was found to be whole, or is being repaired."""
    root = warehouse / LAKE
    root.mkdir(parents=True, exist_ok=True)
    write_format(warehouse)  # first: an upgrade that is broken off is one already
    catalog = open_catalog(warehouse)
    lake = Lake(root, catalog)
    for table in TABLES:
        _bring_up(lake, table)
    return lake


def open_catalog(warehouse: Path) -> SqlCatalog:
    """Opens the catalog, or makes it."""
    location = str(warehouse / LAKE)
    catalog = SqlCatalog("broadsheet", uri=f"sqlite:///{warehouse / CATALOG}", warehouse=location)
    catalog.create_namespace_if_not_exists(NAMESPACE)
    return catalog


def _bring_up(lake: Lake, table: Table) -> None:
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
    """Settings that keep metadata flat over years of nights (measured to 334 nights).

    By default manifests and old metadata files accumulate, and column bounds put bits of the
    texts into manifests.
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


def _expire(iceberg: IcebergTable) -> None:
    iceberg.refresh()
    snapshots = sorted(iceberg.snapshots(), key=lambda snapshot: snapshot.timestamp_ms)
    if len(snapshots) > MOST_SNAPSHOTS:
        named = {reference.snapshot_id for reference in iceberg.refs().values()}
        ids = [snapshot.snapshot_id for snapshot in snapshots[:-KEPT_SNAPSHOTS]]
        old = [number for number in ids if number not in named]
        iceberg.maintenance.expire_snapshots().by_ids(old).commit()
