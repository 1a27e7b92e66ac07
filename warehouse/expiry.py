"""Removes files of Iceberg's metadata that nothing needs any more.

Expiring snapshots removes no files: manifest lists, merged manifests, and metadata files of broken
commits stay. Somebody may still read them, such as Spark at an older snapshot, so a file is removed
only when it was found unneeded before, at least the grace time ago. When that was stands in
`lake/expired.json`. Parquet files with rows are never removed here.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from pyiceberg.table import Table as IcebergTable

from warehouse.files import write_bytes
from warehouse.lake import Lake
from warehouse.manifests import UnreadableFileError, local_path, read_manifests
from warehouse.schema import TABLES, Table

log = logging.getLogger("broadsheet.publish")

NOTES = "expired.json"
# 40 snapshots, the most that are kept, need about 95 files: below that there is little to find.
MOST_FILES = 100


def remove_expired(lake: Lake, grace: timedelta, now: datetime) -> int:
    """Remove files that nothing has needed for the grace time; the caller holds the writer's lock.

    Returns:
        How many were removed.
    """
    noted = _read(lake.root / NOTES)
    unneeded: dict[str, datetime] = {}
    for table in TABLES:
        prefix = f"{table.name}/"
        own = {name: since for name, since in noted.items() if name.startswith(prefix)}
        is_due = any(now - since >= grace for since in own.values())
        found = _unneeded(lake, table, is_due=is_due)
        if found is None:
            unneeded |= own
        else:
            names = (str(path.relative_to(lake.root)) for path in found)
            unneeded |= {name: own.get(name, now) for name in names}
    expired = [name for name, since in unneeded.items() if now - since >= grace]
    for name in expired:
        (lake.root / name).unlink(missing_ok=True)
        del unneeded[name]
    if unneeded != noted:
        kept = {name: since.isoformat() for name, since in sorted(unneeded.items())}
        write_bytes(lake.root / NOTES, orjson.dumps(kept, option=orjson.OPT_INDENT_2))
    if expired:
        log.info("removed expired=%d", len(expired))
    return len(expired)


def _unneeded(lake: Lake, table: Table, *, is_due: bool) -> list[Path] | None:
    """Return files that no kept snapshot needs; None where it was not worth the look."""
    folder = lake.root / table.name
    files = list((folder / "metadata").glob("*"))
    old_schemas = set(folder.glob("schema-*.parquet")) - {Path(lake.schema_file(table))}
    if len(files) <= MOST_FILES and not is_due and not old_schemas:
        return None
    try:
        needed = set(_needed(lake.load(table)))
    except UnreadableFileError:
        return None  # what is damaged stays as it is for `repair`
    return sorted({*(path for path in files if path not in needed), *old_schemas})


def _needed(table: IcebergTable) -> Iterator[Path]:
    metadata = table.metadata
    yield local_path(table.metadata_location)
    yield from (local_path(entry.metadata_file) for entry in metadata.metadata_log)
    for statistics in (*metadata.statistics, *metadata.partition_statistics):
        yield local_path(statistics.statistics_path)
    for snapshot in metadata.snapshots:
        yield local_path(snapshot.manifest_list)
        yield from (local_path(manifest.manifest_path) for manifest in read_manifests(snapshot))


def _read(path: Path) -> dict[str, datetime]:
    """Read what was noted; lost notes only put the removal off."""
    try:
        notes = orjson.loads(path.read_bytes())
        return {name: datetime.fromisoformat(since) for name, since in notes.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
