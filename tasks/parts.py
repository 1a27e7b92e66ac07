"""Processed documents as Parquet parts: `parts/NNNNN-MMMMMM.parquet` of a run's folder.

NNNNN is the batch and MMMMMM the number of the part's first document within it, so that whoever
goes on with a batch knows where.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.process.batch import Processed
from tasks.records import Article, DateCandidate, Dropped
from warehouse.files import written_aside
from warehouse.schema import DATE_CANDIDATE_STRUCT, PROCESSED

# What is lost at most when a worker is killed; also bounds the memory of waiting rows.
PART_DOCUMENTS = 512
PART_BYTES = 16_000_000

_ARTICLE_FIELDS = [name for name in PROCESSED.names if name in Article.__slots__]
_DROPPED_FIELDS = [name for name in PROCESSED.names if name in Dropped.__slots__]
_CANDIDATE_FIELDS = [field.name for field in DATE_CANDIDATE_STRUCT]


def finished_documents(batch_file: Path) -> int:
    """How many documents of the batch, from its first, lie in whole parts."""
    paths = sorted(_folder(batch_file).glob(f"{batch_file.stem}-*.parquet"))
    if not paths:
        return 0
    return int(paths[-1].stem.partition("-")[2]) + int(pq.read_metadata(paths[-1]).num_rows)


def write_parts(
    processed: Iterable[Processed],
    batch_file: Path,
    first: int,
    before_writing: Callable[[], None] = lambda: None,
) -> int:
    """Writes the rest of a batch, from document number `first` on.

    Returns:
        How many documents the whole batch has.
    """
    waiting: list[dict[str, Any]] = []
    size = 0
    for document in processed:
        waiting.append(_row(document))
        size += len(waiting[-1].get("text") or "")
        if len(waiting) >= PART_DOCUMENTS or size >= PART_BYTES:
            before_writing()
            first += _write_part(waiting, batch_file, first)
            waiting, size = [], 0
    if waiting:
        before_writing()
        first += _write_part(waiting, batch_file, first)
    return first


def _write_part(rows: list[dict[str, Any]], batch_file: Path, first: int) -> int:
    path = _folder(batch_file) / f"{batch_file.stem}-{first:09}.parquet"
    with written_aside(path) as aside:
        pq.write_table(pa.Table.from_pylist(rows, PROCESSED), aside, compression="zstd")
    return len(rows)


def _folder(batch_file: Path) -> Path:
    return batch_file.parent.parent / "parts"


def _row(processed: Processed) -> dict[str, Any]:
    record = processed.record
    fields = _DROPPED_FIELDS if isinstance(record, Dropped) else _ARTICLE_FIELDS
    row = {name: getattr(record, name) for name in fields}
    row["seconds"] = processed.seconds
    if isinstance(record, Article):
        row["date_candidates"] = [_candidate(date) for date in record.date_candidates]
    return row


def _candidate(date: DateCandidate) -> dict[str, Any]:
    return {name: getattr(date, name) for name in _CANDIDATE_FIELDS}
