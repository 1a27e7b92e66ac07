"""Copies of files for a backup: hashed, linked where that is safe, and read back."""

import os
import secrets
import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from config.errors import BroadsheetError, DamagedWarehouseError
from tasks.keep.manifest import INCOMING, BackupFile
from tasks.keep.rewritten import Rewriting
from tasks.runs.progress import ProgressListener
from warehouse.files import sha256_of
from warehouse.metadata_files import read_database

_BLOCK = 1 << 20


class VanishedError(Exception):
    """A file or run of the warehouse has gone while the backup was made: it begins again."""


@dataclass(slots=True)
class Copier:
    """Brings files of a warehouse into the folder of a backup.

    Attributes:
        before: the files of the backup before, by path.
        rewriting: judges files that differ from those, though they should never change.
        links: whether files that are never written again may become hard links.
        deep: read the files of the backup before, too, and copy those that are damaged.
        progress: receives the size of each file that was done.
        files: the files of the new backup so far, by path.
        fresh: the paths of those that were copied or linked.
    """

    warehouse: Path
    folder: Path
    before: dict[str, BackupFile]
    rewriting: Rewriting
    links: bool = True
    deep: bool = False
    progress: Callable[[int], None] = lambda size: None
    files: dict[str, BackupFile] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)

    def bring(self, path: str, *, is_final: bool) -> None:
        """Copy or link a file, unless the backup before has it.

        Args:
            path: its path in the warehouse.
            is_final: whether the file is never written again under this name.

        Raises:
            VanishedError: it has gone in the meantime.
        """
        try:
            self._bring(path, is_final)
        except FileNotFoundError as error:
            if (self.warehouse / path).exists() or not self.folder.is_dir():
                raise
            raise VanishedError(path) from error

    def bring_database(self, path: str) -> Path:
        """Copy an SQLite database as it is at one moment, and return the copy."""
        copy = self._incoming(path)
        copy.unlink(missing_ok=True)
        copy.touch(mode=0o600)
        with (
            read_database(self.warehouse / path) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            target.execute("pragma journal_mode = delete")
        state = copy.stat()
        self._add(BackupFile(path, state.st_size, sha256_of(copy), state.st_mtime_ns))
        return self.stored(path)

    def stored(self, path: str) -> Path:
        """Return where the content of a file that was brought lies now."""
        incoming = self.folder / INCOMING / path
        return incoming if incoming.is_file() else self.folder / path

    def is_stored(self, path: str, state: os.stat_result) -> bool:
        """Return whether the backup before has a file in this state."""
        old = self.before.get(path)
        return old is not None and (old.bytes, old.modified_ns) == (
            state.st_size,
            state.st_mtime_ns,
        )

    def watch(self, listener: ProgressListener, paths: Collection[str]) -> None:
        """Let a listener know of the work on these files."""
        listener.backing_up(len(paths))
        self.progress = listener.backed_up

    def _bring(self, path: str, is_final: bool) -> None:
        source = self.warehouse / path
        state = source.stat()
        old = self.before.get(path)
        if old and self._keeps(old, state):
            (self.folder / INCOMING / path).unlink(missing_ok=True)  # a killed backup's
            self.files[path] = old
            self.progress(old.bytes)
            return
        target = self._incoming(path)
        linked = is_final and self.links and _link(source, target)
        if not linked and not (is_final and _is_copy(target, state)):
            _copy(source, target)
        size, sha256 = target.stat().st_size, sha256_of(target)
        if is_final and old and old.sha256 != sha256:
            self._require_rewritten(old, state)
        self._add(BackupFile(path, size, sha256, state.st_mtime_ns, linked))

    def _require_rewritten(self, old: BackupFile, state: os.stat_result) -> None:
        """Refuse a file that differs from the backup before, but was not rewritten on purpose."""
        fault = self.rewriting.fault(old)
        if not fault and self.is_stored(old.path, state):
            fault = (
                f"The file {self.warehouse / old.path} has other bytes than in the backup before, "
                "though its time of change is the same: run `broadsheet doctor --deep`."
            )
        if fault:
            self._incoming(old.path).unlink()
            raise DamagedWarehouseError(fault)

    def _keeps(self, old: BackupFile, state: os.stat_result) -> bool:
        """Return whether the backup before has a file in this state, and it is as it should be."""
        if not self.is_stored(old.path, state) or (old.linked and not self.links):
            return False
        return self._is_whole(old)

    def _is_whole(self, old: BackupFile) -> bool:
        """Return whether the backup before has a file as it should be."""
        stored = self.folder / old.path
        try:
            if stored.stat().st_size != old.bytes:
                return False
        except FileNotFoundError:
            return False
        return not self.deep or sha256_of(stored, from_disk=True) == old.sha256

    def _incoming(self, path: str) -> Path:
        target = self.folder / INCOMING / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _add(self, file: BackupFile) -> None:
        """Note a file that was brought; drop it if the backup before has the same content."""
        self.progress(file.bytes)
        old = self.before.get(file.path)
        is_known = old and (old.sha256, old.bytes) == (file.sha256, file.bytes)
        is_linked_for_good = old and old.linked and not self.links
        if old and is_known and not is_linked_for_good and self._is_whole(old):
            self._incoming(file.path).unlink()
            self.files[file.path] = replace(old, modified_ns=file.modified_ns)
            return
        self.files[file.path] = file
        self.fresh.append(file.path)

    def verify(self) -> None:
        """Read the new copies back from the disk and compare their checksums.

        Raises:
            BroadsheetError: a copy differs from what was read.
        """
        os.sync()
        for path in self.fresh:
            copy = self.folder / INCOMING / path
            if sha256_of(copy, from_disk=True) != self.files[path].sha256:
                raise BroadsheetError(
                    f"The copy {copy} differs from its original when it is read back: check the "
                    "disk of the backup, and repeat the command."
                )


def _copy(source: Path, target: Path) -> None:
    """Copy a file under another name and rename it, so that the target is whole.

    Of a file that is appended to at the same time, the bytes up to its present end are copied.
    """
    aside = target.with_name(f".{secrets.token_hex(8)}.part")  # a name may be as long as possible
    with source.open("rb") as file, aside.open("wb") as out:
        state = os.fstat(file.fileno())
        left = state.st_size
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            out.write(block)
            left -= len(block)
    os.utime(aside, ns=(state.st_mtime_ns, state.st_mtime_ns))
    aside.replace(target)


def _is_copy(target: Path, state: os.stat_result) -> bool:
    """Return whether a killed backup has copied this file already."""
    try:
        found = target.stat()
    except FileNotFoundError:
        return False
    same_file = found.st_ino == state.st_ino and found.st_dev == state.st_dev
    return not same_file and (found.st_size, found.st_mtime_ns) == (
        state.st_size,
        state.st_mtime_ns,
    )


def _link(source: Path, target: Path) -> bool:
    """Make a hard link; return False where the file systems do not allow it."""
    target.unlink(missing_ok=True)
    try:
        os.link(source.resolve(), target)
    except FileNotFoundError:
        raise
    except OSError:
        return False
    return True
