"""Named states of the tables: a tag on each Iceberg table, which compaction and expiry keep."""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pyiceberg.exceptions import NoSuchTableError

from config.errors import DamagedWarehouseError
from config.settings import Settings
from warehouse.lake import Lake
from warehouse.manifests import UnreadableFileError, read_data_files
from warehouse.publish import publish
from warehouse.schema import TABLES
from warehouse.snapshots import Commit, Snapshot

_PREFIX = "snapshot-"


def tag_tables(lake: Lake, name: str) -> dict[str, int]:
    """Tag the current snapshot of each table, and return these; tables without rows have none.

    Tags of this name that a killed process left are moved. The caller holds the writer lock.
    """
    tag, tagged = _PREFIX + name, {}
    for table in TABLES:
        iceberg = lake.load(table)
        current, reference = iceberg.metadata.current_snapshot_id, iceberg.refs().get(tag)
        if reference and reference.snapshot_id != current:
            iceberg.manage_snapshots().remove_tag(tag).commit()
        if current is None:
            continue
        if reference is None or reference.snapshot_id != current:
            lake.load(table).manage_snapshots().create_tag(current, tag).commit()
        tagged[table.name] = current
    return tagged


def remove_tags(lake: Lake, name: str) -> None:
    """Remove the tags of a name."""
    for table in TABLES:
        if _PREFIX + name in (iceberg := lake.load(table)).refs():
            iceberg.manage_snapshots().remove_tag(_PREFIX + name).commit()


def tag_names(lake: Lake) -> list[str]:
    """Return the names of all tags."""
    found = {tag for table in TABLES for tag in lake.load(table).refs()}
    return sorted(tag.removeprefix(_PREFIX) for tag in found if tag.startswith(_PREFIX))


def tagged_ids(lake: Lake, name: str) -> dict[str, int]:
    """Return the snapshot of each table that has a tag of this name."""
    found = {}
    for table in TABLES:
        with suppress(NoSuchTableError):  # in a warehouse that was not written to since an upgrade
            if reference := lake.load(table).refs().get(_PREFIX + name):
                found[table.name] = reference.snapshot_id
    return found


def state_id(ids: Mapping[str, int]) -> str:
    """Return a hash that names a state of all tables by their Iceberg snapshots."""
    listed = "\n".join(f"{table} {number}" for table, number in sorted(ids.items()))
    return hashlib.sha256(listed.encode()).hexdigest()[:16]


@contextmanager
def tagged_state(lake: Lake, name: str, settings: Settings) -> Iterator[Path]:
    """Yield a DuckDB file that shows the tables in a named state, as `news.duckdb` showed them.

    It lies in a temporary folder, of the warehouse if that can be written. No lock is needed.

    Raises:
        DamagedWarehouseError: a file of that state is missing or damaged.
    """
    warehouse = lake.root.parent
    place = warehouse if os.access(warehouse, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=".snapshot-", dir=place) as folder:
        # It was checked when it was current. A takedown may have removed articles since.
        yield publish(Path(folder), _tagged_snapshot(lake, name), settings, is_current=False)


def _tagged_snapshot(lake: Lake, name: str) -> Snapshot:
    files: dict[str, list[str]] = {}
    commits: dict[str, list[Commit]] = {}
    ids = tagged_ids(lake, name)
    for table in TABLES:
        files[table.name], commits[table.name] = [lake.schema_file(table)], []
        snapshot = lake.load(table).snapshot_by_id(ids[table.name]) if table.name in ids else None
        if snapshot is None:
            continue
        try:
            named = sorted(file.file_path for file in read_data_files(snapshot))
        except UnreadableFileError as error:
            raise DamagedWarehouseError(
                f"The file {error}, which the snapshot {name} needs: run `broadsheet repair`."
            ) from error
        files[table.name] += named
        commits[table.name] = [Commit(snapshot.snapshot_id, None, False, len(named))]
    return Snapshot(files, commits)
