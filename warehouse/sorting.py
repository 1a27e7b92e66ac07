"""Sorting more rows than memory holds: shared out to ranges of the order, then range by range.

DuckDB's own sort of wide rows (texts) runs out of memory from some 200,000 rows on, whatever it
may spill: 600 MB were not enough for 300,000 rows with texts of 300 words.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

PART = "part"


def sorted_by_parts(
    batches: Iterable[pa.RecordBatch], sort_by: tuple[str, ...], folder: Path
) -> Iterator[pa.RecordBatch]:
    """Yields rows in the order of some columns, ascending, NULL last.

    Args:
        batches: rows in any order; their column `part` numbers the range that a row belongs to, so
            that each part's rows come before all of the next one's. A part must fit into memory.
        folder: must exist; takes all rows once, compressed.
    """
    keys = [(column, "ascending") for column in sort_by]
    with tempfile.TemporaryDirectory(dir=folder) as spill:
        for path in _shared_out(batches, Path(spill)):
            with pa.ipc.open_stream(path.open("rb")) as stream:
                rows = stream.read_all()
            path.unlink()
            yield from rows.sort_by(keys).to_batches()


def _shared_out(batches: Iterable[pa.RecordBatch], folder: Path) -> list[Path]:
    """Writes each part's rows to a file of its own; returns these in their order."""
    files: dict[int, pa.ipc.RecordBatchStreamWriter] = {}
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with ExitStack() as opened:
        for part, rows in chain.from_iterable(map(_by_part, batches)):
            if part not in files:
                path = _file(folder, part)
                writer = pa.ipc.new_stream(str(path), rows.schema, options=options)
                files[part] = opened.enter_context(writer)
            files[part].write_batch(rows)
    return [_file(folder, part) for part in sorted(files)]


def _file(folder: Path, part: int) -> Path:
    return folder / f"{part:05}.arrows"


def _by_part(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The rows of each part that has any in the batch."""
    parts = batch.column(PART).to_numpy()
    order = np.argsort(parts, kind="stable")
    rows = batch.drop_columns([PART]).take(pa.array(order))
    numbers, starts = np.unique(parts[order], return_index=True)
    for number, start, end in zip(numbers, starts, [*starts[1:], len(order)], strict=True):
        yield int(number), rows.slice(start, end - start)
