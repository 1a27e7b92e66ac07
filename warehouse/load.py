"""Commits of a resolved run's files to the tables: one commit per table, `runs` last."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from config.settings import LoadSettings
from warehouse.files import write_table_files
from warehouse.lake import Lake
from warehouse.schema import RUNS, TABLES

log = logging.getLogger("broadsheet.load")


def commit_run(
    lake: Lake,
    files: Mapping[str, Sequence[str]],
    run: Mapping[str, Any],
    settings: LoadSettings,
) -> None:
    """Commit a run's files to their tables, and then its row to `runs`.

    Tables that have the run already are left as they are, so that a run which was killed between
    two commits can simply be committed again.

    Args:
        files: the Parquet files of each table, without `runs`.
        run: the run's row, without `snapshots`.
    """
    run_id = run["run_id"]
    snapshots = {}
    for table in TABLES:
        if table is not RUNS:
            snapshots[table.name] = lake.commit(table, files.get(table.name, ()), run_id)
    if lake.snapshot_of(RUNS, run_id) is None:
        row = pa.RecordBatch.from_pylist(
            [{**run, "snapshots": orjson.dumps(snapshots).decode()}], RUNS.arrow
        )
        lake.commit(RUNS, [_write_run(row, lake, run_id, settings)], run_id)
    log.info("committed run=%s", run_id)


def is_committed(lake: Lake, run_id: str) -> bool:
    """Return whether any table has the run's rows; if so, all tables must get them."""
    return any(lake.snapshot_of(table, run_id) is not None for table in TABLES)


def remove_files(lake: Lake, run_id: str) -> None:
    """Remove the Parquet files of a run that was never committed."""
    for table in TABLES:
        for path in lake.folder(table).glob(f"{run_id}-*.parquet"):
            path.unlink()


def _write_run(row: pa.RecordBatch, lake: Lake, run_id: str, settings: LoadSettings) -> str:
    reader = pa.RecordBatchReader.from_batches(row.schema, [row])
    return write_table_files(reader, RUNS, settings, lambda _: _run_file(lake, run_id))[0].path


def _run_file(lake: Lake, run_id: str) -> Path:
    return lake.folder(RUNS) / f"{run_id}-00000.parquet"
