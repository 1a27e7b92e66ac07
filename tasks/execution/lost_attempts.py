"""Attempts at a batch that died together with the Dask worker that they ran on.

While an attempt runs, `attempted/NNNNN-MMMMMMMMM-KKKK-TOKEN` in the run's folder records it: the
attempt continues batch NNNNN at document MMMMMMMMM and writes parts of KKKK documents. In a bucket
the record is the object `NNNNN/attempt-MMMMMMMMM-KKKK-TOKEN`. The attempt removes it when it ends,
with success or with an error. So each record that is left stands for an attempt that died with its
machine, or for one that is still running.

After a death the next attempt writes parts of one document each (4 ms apiece; starting a new worker
takes seconds). When that attempt dies, too, the first document that is in no part is the one at
which it died.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from tasks.execution.batch_files import BatchFiles
from tasks.execution.parts import PART_DOCUMENTS, count_documents, finished_parts

# A worker may have been killed from outside. A document is at fault only if a second attempt, which
# began exactly at it, died as well.
DEATHS_ALLOWED = 1


@contextmanager
def recorded_attempt(files: BatchFiles) -> Iterator[int]:
    """Record an attempt while the context is open; yield how large its first parts should be."""
    part_documents = 1 if files.attempts() else PART_DOCUMENTS
    first = count_documents(finished_parts(files))
    token = secrets.token_hex(8)  # two attempts may begin at the same document
    record = f"{first:09}-{part_documents}-{token}"
    files.record(record)
    try:
        yield part_documents
    finally:
        files.forget(record)  # only a death of the whole process leaves it


def find_culprit(files: BatchFiles) -> int | None:
    """Return the number of the document that took workers down, or None while it is uncertain.

    Only attempts count that began at the first document without a part and wrote parts of one
    document: they died at that very document.
    """
    first = count_documents(finished_parts(files))
    exact = [attempt for attempt in files.attempts() if _begins(attempt) == (first, 1)]
    return first if len(exact) > DEATHS_ALLOWED else None


def forget_attempts(files: BatchFiles) -> None:
    """Remove the records of a batch once they have led to a culprit, to look for the next one."""
    for attempt in files.attempts():
        files.forget(attempt)


def _begins(attempt: str) -> tuple[int, int]:
    """Return the first document of an attempt and the size of its parts."""
    first, part_documents, _ = attempt.split("-")
    return int(first), int(part_documents)
