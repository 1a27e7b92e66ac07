"""Attempts at a batch that died together with the Dask worker that they ran on.

While an attempt runs, a file `attempted/NNNNN-MMMMMMMMM-KKKK-TOKEN` in the run's folder records it:
the attempt continues batch NNNNN at document MMMMMMMMM and writes parts of KKKK documents. The
attempt removes the file when it ends, with success or with an error. So each file that is left
stands for an attempt that died with its machine, or for one that is still running.

After a death the next attempt writes parts of one document each (4 ms apiece; starting a new worker
takes seconds). When that attempt dies, too, the first document that is in no part is the one at
which it died.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.execution.parts import PART_DOCUMENTS, count_documents, finished_parts

# A worker may have been killed from outside. A document is at fault only if a second attempt, which
# began exactly at it, died as well.
DEATHS_ALLOWED = 1


@contextmanager
def recorded_attempt(batch_file: Path) -> Iterator[int]:
    """Record an attempt while the context is open; yield how large its first parts should be."""
    part_documents = 1 if _attempts(batch_file) else PART_DOCUMENTS
    first = count_documents(finished_parts(batch_file))
    folder = _folder(batch_file)
    folder.mkdir(exist_ok=True)
    token = secrets.token_hex(8)  # two attempts may begin at the same document
    record = folder / f"{batch_file.stem}-{first:09}-{part_documents}-{token}"
    record.touch()
    try:
        yield part_documents
    finally:
        record.unlink(missing_ok=True)  # only a death of the whole process leaves it


def find_culprit(batch_file: Path) -> int | None:
    """Return the number of the document that took workers down, or None while it is uncertain.

    Only attempts count that began at the first document without a part and wrote parts of one
    document: they died at that very document.
    """
    first = count_documents(finished_parts(batch_file))
    exact = [path for path in _attempts(batch_file) if _begins(path) == (first, 1)]
    return first if len(exact) > DEATHS_ALLOWED else None


def forget_attempts(batch_file: Path) -> None:
    """Remove the records of a batch once they have led to a culprit, to look for the next one."""
    for path in _attempts(batch_file):
        path.unlink(missing_ok=True)


def _begins(path: Path) -> tuple[int, int]:
    """Return the first document of an attempt and the size of its parts."""
    _, first, part_documents, _ = path.name.split("-")
    return int(first), int(part_documents)


def _attempts(batch_file: Path) -> list[Path]:
    return list(_folder(batch_file).glob(f"{batch_file.stem}-*"))


def _folder(batch_file: Path) -> Path:
    return batch_file.parent.parent / "attempted"
