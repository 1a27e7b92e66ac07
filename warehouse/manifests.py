"""Readers of Iceberg's metadata files, each of which may be missing or damaged.

They turn the many errors of pyiceberg into one: UnreadableFileError names the file at fault.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pyiceberg.exceptions import ValidationError
from pyiceberg.io import FileIO
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import DataFile, ManifestFile, read_manifest_list
from pyiceberg.serializers import FromInputFile
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Snapshot

from warehouse.files import file_state

T = TypeVar("T")

# Errors that pyiceberg raises on files that are missing, empty, truncated, or filled with random
# bytes.
_UNREADABLE = (
    *(OSError, ValueError, EOFError, AssertionError, LookupError, TypeError, AttributeError),
    *(OverflowError, MemoryError, NotImplementedError, struct.error, zlib.error),
    *(SystemError, ValidationError),
)
AVRO_MAGIC = b"Obj\x01"
# What files of metadata hold, by their path, time of change and size.
_read_before: dict[tuple[str, int, int], Any] = {}
_MOST_READ_BEFORE = 1_000
IO: FileIO = PyArrowFileIO()


class UnreadableFileError(Exception):
    """A metadata file is missing or damaged.

    Attributes:
        path: the file.
        state: "is missing", "is empty" or "is damaged".
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = file_state(path)
        super().__init__(f"{path} {self.state}")


def read_table_metadata(path: Path) -> TableMetadata:
    """Read a table's metadata file.

    Raises:
        UnreadableFileError: it is missing or damaged.
    """
    return _read(path, lambda: FromInputFile.table_metadata(IO.new_input(str(path))))


def read_manifests(snapshot: Snapshot) -> list[ManifestFile]:
    """Read a snapshot's manifest list.

    Raises:
        UnreadableFileError: it is missing or damaged.
    """
    path = local_path(snapshot.manifest_list)
    require_avro(path)
    return read_once(
        path, lambda: _read(path, lambda: list(read_manifest_list(IO.new_input(str(path)))))
    )


def read_data_files(snapshot: Snapshot) -> list[DataFile]:
    """Read all data files of a snapshot.

    Raises:
        UnreadableFileError: its manifest list or a manifest is missing or damaged.
    """
    return [file for manifest in read_manifests(snapshot) for file in _read_entries(manifest)]


def local_path(location: str) -> Path:
    """Return the local path of a file from its location in the metadata."""
    return Path(location.removeprefix("file://"))


def read_once(path: Path, read: Callable[[], T]) -> T:
    """Read a file of metadata, or return what it held before: such files never change.

    Snapshots share most manifests, and a run opens its tables several times.
    """
    state = path.stat()
    key = (str(path), state.st_mtime_ns, state.st_size)
    if key not in _read_before:
        while len(_read_before) >= _MOST_READ_BEFORE:
            _read_before.pop(next(iter(_read_before)))
        _read_before[key] = read()
    found: T = _read_before[key]
    return found


def _read_entries(manifest: ManifestFile) -> list[DataFile]:
    path = local_path(manifest.manifest_path)
    require_avro(path)
    return read_once(
        path,
        lambda: _read(
            path, lambda: [entry.data_file for entry in manifest.fetch_manifest_entry(IO)]
        ),
    )


def require_avro(path: Path) -> None:
    """Check that a file begins as Avro: pyiceberg skips these bytes and reads anything as sizes.

    Raises:
        UnreadableFileError: it does not, or is missing.
    """
    with reading(path), path.open("rb") as file:
        if file.read(len(AVRO_MAGIC)) != AVRO_MAGIC:
            raise ValueError


def _read(path: Path, read: Callable[[], T]) -> T:
    with reading(path):
        return read()


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise an UnreadableFileError for any error that a damaged file causes in the context."""
    try:
        yield
    except _UNREADABLE as error:
        raise UnreadableFileError(path) from error
