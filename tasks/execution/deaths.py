"""Attempts at a batch that died together with the Dask worker that they ran on.

An attempt leaves a file `attempted/NNNNN-MMMMMMMMM-KKKK-TOKEN` in the run's folder: it goes on with
batch NNNNN at document MMMMMMMMM and writes parts of KKKK. The file is removed when the attempt
ends, well or not; so those that are there died, or are being made. After a death the batch is
split: the next attempt writes parts of one document each (4 ms apiece, a new worker takes seconds),
so that the first document that is in no part is the one at which the worker died.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.parts import PART_DOCUMENTS, documents_in, finished_parts

# A worker may have been killed from outside: a document is at fault when it happens twice.
DEATHS_ALLOWED = 1


@contextmanager
def attempt(batch_file: Path) -> Iterator[int]:
    """Notes an attempt while the block runs; gives how large its first parts should be."""
    part_documents = 1 if _attempts(batch_file) else PART_DOCUMENTS
    first = documents_in(finished_parts(batch_file))
    folder = _folder(batch_file)
    folder.mkdir(exist_ok=True)
    token = secrets.token_hex(8)
    note = folder / f"{batch_file.stem}-{first:09}-{part_documents}-{token}"
    note.touch()
    try:
        yield part_documents
    finally:
        note.unlink(missing_ok=True)


def culprit(batch_file: Path) -> int | None:
    """The number of the document that took workers with it, once it is certain."""
    first = documents_in(finished_parts(batch_file))
    exact = [path for path in _attempts(batch_file) if _begins(path) == (first, 1)]
    return first if len(exact) > DEATHS_ALLOWED else None


def forget_attempts(batch_file: Path) -> None:
    """What was known led to a culprit; the next one is sought anew."""
    for path in _attempts(batch_file):
        path.unlink(missing_ok=True)


def _begins(path: Path) -> tuple[int, int]:
    _, first, part_documents, _ = path.name.split("-")
    return int(first), int(part_documents)


def _attempts(batch_file: Path) -> list[Path]:
    return list(_folder(batch_file).glob(f"{batch_file.stem}-*"))


def _folder(batch_file: Path) -> Path:
    return batch_file.parent.parent / "attempted"
