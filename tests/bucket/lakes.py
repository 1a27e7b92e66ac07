"""Warehouses whose tables are also kept in a bucket, and what a stranger reads there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from config.settings import Settings, load_settings
from tests.bucket.service import ObjectService
from warehouse.bucket.catalogs import open_bucket_catalog
from warehouse.bucket.push import Pushed
from warehouse.bucket.step import push_lake
from warehouse.bucket.uploads import TransferWatch
from warehouse.lake import NAMESPACE, Lake, open_lake
from warehouse.schema import SUPERSEDED, TABLES, Table


def settings_of(objects: ObjectService, catalog: str, warehouse: Path, **more: Any) -> Settings:
    """Return the settings of a warehouse whose lake is also in the bucket."""
    warehouse.mkdir(exist_ok=True)
    lake = f"s3://{objects.bucket}/lake"
    return load_settings(lake=lake, warehouse=warehouse, bucket={"catalog": catalog}, **more)


def write_rows(
    lake: Lake,
    name: str,
    ids: Sequence[str],
    table: Table = SUPERSEDED,
    column: str = "article_id",
) -> str:
    """Write a file of a table with a row for each article, whose id is in a column."""
    path = lake.folder(table) / f"{name}-00000.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{column: one, "version": 1, "run_id": name} for one in ids]
    pq.write_table(pa.Table.from_pylist(rows, table.arrow), path)
    return str(path)


def load_rows(
    settings: Settings, run_id: str, ids: Sequence[str], tables: Sequence[Table] = (SUPERSEDED,)
) -> None:
    """Commit a file of a run to some tables of the warehouse."""
    lake = open_lake(settings.warehouse)
    for table in tables:
        lake.commit(table, [write_rows(lake, run_id, ids, table)], run_id)


def pushed(settings: Settings, **options: Any) -> Pushed:
    return push_lake(settings, TransferWatch(), **options)


def remote_rows(settings: Settings, table: Table = SUPERSEDED) -> list[dict[str, Any]]:
    """Return the rows of a table as pyiceberg reads them from the bucket, in an order."""
    rows = open_bucket_catalog(settings).load_table((NAMESPACE, table.name)).scan().to_arrow()
    return sorted(rows.to_pylist(), key=str)


def local_rows(settings: Settings, table: Table = SUPERSEDED) -> list[dict[str, Any]]:
    """Return the rows of a table as pyiceberg reads them from the warehouse."""
    rows = open_lake(settings.warehouse).load(table).scan().to_arrow()
    return sorted(rows.to_pylist(), key=str)


def different_tables(settings: Settings) -> list[str]:
    """Return the tables whose rows in the bucket are others than in the warehouse."""
    return [
        table.name
        for table in TABLES
        if remote_rows(settings, table) != local_rows(settings, table)
    ]


@contextmanager
def counting(objects: ObjectService, part: str = ".parquet") -> Iterator[list[str]]:
    """Collect the names of the objects that are written to the bucket in the context."""
    before = _objects(objects)
    found: list[str] = []
    yield found
    after = _objects(objects)
    found += sorted(
        name for name, state in after.items() if part in name and before.get(name) != state
    )


def object_names(objects: ObjectService, part: str) -> list[str]:
    """Return the names of the objects in the bucket that have a part in their name."""
    return [name for name in _objects(objects) if part in name]


def _objects(objects: ObjectService) -> dict[str, Any]:
    """Return when each object was written, without those of the lease."""
    chosen = pa.fs.FileSelector(objects.bucket, recursive=True)
    found = objects.filesystem().get_file_info(chosen)
    return {one.path: one.mtime for one in found if one.is_file and "/writer_" not in one.path}
