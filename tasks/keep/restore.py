"""The restoration of a warehouse from its backup, into an empty folder.

    WAREHOUSE/.restoring/   the files, until all of them are there and their checksums are right
              lake/, …      moved there in the end, the catalog last

While `.restoring/` is there, every other command refuses the folder, so that none takes half a
warehouse for a whole one, or for an empty one. The same command continues a killed restoration.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.errors import BroadsheetError, UsageError
from tasks.jobs.takedown import reapply_takedowns
from tasks.keep.backup import PREFECT_DATABASE
from tasks.keep.manifest import BackupFile, Manifest, read_manifest, stored_file
from tasks.pipeline import Stages
from tasks.runs.run import unfinished_runs
from tasks.snapshots.stored import lake_to_read
from tasks.takedown.listing import read_takedown_list, unlisted_takedowns
from warehouse.files import fsync, sha256_of
from warehouse.folder import absolute, make_warehouse
from warehouse.layout import (
    CATALOG,
    FETCH_LOCK,
    LAKE,
    LOCK,
    RESTORING,
    RUNS_FOLDER,
    SERVICE,
    TAKEDOWN_LIST,
)
from warehouse.lock import writer_lock
from warehouse.restoring import restoring_here
from warehouse.schema import SCHEMA_VERSION

_COMPLETE = ".complete"  # in that folder: all files are there
_BACKUP = ".backup"  # the same file until they are: when the backup was made, and of what


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """The options of `restore`.

    Attributes:
        takedowns: a further list of takedowns, whose articles must not come back.
    """

    folder: Path
    takedowns: Path | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of a restoration.

    Attributes:
        made_at: when the backup was made.
        without_prefect: whether Prefect's database was left out, because it names another place.
        unfinished_runs: the runs that were not published; the next command completes or drops them.
        taken_down: articles that were taken down after the backup was made, and are so again.
    """

    warehouse: Path
    made_at: str
    files: int
    bytes: int
    without_prefect: bool
    unfinished_runs: int
    taken_down: int


def restore(request: RestoreRequest, stages: Stages) -> Restored:
    """Restore a backup to the folder of the settings' warehouse.

    Raises:
        UsageError: the folder is not empty, or there is no backup.
        BroadsheetError: a file of the backup is missing or damaged.
    """
    folder, warehouse = absolute(request.folder), absolute(stages.settings.warehouse)
    manifest = _manifest(folder)
    lists = _takedowns(request, manifest, warehouse)
    with suppress(OSError):  # a restoration that was killed at its last step leaves it empty
        (warehouse / RESTORING).rmdir()
    _require_empty(warehouse, folder)
    is_elsewhere = not _is_place(manifest, warehouse)
    files = [
        file for file in manifest.files if not (is_elsewhere and file.path.startswith(SERVICE))
    ]
    make_warehouse(warehouse)
    with (
        writer_lock(warehouse, "restore", name=FETCH_LOCK),
        writer_lock(warehouse, "restore", name=LOCK),
    ):
        restoring = warehouse / RESTORING
        _require_same(restoring, manifest)
        if not (restoring / _COMPLETE).is_file():
            _require_room(warehouse, files)
            _begin(restoring, manifest)
            _collect(restoring, folder, files, stages)
            _write_takedowns(restoring, lists)
            os.sync()
            (restoring / _BACKUP).rename(restoring / _COMPLETE)
            fsync(restoring)
        _move_up(restoring)
    with restoring_here():
        taken_down = _settle(warehouse, stages)
    # Until then, other commands refuse the folder, and the same command continues.
    (restoring / _COMPLETE).unlink()
    restoring.rmdir()
    return Restored(
        warehouse,
        manifest.made_at,
        len(files),
        sum(file.bytes for file in files),
        without_prefect=len(files) < len(manifest.files),
        unfinished_runs=len(list(unfinished_runs(warehouse))),
        taken_down=taken_down,
    )


def _settle(warehouse: Path, stages: Stages) -> int:
    """Repair the paths of what was restored, and take down again what was; return how much."""
    stages.relocate_if_moved()
    # The list has the lines of the backup, of the folder that is restored into, and of the
    # warehouse that the backup was made of, if it still exists.
    listed = warehouse / TAKEDOWN_LIST
    is_open = listed.is_file() and bool(unlisted_takedowns(lake_to_read(warehouse), listed))
    return reapply_takedowns(listed, stages) if is_open else 0


def _manifest(folder: Path) -> Manifest:
    manifest = read_manifest(folder) if folder.is_dir() else None
    if manifest is None:
        raise UsageError(f"There is no backup at {folder}: name the folder of a `backup.json`.")
    if manifest.format > SCHEMA_VERSION:
        raise UsageError(
            f"The backup {folder} is of a newer Broadsheet (format {manifest.format}, this one "
            f"knows formats up to {SCHEMA_VERSION}): upgrade Broadsheet."
        )
    return manifest


def _is_place(manifest: Manifest, warehouse: Path) -> bool:
    return Path(manifest.warehouse) == warehouse


def _require_empty(warehouse: Path, folder: Path) -> None:
    """Refuse a folder with files, except those of a killed restoration and a list of takedowns."""
    here, there = warehouse.resolve(), folder.resolve()
    if there.is_relative_to(here) or here.is_relative_to(there):
        raise UsageError(
            f"The backup {folder} and the warehouse {warehouse} lie in each other: name a folder "
            "elsewhere by --warehouse."
        )
    if not warehouse.exists():
        return
    if not warehouse.is_dir():
        raise UsageError(f"{warehouse} is a file: name an empty folder by --warehouse.")
    if (warehouse / RESTORING / _COMPLETE).is_file():
        return
    # The folder of a new disk has a folder lost+found.
    allowed = {RESTORING, LOCK, FETCH_LOCK, TAKEDOWN_LIST, "lost+found"}
    if not any((warehouse / RUNS_FOLDER).glob("*")):
        allowed.add(RUNS_FOLDER)
    if others := sorted({path.name for path in warehouse.iterdir()} - allowed):
        raise UsageError(
            f"{warehouse} is not empty, it holds {others[0]}: name an empty folder by --warehouse."
        )


def _backup_of(manifest: Manifest) -> str:
    return f"{manifest.made_at} of {manifest.warehouse}"


def _require_same(restoring: Path, manifest: Manifest) -> None:
    """Refuse another backup than the one whose files are being moved to their places.

    Raises:
        UsageError: it is another, and the rest of the first one may be needed.
    """
    if not (restoring / _COMPLETE).is_file():
        return
    begun = (restoring / _COMPLETE).read_text("utf-8")
    if begun and begun != _backup_of(manifest):
        raise UsageError(
            f"The restore of another backup into {restoring.parent} was interrupted, that of "
            f"{begun}: repeat it with that backup, or empty the folder first."
        )


def _begin(restoring: Path, manifest: Manifest) -> None:
    """Make the folder, without what an interrupted restore of another backup has left in it."""
    note, backup = restoring / _BACKUP, _backup_of(manifest)
    if restoring.is_dir() and not (note.is_file() and note.read_text("utf-8") == backup):
        shutil.rmtree(restoring)
    restoring.mkdir(exist_ok=True)
    note.write_text(backup, "utf-8")


def _collect(restoring: Path, folder: Path, files: list[BackupFile], stages: Stages) -> None:
    """Copy all files of the backup and check them."""
    stages.listener.backing_up(len(files))
    for file in files:
        _restore_file(stored_file(folder, file.path), restoring / file.path, file)
        stages.listener.backed_up(file.bytes)
    # A backup has no empty folders, and a planned run expects these two.
    for batches in (restoring / RUNS_FOLDER).rglob("batches"):
        for name in ("parts", "done"):
            (batches.parent / name).mkdir(exist_ok=True)


def _move_up(restoring: Path) -> None:
    """Move what was restored to its place; what a killed restoration has moved is there already."""
    warehouse = restoring.parent
    for entry in sorted(restoring.iterdir(), key=_order):
        if entry.name == RUNS_FOLDER:
            (warehouse / RUNS_FOLDER).rmdir()
        if entry.name not in (_COMPLETE, _BACKUP):
            entry.replace(warehouse / entry.name)
    (warehouse / RUNS_FOLDER).mkdir(exist_ok=True)
    fsync(warehouse)


def _order(entry: Path) -> tuple[int, str]:
    """Return the turn of an entry: the lake is moved first, and the catalog last."""
    return {LAKE: 0, CATALOG: 2}.get(entry.name, 1), entry.name


def _require_room(warehouse: Path, files: list[BackupFile]) -> None:
    need, free = sum(file.bytes for file in files), shutil.disk_usage(warehouse).free
    if need > free:
        raise BroadsheetError(
            f"The warehouse needs {need / 1e6:,.0f} MB, and the disk of {warehouse} has "
            f"{free / 1e6:,.0f} MB free: make room, or name a folder on another disk."
        )


def _restore_file(stored: Path, target: Path, file: BackupFile) -> None:
    """Copy a file and check it; keep a copy that a killed restoration has left.

    Raises:
        BroadsheetError: the file of the backup is missing or damaged.
    """
    if target.is_file() and sha256_of(target) == file.sha256:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if not stored.is_file():
        raise BroadsheetError(_damage(stored, "is missing"))
    shutil.copyfile(stored, target)
    if sha256_of(target) != file.sha256:
        raise BroadsheetError(_damage(stored, "does not have the checksum of its backup.json"))
    os.utime(target, ns=(file.modified_ns, file.modified_ns))
    if file.path == PREFECT_DATABASE:
        target.chmod(0o600)


def _damage(stored: Path, fault: str) -> str:
    return (
        f"The file {stored} {fault}, so nothing was restored: use another backup, or make this one "
        "again by `broadsheet backup --deep` if its warehouse still exists."
    )


def _takedowns(request: RestoreRequest, manifest: Manifest, warehouse: Path) -> list[bytes]:
    """Return the lines of all lists of takedowns that count, beside that of the backup.

    An older backup still holds what was taken down since.
    """
    if request.takedowns and not request.takedowns.is_file():
        raise UsageError(f"There is no {request.takedowns}: name a takedowns.jsonl.")
    places = (
        Path(manifest.warehouse) / TAKEDOWN_LIST,
        warehouse / TAKEDOWN_LIST,
        request.takedowns,
    )
    found = [path for path in places if path and path.is_file()]
    for path in (*found, stored_file(absolute(request.folder), TAKEDOWN_LIST)):
        read_takedown_list(path)  # a damaged list must be known before anything is restored
    return list(_lines(found))


def _lines(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        yield from (line for line in path.read_bytes().splitlines() if line.strip())


def _write_takedowns(restoring: Path, lines: list[bytes]) -> None:
    """Add lines to the list of the restored warehouse, each once."""
    path = restoring / TAKEDOWN_LIST
    known = list(_lines([path] if path.is_file() else []))
    if added := [line for line in dict.fromkeys(lines) if line not in set(known)]:
        path.write_bytes(b"".join(line + b"\n" for line in (*known, *added)))
        fsync(path)
