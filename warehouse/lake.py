"""The Iceberg tables: opened, brought to the present schema, and committed to, one run at a time.

pyarrow writes the files and `add_files` registers them, so that sorting and bloom filters stay
ours. Each commit carries the run's id in its snapshot, by which a run is never loaded twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xxhash
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table as IcebergTable

from config.errors import UsageError
from warehouse.files import write_empty_file
from warehouse.layout import CATALOG, LAKE
from warehouse.schema import ARTICLE_VERSIONS, SCHEMA_VERSION, TABLES, Table

NAMESPACE = "news"
SCHEMA_PROPERTY = "broadsheet.schema-version"
RUN_PROPERTY = "run_id"
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
        """The files of the current snapshot, in the order of their commits."""
        tasks = self._load(table).scan().plan_files()
        return sorted(task.file.file_path for task in tasks)

    def schema_file(self, table: Table) -> str:
        """A file with every column and no rows, the first of each view's files.

        It gives a view its columns where no file, or only older ones, are there.
        """
        key = xxhash.xxh3_64_hexdigest(str(table.arrow).encode())
        path = self.root / table.name / f"schema-{key}.parquet"
        if not path.is_file():
            write_empty_file(table, path)
        return str(path)

    def snapshot_of(self, table: Table, run_id: str) -> int | None:
        """The snapshot by which the run was committed to the table."""
        for snapshot in self._load(table).snapshots():
            if snapshot.summary and snapshot.summary.get(RUN_PROPERTY) == run_id:
                return snapshot.snapshot_id
        return None

    @property
    def address_rules(self) -> int:
        """Number of the rules of addresses by which the keys in the tables were made, or less."""
        return int(self._load(ARTICLE_VERSIONS).properties.get(RULES_PROPERTY, "0"))

    def set_address_rules(self, rules: int) -> None:
        """Says that the tables have the keys by these rules."""
        if rules != self.address_rules:
            with self._load(ARTICLE_VERSIONS).transaction() as transaction:
                transaction.set_properties({RULES_PROPERTY: str(rules)})

    def commit(self, table: Table, files: Sequence[str], run_id: str) -> int | None:
        """Adds the run's files to the table, unless that is done; gives the snapshot's id."""
        done = self.snapshot_of(table, run_id)
        if done is not None or not files:
            return done
        iceberg = self._load(table)
        # The duplicate check of add_files reads all manifests; the run's id is our check.
        iceberg.add_files(
            list(files), snapshot_properties={RUN_PROPERTY: run_id}, check_duplicate_files=False
        )
        _expire(iceberg)
        return self.snapshot_of(table, run_id)

    def _load(self, table: Table) -> IcebergTable:
        return self.catalog.load_table((NAMESPACE, table.name))


def open_lake(warehouse: Path) -> Lake:
    """Opens the tables of a warehouse, makes those that lack, and adds columns that lack.

    Raises:
        UsageError: the warehouse was written by a newer Broadsheet.
    """
    root = warehouse / LAKE
    root.mkdir(parents=True, exist_ok=True)
    catalog = SqlCatalog("broadsheet", uri=f"sqlite:///{warehouse / CATALOG}", warehouse=str(root))
    catalog.create_namespace_if_not_exists(NAMESPACE)
    lake = Lake(root, catalog)
    for table in TABLES:
        _bring_up(lake, table)
    return lake


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
    if found > SCHEMA_VERSION:
        raise UsageError(
            f"The warehouse {lake.root.parent} was written by a newer Broadsheet (its tables have "
            f"version {found}, this one knows {SCHEMA_VERSION}): upgrade Broadsheet."
        )
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
        old = [snapshot.snapshot_id for snapshot in snapshots[:-KEPT_SNAPSHOTS]]
        iceberg.maintenance.expire_snapshots().by_ids(old).commit()
