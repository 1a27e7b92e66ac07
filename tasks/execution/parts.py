"""Processed documents as Parquet parts: `parts/NNNNN-MMMMMMMMM-KKKK.parquet` of a run's folder.

NNNNN is the number of the batch, MMMMMMMMM the number of the part's first document within it, and
KKKK how many documents it holds. A new attempt at a batch therefore knows from the names alone
where to continue.

Two attempts at the same batch may run at once without knowing of each other: one on a machine that
was given up for dead, and its successor. They cannot damage each other's work, in whatever order
they write:

- The same documents always give the same name, and files are replaced as a whole.
- The attempt that finishes the batch lists in `done/NNNNN.json` the parts that count. All others
  are ignored, so that no document is loaded twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tasks.execution.batch_files import BatchFiles, Part
from tasks.read.understanding import InputReports
from tasks.records import Article, DateCandidate, DateReading, Dropped
from warehouse.schema import (
    ARTICLE_VERSIONS,
    DATE_CANDIDATE_STRUCT,
    DATE_READING_STRUCT,
    PROCESSED,
)

if TYPE_CHECKING:  # importing the extractor would slow down every command
    from tasks.process.batch import Processed

# Bounds of a part, in documents and in characters of text: so much work is lost at most when a
# worker is killed, and so many rows wait in memory.
PART_DOCUMENTS = 512
PART_BYTES = 16_000_000

# Read from the record with `getattr`, so that a column which `Article` lacks is an error when the
# first article is written, and never silently NULL.
_ARTICLE_FIELDS = [
    *(column.name for column in ARTICLE_VERSIONS if column.origin == "process"),
    *("position", "bytes", "article_id", "publication"),
    *("agencies", "fingerprints", "fingerprint_rate", "shingles"),
]
_DROPPED_FIELDS = [name for name in PROCESSED.names if name in Dropped.__slots__]
_CANDIDATE_FIELDS = [field.name for field in DATE_CANDIDATE_STRUCT]
_READING_FIELDS = [field.name for field in DATE_READING_STRUCT]


def finished_parts(files: BatchFiles) -> list[Part]:
    """Return the longest chain of parts without a gap, beginning with the batch's first document.

    Parts of several attempts may overlap, because attempts may write parts of different sizes. A
    part belongs to a chain only if it begins exactly where the part before it ends.
    """
    chains: dict[int, list[Part]] = {0: []}  # by the number of the first document behind the chain
    for part in sorted(files.parts(), key=lambda part: part.first):
        if part.first in chains:
            chains.setdefault(part.end, [*chains[part.first], part])
    return chains[max(chains)]


def count_documents(parts: list[Part]) -> int:
    """Return the number of documents in a chain of parts that begins with the batch's first one."""
    return parts[-1].end if parts else 0


def write_parts(
    processed: "Iterable[Processed]",
    files: BatchFiles,
    finished: list[Part],
    before_writing: Callable[[], None] = lambda: None,
    part_documents: int = PART_DOCUMENTS,
) -> list[Part]:
    """Write the documents of a batch that no finished part holds and return all its parts.

    Args:
        processed: the documents behind the finished parts, in their order.
        finished: the parts with the batch's first documents.
        before_writing: called before each part is written.
        part_documents: how many documents a part may hold, for the first PART_DOCUMENTS that are
            written. Small parts show which document takes its whole machine down. Behind these
            documents the size is PART_DOCUMENTS again, so that a batch does not fall into
            thousands of files.
    """
    parts = list(finished)
    narrow_end = count_documents(parts) + PART_DOCUMENTS
    waiting: list[dict[str, Any]] = []
    size = 0
    for document in processed:
        waiting.append(as_row(document))
        size += len(waiting[-1].get("text") or "")
        most = part_documents if count_documents(parts) < narrow_end else PART_DOCUMENTS
        if len(waiting) >= most or size >= PART_BYTES:
            before_writing()
            parts.append(_write_part(waiting, files, count_documents(parts)))
            waiting, size = [], 0
    if waiting:
        before_writing()
        parts.append(_write_part(waiting, files, count_documents(parts)))
    return parts


def write_done(files: BatchFiles, parts: list[Part], reports: InputReports) -> int:
    """Mark a batch as finished, with the list of its parts, and return its number of documents.

    Args:
        reports: how the inputs of the batch were understood; all of them, because a batch that is
            continued is read again from its beginning.
    """
    documents = count_documents(parts)
    files.write_done({"documents": documents, "understood": reports.to_json()}, parts)
    return documents


def _write_part(rows: list[dict[str, Any]], files: BatchFiles, first: int) -> Part:
    return files.write_part(pa.Table.from_pylist(rows, PROCESSED), first)


def as_row(processed: "Processed") -> dict[str, Any]:
    """Return a document as a row of `warehouse.schema.PROCESSED`.

    Columns that its kind of record does not have are left out, and NULL in the file: a dropped
    document has no text, an article no outcome.
    """
    record = processed.record
    fields = _DROPPED_FIELDS if isinstance(record, Dropped) else _ARTICLE_FIELDS
    row = {name: getattr(record, name) for name in fields}
    row["seconds"] = processed.seconds
    if isinstance(record, Dropped) and record.refers_to is not None:
        row["refers_to_record"] = record.refers_to.record_id
        row["refers_to_url"] = record.refers_to.url
        row["refers_to_at"] = record.refers_to.fetched_at
        row["refers_to_digest"] = record.refers_to.payload_digest
    if isinstance(record, Article):
        row["date_candidates"] = [_candidate(date) for date in record.date_candidates]
        row["readings"] = [_reading(reading) for reading in record.readings]
        row["links"] = [asdict(link) for link in record.links]
        row["images"] = [asdict(image) for image in record.images]
    return row


def _candidate(date: DateCandidate) -> dict[str, Any]:
    return {name: getattr(date, name) for name in _CANDIDATE_FIELDS}


def _reading(reading: DateReading) -> dict[str, Any]:
    row = {name: getattr(reading, name) for name in _READING_FIELDS}
    return row | {"date_candidates": [_candidate(date) for date in reading.date_candidates]}
