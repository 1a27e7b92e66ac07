"""The files that belong to a backup: those that tables and views name, and all others by folder."""

import os
from collections.abc import Iterator
from glob import iglob
from pathlib import Path
from typing import Any

import duckdb

from config.errors import DamagedWarehouseError
from tasks.keep.copying import VanishedError
from warehouse.files import is_aside
from warehouse.layout import (
    CATALOG,
    FETCH_LOCK,
    KEPT,
    LAKE,
    LOCK,
    PUBLISHED,
    RAW,
    RUNS_FOLDER,
    SERVICE,
)
from warehouse.manifests import (
    UnreadableFileError,
    read_data_files,
    read_manifests,
    read_table_metadata,
)
from warehouse.metadata_files import named_metadata
from warehouse.place_names import path_here
from warehouse.publish import files_named_by
from warehouse.replaced import COMPACTED

# Files with rules of their own, or that are made anew.
_APART = {CATALOG, FETCH_LOCK, KEPT, LAKE, LOCK, PUBLISHED, RAW, RUNS_FOLDER, SERVICE}
# The files of a run in the reverse order of their making. If they are copied in this order while
# the run goes on, the copy is a state that the run could have after a kill: whatever a file needs
# is older, and is copied later.
_STAGES = (
    *("resolved.json", "done", "parts", "learned.json", "batches"),
    *("fetched.json", "attempts", "targets.json", "discoveries.parquet", "visits.parquet"),
)


def table_files(warehouse: Path, catalog: Path) -> tuple[set[str], dict[str, dict[str, Any]]]:
    """Return the files that the tables of a catalog name, and the state of each table.

    The files are those of all snapshots, so that history and tags stay.

    Raises:
        VanishedError: one was removed in the meantime.
        DamagedWarehouseError: one is missing or damaged.
    """
    files: set[str] = set()
    states = {}
    try:
        for name, path in named_metadata(catalog).items():
            metadata = read_table_metadata(Path(path_here(str(path), warehouse)))
            files.add(_inside(str(path), warehouse))
            # Of older metadata files only the newest are kept, so that any of them may go.
            log = (entry.metadata_file for entry in metadata.metadata_log)
            files |= {one for one in _all_inside(log, warehouse) if (warehouse / one).is_file()}
            statistics = (*metadata.statistics, *metadata.partition_statistics)
            files |= _all_inside((one.statistics_path for one in statistics), warehouse)
            for snapshot in metadata.snapshots:
                files.add(_inside(snapshot.manifest_list, warehouse))
                manifests = (one.manifest_path for one in read_manifests(snapshot))
                files |= _all_inside(manifests, warehouse)
                data = (one.file_path for one in read_data_files(snapshot))
                files |= _all_inside(data, warehouse)
            states[name] = {
                "uuid": str(metadata.table_uuid),
                "snapshot_id": metadata.current_snapshot_id,
            }
    except UnreadableFileError as error:
        if not error.path.exists():
            raise VanishedError(error.path) from error
        raise DamagedWarehouseError(
            f"The file {error}, so that no backup can be made: run `broadsheet repair --warehouse "
            f"{warehouse}` first."
        ) from error
    return files, states


def published_files(warehouse: Path, published: Path) -> set[str]:
    """Return the Parquet files that the views of a published file name."""
    with duckdb.connect(str(published), read_only=True) as connection:
        views = connection.execute("select sql from duckdb_views() where not internal").fetchall()
    return _all_inside(files_named_by("\n".join(sql for (sql,) in views)), warehouse)


def files_beside_tables(warehouse: Path, runs: list[str]) -> Iterator[str]:
    """Yield the lake's files that no table names: records of merges, and files of these runs.

    An unfinished run has written its files, and commits them when it goes on.
    """
    folder = warehouse / LAKE
    for path in sorted(folder.glob(f"*/data/*-{COMPACTED}-*.json")):
        yield str(path.relative_to(warehouse))
    for run_id in runs:
        for path in sorted(folder.glob(f"*/data/{run_id}-*.parquet")):
            yield str(path.relative_to(warehouse))


def run_names(warehouse: Path) -> list[str]:
    """Return the ids of all unfinished runs."""
    return sorted(path.name for path in (warehouse / RUNS_FOLDER).glob("[!.]*/"))


def run_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a run's folder; each kind is looked for when it is its turn.

    The run goes on, and removes its folders when it ends.
    """
    for stage in range(len(_STAGES) + 1):
        # The glob of pathlib raises an error if a folder goes meanwhile.
        stored = sorted(iglob("stored/*/*/", root_dir=folder))  # noqa: PTH207
        for base in (*(folder / name for name in stored), folder):
            yield from (path for path in _walk(base) if _stage(path, base) == stage)


def _stage(path: Path, base: Path) -> int | None:
    """Return the turn of a run's file; None if it belongs to another base or to nothing."""
    first = path.relative_to(base).parts[0]
    if first in {"stored", "attempted"}:
        return None
    return _STAGES.index(first) if first in _STAGES else len(_STAGES)


def raw_files(warehouse: Path) -> set[str]:
    """Return all files of the raw zone."""
    return {str(path.relative_to(warehouse)) for path in _walk(warehouse / RAW)}


def other_files(warehouse: Path) -> Iterator[str]:
    """Yield all other files of the warehouse, such as `format.json` and `damaged/`."""
    for entry in sorted(warehouse.iterdir()):
        if entry.name in _APART or entry.name.startswith((".", f"{PUBLISHED}.")):
            continue
        paths = _walk(entry) if entry.is_dir() else (entry,)
        yield from (str(path.relative_to(warehouse)) for path in paths if path.is_file())


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, also behind links, except temporary ones."""
    seen = set()
    for base, folders, names in os.walk(folder, followlinks=True):
        try:
            state = Path(base).stat()
        except FileNotFoundError:  # a run that ends removes its folders
            folders.clear()
            continue
        if (state.st_dev, state.st_ino) in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(base, name)
            if not is_aside(name) and path.is_file():
                yield path


def _inside(location: str, warehouse: Path) -> str:
    """Return the path of a table's file within the warehouse."""
    return os.path.relpath(path_here(location, warehouse), warehouse)


def _all_inside(locations: Any, warehouse: Path) -> set[str]:
    return {_inside(location, warehouse) for location in locations}
