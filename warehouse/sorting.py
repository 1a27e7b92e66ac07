"""Sorting of more rows than memory holds: rows are split into ranges, and each range is sorted.

DuckDB's own sort runs out of memory on wide rows such as texts, although it may spill to disk:
600 MB were not enough for 300,000 rows with texts of 300 words.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.schema import Table

PART = "part"
# A part is sorted in memory, which takes twice its size; each part is an open file until then.
_PART_BYTES = 32_000_000
_MOST_PARTS = 200
_MOST_PART_ROWS = 50_000  # repeated texts take more memory than the footers say
_BATCH_ROWS = 1_024


def sorted_files(files: Sequence[str], table: Table, folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows of Parquet files of a table in the order `order_by`, NULL last.

    Only the columns of the order are read completely. All others pass through memory in batches.

    Args:
        files: files that may lack columns which newer versions have added; these are NULL.
        folder: an existing folder, to which all rows are written once, compressed.
    """
    keys = pa.concat_tables(_keys(file, table) for file in files)
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in table.order_by])
    parts = np.empty(keys.num_rows, dtype=np.int32)
    parts[order.to_numpy()] = np.arange(keys.num_rows) // _rows_of_a_part(files)
    del keys, order
    yield from sorted_by_parts(_numbered(files, table, parts), table.order_by, folder)


def _keys(file: str, table: Table) -> pa.Table:
    with pq.ParquetFile(file) as opened:
        names = [name for name in table.order_by if name in opened.schema_arrow.names]
        return _conformed(opened.read(names), table, table.order_by)


def _numbered(
    files: Sequence[str], table: Table, parts: npt.NDArray[np.int32]
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of all files, each with the number of its part."""
    first = 0
    for file in files:
        with pq.ParquetFile(file) as opened:
            for batch in opened.iter_batches(_BATCH_ROWS, use_threads=False):
                rows = _conformed(pa.table(batch), table, table.arrow.names)
                numbers = pa.array(parts[first : first + rows.num_rows])
                yield from rows.append_column(PART, numbers).to_batches()
                first += rows.num_rows


def _conformed(rows: pa.Table, table: Table, names: Sequence[str]) -> pa.Table:
    """Return the rows with these columns of a table; columns that they lack are NULL."""
    schema = pa.schema([table.arrow.field(name) for name in names])
    columns = [
        rows[field.name].cast(field.type)
        if field.name in rows.column_names
        else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _rows_of_a_part(files: Sequence[str]) -> int:
    footers = [pq.read_metadata(file) for file in files]
    groups = (footer.row_group(n) for footer in footers for n in range(footer.num_row_groups))
    size: int = sum(group.total_byte_size for group in groups)
    rows: int = sum(footer.num_rows for footer in footers)
    fitting = min(rows * _PART_BYTES // max(size, 1), _MOST_PART_ROWS)
    return max(fitting, rows // _MOST_PARTS, 1)


def sorted_by_parts(
    batches: Iterable[pa.RecordBatch], sort_by: tuple[str, ...], folder: Path
) -> Iterator[pa.RecordBatch]:
    """Yield rows in ascending order of some columns, NULL last.

    Args:
        batches: rows in any order. Their column `part` numbers the range that a row belongs to: all
            rows of a part come before those of the next one. A part must fit into memory.
        folder: an existing folder, to which all rows are written once, compressed.
    """
    keys = [(column, "ascending") for column in sort_by]
    with tempfile.TemporaryDirectory(dir=folder) as spill:
        for path in _shared_out(batches, Path(spill)):
            with pa.ipc.open_stream(path.open("rb")) as stream:
                rows = stream.read_all()
            path.unlink()
            yield from rows.sort_by(keys).to_batches()


def _shared_out(batches: Iterable[pa.RecordBatch], folder: Path) -> list[Path]:
    """Write the rows of each part to a file of its own and return the files in order."""
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
    """Yield the number and the rows of each part in a batch."""
    order = pc.sort_indices(batch.column(PART))  # stable
    rows = batch.drop_columns([PART]).take(order)
    parts = batch.column(PART).take(order).to_numpy()
    numbers, starts = np.unique(parts, return_index=True)
    for number, start, end in zip(numbers, starts, [*starts[1:], len(parts)], strict=True):
        yield int(number), rows.slice(start, end - start)
