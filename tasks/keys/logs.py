"""Search for the values of keys in texts, such as the logs of `broadsheet up`."""

import mmap
from collections.abc import Collection, Iterator
from pathlib import Path

from warehouse.files import fsync
from warehouse.layout import SERVICE

# Databases are not overwritten, because a server may have them open.
_DATABASES = (".db", ".db-wal", ".db-shm")


def texts_with(values: Collection[bytes], warehouse: Path) -> Iterator[Path]:
    """Yield the files of the service that hold one of the values."""
    for path in sorted((warehouse / SERVICE).rglob("*")):
        if path.is_file() and any(_occurrences(path, values)):
            yield path


def is_database(path: Path) -> bool:
    """Return whether a file belongs to a database."""
    return path.name.endswith(_DATABASES)


def overwrite_values(path: Path, values: Collection[bytes]) -> None:
    """Overwrite each value with asterisks, in place, because a process may have a log open."""
    found = list(_occurrences(path, values))
    with path.open("r+b") as file:
        for place, length in found:
            file.seek(place)
            file.write(b"*" * length)
    fsync(path)


def _occurrences(path: Path, values: Collection[bytes]) -> Iterator[tuple[int, int]]:
    """Yield offset and length of each occurrence of the values in a file."""
    if not path.stat().st_size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for value in values:
            at = content.find(value)
            while at >= 0:
                yield at, len(value)
                at = content.find(value, at + len(value))
