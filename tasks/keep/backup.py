"""Backups of a warehouse, made while other processes read and write it.

No lock is taken. The catalog is copied first; its copy says which state is backed up. Then the
folders of unfinished runs are copied, in an order in which every moment is one that a kill could
leave. If the catalog has changed meanwhile, or a run has ended, both are copied again. All other
files that this state needs are never changed, and stay for the grace time after they are replaced.
"""

import errno
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.errors import BroadsheetError, DamagedWarehouseError, UsageError
from config.version import code_version
from tasks.keep.backup_folder import backup_lock, earlier_backup, require_apart
from tasks.keep.copying import Copier, VanishedError
from tasks.keep.listing import (
    files_beside_tables,
    other_files,
    published_files,
    raw_files,
    run_files,
    run_names,
    table_files,
)
from tasks.keep.manifest import (
    Manifest,
    settle,
    write_manifest,
)
from tasks.keep.rewritten import Rewriting
from tasks.pipeline import Stages
from tasks.runs.run import unfinished_nights
from warehouse.folder import absolute
from warehouse.format_file import format_number
from warehouse.layout import CATALOG, FORMAT, LAKE, PUBLISHED, RAW, RUNS_FOLDER, SERVICE
from warehouse.metadata_files import read_database
from warehouse.opening import require_openable, require_repaired
from warehouse.restoring import require_restored

PREFECT_DATABASE = f"{SERVICE}/prefect.db"
# How long a backup waits for a moment at which the tables do not change.
_PATIENCE_SECONDS = 300
_BETWEEN_TRIES = 0.5
_TRIES = 4


@dataclass(frozen=True, slots=True)
class BackupRequest:
    """The options of `backup`.

    Attributes:
        links: make hard links where that is safe.
        deep: read all files of the backup before, too, and replace those that are damaged.
    """

    folder: Path
    links: bool = True
    deep: bool = False


@dataclass(frozen=True, slots=True)
class BackedUp:
    """The numbers of a backup.

    Attributes:
        copied, linked, unchanged: numbers of files: new as copies, new as hard links, and as the
            backup before has them.
        removed: files that the warehouse needs no longer.
        bytes: the size of the files that were copied.
        unfinished_runs: the runs that were not published yet.
    """

    copied: int
    linked: int
    unchanged: int
    removed: int
    bytes: int
    unfinished_runs: tuple[str, ...]


def back_up(request: BackupRequest, stages: Stages) -> BackedUp:
    """Bring the backup in a folder up to the present state of the warehouse.

    Raises:
        UsageError: there is no warehouse, or the folder cannot be its backup.
        DamagedWarehouseError: a file of the warehouse is missing or damaged.
        BroadsheetError: another backup is being made, the disk is too small, or the tables changed
            all the time.
    """
    warehouse, folder = absolute(stages.settings.warehouse), absolute(request.folder)
    require_restored(warehouse)
    present = any((warehouse / name).exists() for name in (LAKE, CATALOG, FORMAT, RAW))
    if not present and not run_names(warehouse):
        raise UsageError(f"There is no warehouse at {warehouse}: name it by --warehouse.")
    require_apart(warehouse, folder)
    stages.relocate_if_moved()
    _require_sound(warehouse)
    with backup_lock(folder), _full_disk_named(folder):
        settle(folder)
        before = earlier_backup(folder, warehouse)
        copier = Copier(
            warehouse,
            folder,
            before.by_path if before else {},
            Rewriting(warehouse, folder, before),
            links=request.links,
            deep=request.deep,
        )
        manifest = _patiently(copier, stages)
        copier.verify()
        write_manifest(manifest, folder)
        settle(folder)
    return _counted(copier, manifest)


@contextmanager
def _full_disk_named(folder: Path) -> Iterator[None]:
    """Say in a sentence that the disk of the backup is full.

    The room is counted before, but others may write to the disk, too.
    """
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        code = getattr(error, "sqlite_errorcode", None) or getattr(error, "errno", None)
        if code not in (sqlite3.SQLITE_FULL, errno.ENOSPC, errno.EDQUOT):
            raise
        raise BroadsheetError(
            f"The disk of the backup {folder} is full: make room, or name a folder on another "
            "disk, and repeat the command; a backup that was there before is whole."
        ) from error


def _require_sound(warehouse: Path) -> None:
    """Refuse a damaged warehouse.

    A writer that commits between two looks makes a catalog appear outdated, so that damage must
    be seen several times.
    """
    for _ in range(_TRIES):
        with suppress(DamagedWarehouseError):
            require_openable(warehouse)
            break
        time.sleep(_BETWEEN_TRIES)
    else:
        require_openable(warehouse)
    require_repaired(warehouse)


def _counted(copier: Copier, manifest: Manifest) -> BackedUp:
    fresh = [copier.files[path] for path in copier.fresh]
    copied = [file for file in fresh if not file.linked]
    return BackedUp(
        copied=len(copied),
        linked=len(fresh) - len(copied),
        unchanged=len(manifest.files) - len(fresh),
        removed=len(copier.before.keys() - manifest.by_path.keys()),
        bytes=sum(file.bytes for file in copied),
        unfinished_runs=manifest.unfinished_runs,
    )


def _patiently(copier: Copier, stages: Stages) -> Manifest:
    """Bring all files; begin again while the tables change."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        copier.files.clear()
        copier.fresh.clear()
        try:
            return _bring_all(copier, stages)
        except VanishedError as error:
            if time.monotonic() > deadline:
                raise BroadsheetError(
                    f"No backup could be made, because the warehouse kept changing ({error}): "
                    "repeat the command later, or run `broadsheet doctor`."
                ) from error
        time.sleep(_BETWEEN_TRIES)


def _bring_all(copier: Copier, stages: Stages) -> Manifest:
    warehouse = copier.warehouse
    # WARC files that were there before the runs were listed, and belong to none of these, are
    # never written again: a later run of the same night begins new files.
    present = raw_files(warehouse)
    runs = run_names(warehouse)
    fetching = {f"{RAW}/{run.night.isoformat()}/" for run in unfinished_nights(warehouse)}
    tables, states = bring_state(copier, runs)
    if PUBLISHED in copier.files:  # a first run may have published it in the meantime
        tables |= published_files(warehouse, copier.stored(PUBLISHED))
    raw = raw_files(warehouse)
    final = {
        path for path in raw & present if not any(path.startswith(night) for night in fetching)
    }
    tables |= set(files_beside_tables(warehouse, runs))
    others = {*raw, *other_files(warehouse)} - final
    _require_space(copier, tables | raw | others)
    copier.watch(stages.listener, tables | final | others)
    for path in sorted(tables | final):
        copier.bring(path, is_final=True)
    for path in sorted(others):
        with suppress(VanishedError):
            copier.bring(path, is_final=False)
    if (warehouse / PREFECT_DATABASE).is_file():
        copier.bring_database(PREFECT_DATABASE)
    return Manifest(
        warehouse=str(warehouse),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        made_by=code_version(),
        format=format_number(warehouse),
        tables=states,
        unfinished_runs=tuple(runs),
        files=tuple(copier.files[path] for path in sorted(copier.files)),
    )


def bring_state(copier: Copier, runs: Iterable[str]) -> tuple[set[str], dict[str, dict[str, Any]]]:
    """Copy the catalog, the published file and the unfinished runs as they are at one moment.

    Returns:
        The files that the tables of this catalog name, and the states of these tables.

    Raises:
        VanishedError: there was no such moment.
    """
    warehouse = copier.warehouse
    found: tuple[set[str], dict[str, dict[str, Any]]] = (set(), {})
    catalog = warehouse / CATALOG
    if catalog.is_file():
        found = table_files(warehouse, copier.bring_database(CATALOG))
    for run_id in runs:
        folder = warehouse / RUNS_FOLDER / run_id
        for path in run_files(folder):
            # Attempts that were overtaken leave parts, which may go at any time.
            with suppress(VanishedError):
                name = str(path.relative_to(warehouse))
                copier.bring(name, is_final=path.suffix == ".parquet")
        if not (folder / "run.json").is_file():
            raise VanishedError(f"the run {run_id} has ended")
    if (warehouse / PUBLISHED).is_file():
        copier.bring(PUBLISHED, is_final=False)
    if catalog.is_file():
        if CATALOG not in copier.files:
            raise VanishedError("the first run has begun the catalog")
        if _commits(catalog) != _commits(copier.stored(CATALOG)):
            raise VanishedError("a run has committed")
    return found


def _commits(catalog: Path) -> list[Any]:
    with read_database(catalog) as opened:
        query = "select table_name, metadata_location from iceberg_tables order by table_name"
        return opened.execute(query).fetchall()


def _require_space(copier: Copier, paths: Iterable[str]) -> None:
    """Raise an error if the disk of the backup has no room for what is new."""
    need = 0
    for path in paths:
        with suppress(FileNotFoundError):
            state = (copier.warehouse / path).stat()
            need += 0 if copier.is_stored(path, state) else state.st_size
    free = shutil.disk_usage(copier.folder).free
    same_disk = copier.folder.stat().st_dev == copier.warehouse.stat().st_dev
    if need > free and not (copier.links and same_disk):
        raise BroadsheetError(
            f"The backup needs {need / 1e6:,.0f} MB, and the disk of {copier.folder} has "
            f"{free / 1e6:,.0f} MB free: make room, or name a folder on another disk."
        )
