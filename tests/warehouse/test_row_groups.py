"""Writing of Parquet files: row groups have one size, and few batches wait in memory."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from config.settings import load_settings
from warehouse.files import write_table_files
from warehouse.schema import DISCOVERIES

ROWS = 1_500  # in a batch: more than in a row group
GROUP = 1_000
BATCHES = 40
MOST_WAITING = 4  # batches


def test_batches_that_are_larger_than_a_row_group_do_not_pile_up(tmp_path: Path) -> None:
    started = pa.total_allocated_bytes()
    held: list[float] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for _ in range(BATCHES):
            batch = _batch()
            held.append((pa.total_allocated_bytes() - started) / batch.nbytes)
            yield batch

    load = load_settings().load.model_copy(update={"row_group_rows": GROUP})
    [file] = write_table_files(batches(), DISCOVERIES, load, lambda n: tmp_path / f"{n}.parquet")
    assert file.rows == BATCHES * ROWS
    metadata = pq.ParquetFile(file.path).metadata
    assert {metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)} == {GROUP}
    assert max(held) < MOST_WAITING


def _batch() -> pa.RecordBatch:
    schema = DISCOVERIES.arrow
    columns = [
        pa.array(["a" * 2_000] * ROWS) if field.name == "title" else pa.nulls(ROWS, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema.names)
