"""Uploads of data files: several at once, each read back and compared before a table names it."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from warehouse.bucket.index import IndexEntry, ObjectIndex
from warehouse.bucket.objects import BucketError

_AT_ONCE = 8  # one connection rarely fills the line
_STORE_SECONDS = 30  # between two writings of the index, so that a kill costs few uploads


_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class TransferWatch:
    """Receivers of the progress of a push or pull, and a check that may stop it.

    Attributes:
        planned: receives the number of files that are transferred.
        transferred: receives the size of each file that was.
        require: called before each commit; raises if another machine has taken over the lake.
    """

    planned: Callable[[int], None] = lambda files: None
    transferred: Callable[[int], None] = lambda size: None
    require: Callable[[], object] = lambda: None


def upload_files(
    paths: Mapping[str, Path], index: ObjectIndex, watch: TransferWatch
) -> tuple[int, int]:
    """Upload the files that the bucket lacks, and return their number and size.

    Args:
        paths: the files by the names of their objects.
    """
    sizes = {name: path.stat().st_size for name, path in paths.items()}
    sizes = {name: size for name, size in sizes.items() if not index.has(name, size)}
    if not sizes:
        return 0, 0
    # An interrupted push may have uploaded these completely.
    begun = {name for name, size in sizes.items() if index.has_begun(name, size)}
    index.announce({name: size for name, size in sizes.items() if name not in begun})
    watch.planned(len(sizes))
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        try:
            _collect(
                {
                    threads.submit(_upload, index, name, paths[name], name in begun): name
                    for name in sizes
                },
                sizes,
                index,
                watch,
            )
        except BaseException:  # Ctrl-C, too: what is waiting must not be begun any more
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    index.write()
    return len(sizes), sum(sizes.values())


def at_once(work: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
    """Yield the results of transfers in the order of their items, several running at once."""
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        try:
            yield from threads.map(work, items)
        except BaseException:  # Ctrl-C, too: what is waiting must not be begun any more
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def _collect(
    uploads: Mapping[Future[str], str],
    sizes: Mapping[str, int],
    index: ObjectIndex,
    watch: TransferWatch,
) -> None:
    """Enter the checksums of files as their uploads end; store the index from time to time."""
    stored = time.monotonic()
    for upload in as_completed(uploads):
        name = uploads[upload]
        index.entries[name] = IndexEntry(sizes[name], upload.result())
        watch.transferred(sizes[name])
        if time.monotonic() - stored > _STORE_SECONDS:
            index.write()
            stored = time.monotonic()


def _upload(index: ObjectIndex, name: str, path: Path, was_begun: bool) -> str:
    """Upload a file, read it back and return its SHA-256."""
    if was_begun:
        try:
            return index.bucket.verify(name, path)
        except (BucketError, FileNotFoundError):
            pass  # it is not there, or it is another one
    index.bucket.upload(path, name)
    return index.bucket.verify(name, path)
