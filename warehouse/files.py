"""Files that exist completely or not at all: written under another name, fsynced and renamed.

Every step of a run leaves its result in this way. A file that exists therefore means that its step
is done, and resuming a run needs no other record.
"""

import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from config.settings import LoadSettings
from warehouse.schema import Table

FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))  # errors for want of room
_ASIDE = re.compile(r"\..+\.[0-9a-f]{16}")  # as `written_aside` names them


@contextmanager
def written_aside(path: Path, folder: Path | None = None) -> Iterator[Path]:
    """Yield a temporary path in the same folder; rename it to `path` if the context ends well.

    With `folder`, which must be on the same disk, the temporary path is there.

    The temporary name is random, so that two writers never share it, not even on two machines with
    a common folder. A writer that lags behind its run cannot damage the file of a new run.

    Raises:
        OSError: `path` is a folder, a device or a pipe. Root could replace /dev/null by a file.
    """
    if path.exists() and not path.is_file():
        code = errno.EISDIR if path.is_dir() else errno.EINVAL
        raise OSError(code, "Is a directory" if path.is_dir() else "Not a regular file", str(path))
    aside = (folder or path.parent) / f".{path.name}.{secrets.token_hex(8)}"
    try:
        yield aside
        fsync(aside)  # the content must be on disk before the name points to it
        aside.replace(path)
        fsync(path.parent)  # makes the rename durable
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def scratch_beside(path: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `path`, and remove those that killed writers of it left.

    A living writer holds a lock on its folder, so a folder whose lock is free belongs to none.
    """
    prefix = f".broadsheet-{path.name}-"
    left = [one for one in path.parent.iterdir() if one.name.startswith(prefix)]
    for one in left:
        with suppress(OSError):  # it is in use, is gone, or this disk knows no locks
            free = _locked(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                shutil.rmtree(one)
            finally:
                os.close(free)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=path.parent))
        handle: int | None = None
        with suppress(OSError):
            handle = _locked(folder, fcntl.LOCK_EX)
        if folder.is_dir():  # another writer may have removed it before it was locked
            break
        if handle is not None:
            os.close(handle)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _locked(folder: Path, how: int) -> int:
    """Return a handle that holds a lock on a folder until it is closed."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, how)
    except OSError:
        os.close(handle)
        raise
    return handle


def is_aside(name: str) -> bool:
    """Return whether a file of this name is temporary: it is being written, or a kill left it."""
    return _ASIDE.fullmatch(name) is not None


def remove_asides(folder: Path) -> None:
    """Remove temporary files that killed writers left below a folder.

    The caller must keep all other writers out, because their files look the same.
    """
    for path in folder.rglob(".*"):
        if is_aside(path.name) and path.is_file():
            path.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a small file completely or not at all."""
    with written_aside(path) as aside:
        aside.write_bytes(content)


def fsync(path: Path) -> None:
    """Flush a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path, *, from_disk: bool = False) -> str:
    """Return the SHA-256 of a file.

    Args:
        from_disk: do not read it from the memory in which the kernel keeps files.
    """
    with path.open("rb") as file:
        if from_disk:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A Parquet file of a table: its absolute path and number of rows."""

    path: str
    rows: int


def write_table_files(
    batches: Iterable[pa.RecordBatch],
    table: Table,
    settings: LoadSettings,
    name: Callable[[int], Path],
) -> list[WrittenFile]:
    """Write sorted batches as Parquet files of about `file_rows` rows each.

    A file ends with the row group that reaches this number.

    Args:
        batches: rows with the columns of `table`, in any order of columns. They are cast to the
            schema of the table, because Iceberg's `add_files` does not notice other time units or
            dictionaries.
        name: returns the path of the n-th file, counted from 0.

    Returns:
        The written files; none if there are no rows.
    """
    written: list[WrittenFile] = []
    rest = _rechunked(batches, table, settings)
    first = next(rest, None)
    while first is not None:
        path = name(len(written))
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = 0
        with written_aside(path) as aside, _writer(aside, table, settings) as writer:
            while first is not None and rows < settings.file_rows:
                writer.write_table(first, row_group_size=settings.row_group_rows)
                rows += first.num_rows
                first = next(rest, None)
        written.append(WrittenFile(str(path), rows))
    pa.default_memory_pool().release_unused()
    return written


def write_empty_file(table: Table, path: Path) -> None:
    """Write a Parquet file with all columns and no rows, which gives a view its schema."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        pq.write_table(table.arrow.empty_table(), aside)


def has_schema(table: Table, path: Path) -> bool:
    """Return whether a Parquet file exists, can be read, and has exactly a table's columns."""
    try:
        return bool(pq.read_schema(path).equals(table.arrow))
    except (OSError, pa.ArrowException):
        return False


def file_state(path: Path) -> str:
    """Return how a file that cannot be read is damaged, as the end of a sentence."""
    if not path.is_file():
        return "is missing"
    return "is damaged" if path.stat().st_size else "is empty"


def name_of_file(path: str) -> str:
    """Return the last part of a path; `Path.name` takes twenty times as long."""
    return path.rpartition("/")[2]


def parquet_fault(path: Path | str) -> str | None:
    """Return how a Parquet file is damaged, as the end of a sentence; None if it looks whole.

    Only the magic bytes at both ends are checked, which takes 8 µs; opening the footer takes many
    times as long.
    """
    try:
        number = os.open(path, os.O_RDONLY)
        try:
            size = os.fstat(number).st_size
            head, tail = os.pread(number, 4, 0), os.pread(number, 4, max(size - 4, 0))
        finally:
            os.close(number)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if not size:
        return "is empty"
    return None if head == tail == b"PAR1" else "is damaged"


def _rechunked(
    batches: Iterable[pa.RecordBatch], table: Table, settings: LoadSettings
) -> Iterator[pa.Table]:
    """Yield the rows as tables of exactly one row group each; the last one may be smaller."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= settings.row_group_rows:
            whole = pa.Table.from_batches(waiting)
            yield _cast(whole.slice(0, settings.row_group_rows), table)
            waiting = whole.slice(settings.row_group_rows).to_batches()
            rows -= settings.row_group_rows
    if rows:
        yield _cast(pa.Table.from_batches(waiting), table)


def _cast(rows: pa.Table, table: Table) -> pa.Table:
    return rows.select(table.arrow.names).cast(table.arrow)


def _writer(path: Path, table: Table, settings: LoadSettings) -> pq.ParquetWriter:
    bloom = {"ndv": settings.row_group_rows, "fpp": 0.01}
    return pq.ParquetWriter(
        path,
        table.arrow,
        compression="zstd",
        compression_level=3,
        bloom_filter_options={column: bloom for column in table.bloom} or None,
    )
