"""Whether a file that differs from its copy in the backup was rewritten on purpose, or is damaged.

These files are rewritten under their names: WARC files by takedowns and `forget-keys`, the lake's
files of unfinished runs when these go on, and its metadata after a move. Each is written under
another name and renamed, so that a hard link of it never changes.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tasks.keep.manifest import BackupFile, Manifest
from warehouse.condition import file_fault
from warehouse.layout import LAKE, RAW

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Rewriting:
    """Judges files of a warehouse by the backup before.

    Attributes:
        warehouse, folder: the warehouse and the folder of the backup.
        before: the manifest of the backup before.
    """

    warehouse: Path
    folder: Path
    before: Manifest | None

    def fault(self, old: BackupFile) -> str | None:
        """Return a sentence if a file that has other bytes than before must not replace its copy.

        Args:
            old: the file in the backup before.
        """
        source, copy = self.warehouse / old.path, self.folder / old.path
        if copy.is_file() and copy.samefile(source):
            return (
                f"The file {source} has other bytes than when it was backed up, and {copy} is a "
                "hard link to it, so that both are damaged: run `broadsheet doctor --deep` and "
                "`broadsheet repair`, then the backup again."
            )
        if self._may_differ(old, source, copy):
            return None
        advice = "copy that file over it"
        if self._is_metadata(old.path):
            advice += ", or name an empty folder if the warehouse was moved away and back"
        return (
            f"The file {source} has other bytes than its copy {copy} in the backup, though nothing "
            f"may write it again: {advice}, and run `broadsheet doctor --deep`."
        )

    def _may_differ(self, old: BackupFile, source: Path, copy: Path) -> bool:
        path = PurePosixPath(old.path)
        if path.parts[0] == RAW and path.suffix == ".gz":
            return _is_as_readable(source, copy)
        if path.parts[0] != LAKE:
            return True
        if self._is_metadata(old.path):
            return self.before is None or self.before.warehouse != str(self.warehouse)
        if path.suffix != ".parquet":
            return True
        runs = self.before.unfinished_runs if self.before else ()
        is_of_run = any(path.name.startswith(f"{run_id}-") for run_id in runs)
        is_empty_file = path.name.startswith("schema-")
        return (is_of_run or is_empty_file) and file_fault(source, None, deep=True) is None

    def _is_metadata(self, path: str) -> bool:
        parts = PurePosixPath(path).parts
        return parts[0] == LAKE and "metadata" in parts[1:-1]


def _is_as_readable(source: Path, copy: Path) -> bool:
    """Return whether a WARC file can be read whole, or as far as its copy: a kill may tear it."""
    readable, size = _readable_bytes(source), source.stat().st_size
    if readable == size:
        return True
    if not copy.is_file():
        return False
    return size >= copy.stat().st_size and readable >= _readable_bytes(copy)


def _readable_bytes(path: Path) -> int:
    """Return how many bytes at the beginning of a file are whole gzip members.

    Each member ends with a checksum of its content.
    """
    whole = 0
    with path.open("rb") as file:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        data = file.read(_BLOCK)
        while data:
            try:
                member.decompress(data, _BLOCK)
            except zlib.error:
                break
            data = member.unconsumed_tail
            if member.eof:
                data = member.unused_data
                whole = file.tell() - len(data)
                member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            data = data or file.read(_BLOCK)
    return whole
