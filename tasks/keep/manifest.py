"""`backup.json`: the files of a backup with their checksums, and the state that they hold.

    DIR/backup.json           the manifest of the backup
        news.duckdb, lake/, … the files, under their paths in the warehouse
        .incoming/            the files of a backup that is being made, then its backup.json

A backup first writes everything that differs from the one before into `.incoming`. Once the
manifest lies there, the new backup counts: its files are moved to their places, by whoever comes
next if the process is killed. Until then the backup before it counts, and none of its files was
touched.
"""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from config.errors import UsageError
from warehouse.files import fsync

BACKUP = "backup.json"
INCOMING = ".incoming"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A file of a backup.

    Attributes:
        path: its path in the warehouse, with slashes.
        modified_ns: the time of the original's last change.
        linked: whether it is a hard link to the original.
    """

    path: str
    bytes: int
    sha256: str
    modified_ns: int
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of `backup.json`.

    Attributes:
        warehouse: the place of the warehouse.
        format: the number of the warehouse's format.
        tables: the Iceberg id and the current snapshot of each table.
        unfinished_runs: the runs that were not published when the backup was made.
    """

    warehouse: str
    made_at: str
    made_by: str
    format: int
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unfinished_runs: tuple[str, ...] = ()
    files: tuple[BackupFile, ...] = ()

    @property
    def by_path(self) -> dict[str, BackupFile]:
        """Return the files by their paths."""
        return {file.path: file for file in self.files}


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of the backup that counts in a folder; None if there is none.

    Raises:
        UsageError: the file is no manifest, or a newer Broadsheet wrote it.
    """
    for path in (folder / INCOMING / BACKUP, folder / BACKUP):
        with suppress(FileNotFoundError):
            return _parsed(path)
    return None


def _parsed(path: Path) -> Manifest:
    try:
        content = json.loads(path.read_bytes())
        number = content.pop("broadsheet_backup")
        content["files"] = tuple(BackupFile(**file) for file in content["files"])
        content["unfinished_runs"] = tuple(content["unfinished_runs"])
        if number <= _FORMAT:
            manifest = Manifest(**content)
            _require_inside(manifest)
            return manifest
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(
            f"{path} is damaged, so that the backup cannot be checked: use another backup."
        ) from error
    raise UsageError(f"{path} was written by a newer Broadsheet: upgrade Broadsheet.")


def _require_inside(manifest: Manifest) -> None:
    """Raise an error if a path leads out of the folder."""
    for file in manifest.files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(file.path)


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write the manifest of a backup whose files are all in place: from now on it counts."""
    content = {"broadsheet_backup": _FORMAT, **asdict(manifest)}
    files = content.pop("files")
    head = json.dumps(content, indent=1).removesuffix("\n}")
    lines = ",\n".join(json.dumps(file) for file in files)
    path = folder / INCOMING / BACKUP
    path.parent.mkdir(exist_ok=True)
    aside = path.with_name(f".{BACKUP}")
    aside.write_text(f'{head},\n "files": [\n{lines}\n ]\n}}\n', "ascii")
    fsync(aside)
    aside.replace(path)
    fsync(path.parent)


def stored_file(folder: Path, path: str) -> Path:
    """Return where a file of the backup that counts lies now."""
    incoming = folder / INCOMING
    if (incoming / BACKUP).is_file() and (incoming / path).is_file():
        return incoming / path
    return folder / path


def settle(folder: Path) -> None:
    """Move the files of a complete backup to their places; do what a killed process left."""
    incoming = folder / INCOMING
    if (incoming / BACKUP).is_file():
        present, before = _parsed(incoming / BACKUP), None
        with suppress(FileNotFoundError, UsageError):
            before = _parsed(folder / BACKUP)
        for file in present.files:
            if (incoming / file.path).is_file():
                (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
                (incoming / file.path).replace(folder / file.path)
        for path in (before.by_path if before else {}).keys() - present.by_path.keys():
            (folder / path).unlink(missing_ok=True)
            _remove_empty((folder / path).parent, folder)
        os.sync()
        (incoming / BACKUP).replace(folder / BACKUP)
        fsync(folder)
        shutil.rmtree(incoming)


def _remove_empty(path: Path, folder: Path) -> None:
    """Remove a folder and those above it, as far as they are empty."""
    while path != folder:
        try:
            path.rmdir()
        except OSError:
            return
        path = path.parent
