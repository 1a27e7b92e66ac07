"""Processed documents against what the warehouse holds: new, revised or duplicate.

Set-based SQL over the run's parts and the Parquet files of the warehouse; the decisions stand in
`warehouse/sql/resolve.sql`. The rows that follow from them are written into the lake's folders;
nothing names them until `warehouse.load` commits them.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import duckdb
import orjson
import pyarrow.parquet as pq

from config.errors import BroadsheetError, UnbalancedRunError
from config.settings import Settings
from tasks.runs import Run
from warehouse.files import WrittenFile, write_bytes, write_table_files
from warehouse.lake import Lake, open_lake
from warehouse.publish import Snapshot, take_snapshot
from warehouse.schema import (
    ARTICLE_VERSIONS,
    DATE_CANDIDATES,
    DOCUMENTS,
    PROCESSED,
    SUPERSEDED,
    Table,
)
from warehouse.statements import statement

log = logging.getLogger("broadsheet.resolve")

STATEMENTS = {
    "new_versions": ARTICLE_VERSIONS,
    "newly_superseded": SUPERSEDED,
    "new_date_candidates": DATE_CANDIDATES,
    "ledger": DOCUMENTS,
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many documents of a run had one outcome and reason."""

    outcome: str
    reason: str | None
    documents: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """What `resolved.json` holds: the run's files by table, and its counts."""

    files: dict[str, list[str]]
    counts: tuple[Count, ...]

    @property
    def documents(self) -> int:
        return sum(count.documents for count in self.counts)

    def by_outcome(self, outcome: str) -> int:
        return sum(count.documents for count in self.counts if count.outcome == outcome)


def resolve(run: Run, settings: Settings) -> Resolved:
    """Decides every document's outcome and writes the run's Parquet files, unless that is done.

    Raises:
        UnbalancedRunError: the outcomes are not as many as the documents read.
    """
    if run.resolved_file.is_file():
        return read_resolved(run)
    lake = open_lake(run.warehouse)
    with _connected(run, settings) as connection:
        _define_inputs(connection, run, take_snapshot(lake))
        connection.execute(statement("known"))
        connection.execute(statement("resolve"))
        counts = tuple(
            Count(*row) for row in connection.execute(statement("outcome_counts")).fetchall()
        )
        _check_balance(connection, run, counts)
        files = {
            table.name: _write(connection, name, run, lake, settings)
            for name, table in STATEMENTS.items()
        }
    resolved = Resolved(
        {name: [f.path for f in written] for name, written in files.items()}, counts
    )
    write_bytes(run.resolved_file, orjson.dumps(asdict(resolved)))
    log.info("resolved run=%s documents=%d", run.run_id, resolved.documents)
    return resolved


def read_resolved(run: Run) -> Resolved:
    """The `resolved.json` of a run that has come so far."""
    fields = orjson.loads(run.resolved_file.read_bytes())
    return Resolved(fields["files"], tuple(Count(**count) for count in fields["counts"]))


@contextmanager
def _connected(run: Run, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set memory_limit = $limit", {"limit": settings.load.memory})
        connection.execute("set temp_directory = $folder", {"folder": str(run.folder / "spill")})
        connection.execute("set threads = $count", {"count": settings.worker_count})
        try:
            yield connection
        except duckdb.Error as error:
            raise BroadsheetError(
                f"Run {run.run_id} could not be resolved: {str(error).splitlines()[0]}; mend that "
                "and repeat the command, which resumes the run."
            ) from error


def _define_inputs(connection: duckdb.DuckDBPyConnection, run: Run, snapshot: Snapshot) -> None:
    empty = run.folder / "empty.parquet"
    pq.write_table(PROCESSED.empty_table(), empty)
    inputs = {
        "processed": [str(empty), *run.parts],
        **{t.name: snapshot.files[t.name] for t in (ARTICLE_VERSIONS, SUPERSEDED, DOCUMENTS)},
    }
    for name, files in inputs.items():
        connection.read_parquet(files, union_by_name=True).create_view(name)


def _check_balance(
    connection: duckdb.DuckDBPyConnection, run: Run, counts: tuple[Count, ...]
) -> None:
    documents = sum(count.documents for count in counts)
    if documents != run.documents_read():
        raise UnbalancedRunError(
            f"Run {run.run_id} read {run.documents_read()} documents and has outcomes for "
            f"{documents}: nothing was loaded; please report this as a defect."
        )
    repeated = connection.execute(statement("repeated_locators")).fetchall()
    if repeated:
        raise UnbalancedRunError(
            f"Run {run.run_id} has {repeated[0][1]} documents at one locator, {repeated[0][0]}: "
            "nothing was loaded; please report this as a defect."
        )


def _write(
    connection: duckdb.DuckDBPyConnection, name: str, run: Run, lake: Lake, settings: Settings
) -> list[WrittenFile]:
    table: Table = STATEMENTS[name]
    values = {
        "run_id": run.run_id,
        "source": run.description()["parameters"]["source"],
        "loaded_at": datetime.now(UTC),
    }
    text = statement(name)
    used = {key: value for key, value in values.items() if f"${key}" in text}
    batches = connection.execute(text, used).to_arrow_reader(settings.load.row_group_rows)
    return write_table_files(
        batches,
        table,
        settings.load,
        lambda number: lake.folder(table) / f"{run.run_id}-{number:05}.parquet",
    )
