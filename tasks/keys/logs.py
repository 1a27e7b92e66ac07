"""Texts in which a key may stand, such as the logs of `broadsheet up`: looked for by its value."""

import mmap
from collections.abc import Collection, Iterator
from pathlib import Path

from warehouse.files import fsync
from warehouse.layout import SERVICE

# Databases are not written to behind the back of the server that has them open.
_DATABASES = (".db", ".db-wal", ".db-shm")


def texts_with(values: Collection[bytes], warehouse: Path) -> Iterator[Path]:
    """Yield the files of the service that hold one of these values."""
    for path in sorted((warehouse / SERVICE).rglob("*")):
        if path.is_file() and any(_places(path, values)):
            yield path


def is_database(path: Path) -> bool:
    """Return whether a file is one of a database."""
    return path.name.endswith(_DATABASES)


def blank(path: Path, values: Collection[bytes]) -> None:
    """Overwrite each value by asterisks; the file stays the same one, for a log may be open."""
    found = list(_places(path, values))
    with path.open("r+b") as file:
        for place, length in found:
            file.seek(place)
            file.write(b"*" * length)
    fsync(path)


def _places(path: Path, values: Collection[bytes]) -> Iterator[tuple[int, int]]:
    if not path.stat().st_size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for value in values:
            at = content.find(value)
            while at >= 0:
                yield at, len(value)
                at = content.find(value, at + len(value))
