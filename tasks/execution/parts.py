"""Processed documents as Parquet parts: `parts/NNNNN-MMMMMMMMM-KKKK.parquet` of a run's folder.

NNNNN is the batch, MMMMMMMMM the number of the part's first document within it, and KKKK how many
it holds; so whoever goes on with a batch knows where. A name says all that is in a part, and who
ends a batch says in `done/NNNNN.json` which parts count. So two attempts at a batch that know
nothing of each other, such as one on a machine that was given up for dead and its successor, cannot
spoil each other's work, whatever the order in which they write.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.records import Article, DateCandidate, Dropped
from warehouse.files import write_bytes, written_aside
from warehouse.schema import DATE_CANDIDATE_STRUCT, PROCESSED

if TYPE_CHECKING:  # the extractor is not loaded with it
    from tasks.process.batch import Processed

# What is lost at most when a worker is killed; also bounds the memory of waiting rows.
PART_DOCUMENTS = 512
PART_BYTES = 16_000_000

_ARTICLE_FIELDS = [name for name in PROCESSED.names if name in Article.__slots__]
_DROPPED_FIELDS = [name for name in PROCESSED.names if name in Dropped.__slots__]
_CANDIDATE_FIELDS = [field.name for field in DATE_CANDIDATE_STRUCT]


@dataclass(frozen=True, slots=True)
class Part:
    """Some documents of a batch, one behind the other: numbers `first` to `end` - 1."""

    path: Path
    first: int
    end: int


def finished_parts(batch_file: Path) -> list[Part]:
    """Whole parts that follow on each other from the batch's first document, as far as they go."""
    chains: dict[int, list[Part]] = {0: []}
    for part in sorted(_parts(batch_file), key=lambda part: part.first):
        if part.first in chains:
            chains.setdefault(part.end, [*chains[part.first], part])
    return chains[max(chains)]


def documents_in(parts: list[Part]) -> int:
    """How many documents lie in parts that begin with the batch's first one."""
    return parts[-1].end if parts else 0


def write_parts(
    processed: "Iterable[Processed]",
    batch_file: Path,
    finished: list[Part],
    before_writing: Callable[[], None] = lambda: None,
    part_documents: int = PART_DOCUMENTS,
) -> list[Part]:
    """Writes the rest of a batch, whose first documents lie in the parts `finished`.

    Args:
        part_documents: how many documents a part holds at most, among the first PART_DOCUMENTS that
            are written: small parts narrow down which document takes its machine with it.

    Returns:
        All parts of the batch.
    """
    parts = list(finished)
    narrow_end = documents_in(parts) + PART_DOCUMENTS
    waiting: list[dict[str, Any]] = []
    size = 0
    for document in processed:
        waiting.append(as_row(document))
        size += len(waiting[-1].get("text") or "")
        most = part_documents if documents_in(parts) < narrow_end else PART_DOCUMENTS
        if len(waiting) >= most or size >= PART_BYTES:
            before_writing()
            parts.append(_write_part(waiting, batch_file, documents_in(parts)))
            waiting, size = [], 0
    if waiting:
        before_writing()
        parts.append(_write_part(waiting, batch_file, documents_in(parts)))
    return parts


def done_file(batch_file: Path) -> Path:
    """The file whose existence says that a batch is whole."""
    return batch_file.parent.parent / "done" / batch_file.name


def write_done(batch_file: Path, parts: list[Part]) -> int:
    """Says that a batch is whole, and in which parts it lies; gives how many documents it has."""
    documents = documents_in(parts)
    names = [part.path.name for part in parts]
    write_bytes(done_file(batch_file), orjson.dumps({"documents": documents, "parts": names}))
    return documents


def _parts(batch_file: Path) -> Iterator[Part]:
    for path in _folder(batch_file).glob(f"{batch_file.stem}-*-*.parquet"):
        _, first, documents = path.stem.split("-")
        yield Part(path, int(first), int(first) + int(documents))


def _write_part(rows: list[dict[str, Any]], batch_file: Path, first: int) -> Part:
    path = _folder(batch_file) / f"{batch_file.stem}-{first:09}-{len(rows)}.parquet"
    with written_aside(path) as aside:
        pq.write_table(pa.Table.from_pylist(rows, PROCESSED), aside, compression="zstd")
    return Part(path, first, first + len(rows))


def _folder(batch_file: Path) -> Path:
    return batch_file.parent.parent / "parts"


def as_row(processed: "Processed") -> dict[str, Any]:
    """One row of `warehouse.schema.PROCESSED`; what its record does not have is NULL."""
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
    return row


def _candidate(date: DateCandidate) -> dict[str, Any]:
    return {name: getattr(date, name) for name in _CANDIDATE_FIELDS}
