"""Removal of files of the lake that nothing needs any more.

Neither replacing files nor expiring a snapshot removes a file: small Parquet files stay after they
were compacted, and manifests and metadata files of old snapshots and failed commits stay, too. An
older publication may still name the Parquet files, and another program, such as Spark, may read an
older snapshot. A file is therefore removed only if it was already found unneeded before, at least
the grace time ago. `lake/expired.json` records when each file was first found unneeded.

The caller has just published the tables, so that `news.duckdb` names only files that they name.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Snapshot

from warehouse.files import remove_asides, write_bytes
from warehouse.lake import Lake
from warehouse.layout import RUNS_FOLDER
from warehouse.manifests import (
    UnreadableFileError,
    local_path,
    read_data_files,
    read_manifests,
)
from warehouse.replaced import remove_outdated_records
from warehouse.schema import TABLES, Table

log = logging.getLogger("broadsheet.publish")

NOTES = "expired.json"
# 40 snapshots, the most that are kept, need about 95 files. A table with fewer files than this has
# little to remove, and is not worth reading all its manifests.
MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of a table's folder.

    Attributes:
        old_schemas: empty files that give views their columns, of former versions of the table.
    """

    data: frozenset[Path]
    metadata: frozenset[Path]
    old_schemas: frozenset[Path]


def remove_expired(lake: Lake, grace: timedelta, now: datetime) -> int:
    """Remove files that nothing has needed for the grace time; the caller holds the writer lock.

    Returns:
        The number of removed files.
    """
    noted = _read(lake.root / NOTES)
    by_table: dict[str, dict[str, datetime]] = defaultdict(dict)
    for name, since in noted.items():
        by_table[name.partition("/")[0]][name] = since
    unneeded: dict[str, datetime] = {}
    removed = 0
    for table in TABLES:
        own = by_table[table.name]
        due = {lake.root / name for name, since in own.items() if now - since >= grace}
        known = frozenset(lake.root / name for name in own) - due
        if not due and _is_small(lake, table, known):
            unneeded |= own
            continue
        try:
            found = _unneeded(lake, table)
            _remove(lake, table, due & found)
        except UnreadableFileError:
            unneeded |= own  # a damaged table is left as it is for `repair`
            continue
        removed += len(due & found)
        names = (str(path.relative_to(lake.root)) for path in found - due)
        unneeded |= {name: own.get(name, now) for name in names}
    if unneeded != noted:
        kept = {name: since.isoformat() for name, since in sorted(unneeded.items())}
        write_bytes(lake.root / NOTES, orjson.dumps(kept, option=orjson.OPT_INDENT_2))
    if removed:
        log.info("removed expired=%d", removed)
    return removed


def _remove(lake: Lake, table: Table, files: Collection[Path]) -> None:
    """Remove files of a table, after the snapshots that name any of them were expired."""
    if data := {path.name for path in files if path.parent == lake.folder(table)}:
        _expire_snapshots_with(data, lake, table)
    for path in files:
        path.unlink(missing_ok=True)
    remove_outdated_records(lake.folder(table))


def _expire_snapshots_with(data: set[str], lake: Lake, table: Table) -> None:
    """Expire the snapshots of a table that name any of these Parquet files."""
    old = [
        snapshot.snapshot_id
        for snapshot in lake.load(table).snapshots()
        if not data.isdisjoint(_names(snapshot))
    ]
    if old:
        lake.expire(table, old)


def _is_small(lake: Lake, table: Table, noted: frozenset[Path]) -> bool:
    """Return whether a table has few files to remove beside those that are noted already."""
    remove_asides(lake.root / table.name)
    files = _files(lake, table)
    is_few = len(files.metadata - noted) <= MOST_FILES and not files.old_schemas - noted
    return is_few and len(files.data - noted) == lake.file_count(table)


def _unneeded(lake: Lake, table: Table) -> set[Path]:
    """Return the files of a table that nothing needs."""
    iceberg, files = lake.load(table), _files(lake, table)
    needed = {path.name for path in _needed_metadata(iceberg)} | _needed_data(iceberg)
    unfinished = {path.name for path in (lake.root.parent / RUNS_FOLDER).glob("[!.]*")}
    waiting = {path for path in files.data if path.stem.rpartition("-")[0] in unfinished}
    # By name, because the metadata has other paths if the warehouse is reached by another way.
    named = {path for path in files.data | files.metadata if path.name in needed}
    return {*((files.data | files.metadata) - named - waiting), *files.old_schemas}


def _files(lake: Lake, table: Table) -> _Files:
    folder = lake.root / table.name
    return _Files(
        data=frozenset(lake.folder(table).glob("*.parquet")),
        metadata=frozenset((folder / "metadata").glob("*")),
        old_schemas=frozenset(folder.glob("schema-*.parquet")) - {Path(lake.schema_file(table))},
    )


def _needed_data(iceberg: IcebergTable) -> set[str]:
    """Return the Parquet files of the current snapshot and of those that a tag or branch names.

    Other snapshots are kept for the grace time only, as far as they name other files.
    """
    numbers = {reference.snapshot_id for reference in iceberg.refs().values()}
    heads = [iceberg.current_snapshot(), *map(iceberg.snapshot_by_id, numbers)]
    return set().union(*(_names(snapshot) for snapshot in heads if snapshot))


def _names(snapshot: Snapshot) -> set[str]:
    return {local_path(file.file_path).name for file in read_data_files(snapshot)}


def _needed_metadata(iceberg: IcebergTable) -> Iterator[Path]:
    metadata = iceberg.metadata
    yield local_path(iceberg.metadata_location)
    yield from (local_path(entry.metadata_file) for entry in metadata.metadata_log)
    for statistics in (*metadata.statistics, *metadata.partition_statistics):
        yield local_path(statistics.statistics_path)
    for snapshot in metadata.snapshots:
        yield local_path(snapshot.manifest_list)
        yield from (local_path(manifest.manifest_path) for manifest in read_manifests(snapshot))


def _read(path: Path) -> dict[str, datetime]:
    """Return when each file was first found unneeded; a lost record only delays the removal."""
    try:
        notes = orjson.loads(path.read_bytes())
        return {name: datetime.fromisoformat(since) for name, since in notes.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
