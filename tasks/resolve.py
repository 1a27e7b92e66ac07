"""Processed documents against what the warehouse holds: new, revised or duplicate.

Set-based SQL over the run's parts and the Parquet files of the warehouse; the decisions stand in
`warehouse/sql/resolve.sql`. The rows that follow from them are written into the lake's folders;
nothing names them until `warehouse.load` commits them.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import duckdb
import orjson
import pyarrow as pa

from config.errors import BroadsheetError, UnbalancedRunError
from config.settings import Settings
from tasks.address_rules import define_address_keys, define_article_keys
from tasks.identify import identify
from tasks.learning import learn
from tasks.run_inputs import define_inputs, names_in_run
from tasks.runs import Run
from tasks.stored_texts import StoredTexts
from warehouse.files import write_bytes, write_table_files
from warehouse.lake import Lake, open_lake
from warehouse.publish import take_snapshot
from warehouse.schema import (
    ADDRESS_KEYS,
    ARTICLE_KEYS,
    ARTICLE_VERSIONS,
    BOILERPLATE_HISTORY,
    DATE_CANDIDATES,
    DISCOVERIES,
    DOCUMENTS,
    FETCHES,
    SUPERSEDED,
    VISITS,
    Table,
)
from warehouse.sorting import sorted_by_parts
from warehouse.statements import parameters, statement
from warehouse.working import working_connection

log = logging.getLogger("broadsheet.resolve")

REPROCESS = "reprocess"

STATEMENTS = (
    (ARTICLE_VERSIONS, "new_versions"),
    (SUPERSEDED, "newly_superseded"),
    (ARTICLE_KEYS, "new_article_keys"),
    (ADDRESS_KEYS, "new_address_keys"),
    (DATE_CANDIDATES, "new_date_candidates"),
    (DOCUMENTS, "ledger"),
)
# Of a run that fetches, beside these.
FETCHING_STATEMENTS = (
    (DISCOVERIES, "run_discoveries"),
    (FETCHES, "run_fetches"),
    (VISITS, "run_visits"),
)
# A part is sorted in memory, twice its size; while all are filled each is an open file.
VERSION_PARTS = {"part_bytes": 32_000_000, "most_parts": 200}
# Statements that join whole rows take so many documents at a time: the hash tables of their joins
# then stay below 100 MB.
ROWS_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class Count:
    """How many documents of a run had one outcome and reason."""

    outcome: str
    reason: str | None
    documents: int


@dataclass(frozen=True, slots=True)
class Healed:
    """How many articles the warehouse showed wrongly before this run, which puts them right.

    Attributes:
        missing: articles that had no current version, so that `articles` did not show them.
        repeated: articles that had several, so that `articles` showed them more than once.
    """

    missing: int
    repeated: int

    def __str__(self) -> str:
        said = []
        if self.missing:
            said.append(f"{self.missing:,} articles that were missing from `articles` are back.")
        if self.repeated:
            said.append(f"{self.repeated:,} articles that `articles` showed twice are there once.")
        return " ".join(said)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What `resolved.json` holds: the run's files by table, its counts, and what it healed."""

    files: dict[str, list[str]]
    counts: tuple[Count, ...]
    healed: Healed | None = None

    @property
    def documents(self) -> int:
        return sum(count.documents for count in self.counts)

    def by_outcome(self, outcome: str) -> int:
        return sum(count.documents for count in self.counts if count.outcome == outcome)


def resolve(run: Run, settings: Settings) -> Resolved | None:
    """Decides every document's outcome and writes the run's Parquet files, unless that is done.

    Returns:
        What came of it; None if stored pages are to be read first (`tasks.stored_texts`).

    Raises:
        UnbalancedRunError: the outcomes are not as many as the documents read.
    """
    if run.resolved_file.is_file():
        return read_resolved(run)
    lake = open_lake(run.warehouse)
    with _connected(run, settings) as connection:
        snapshot = take_snapshot(lake)
        define_inputs(connection, run, snapshot)
        define_article_keys(connection, lake)
        define_address_keys(
            connection, lake, snapshot, names_in_run(run, snapshot.files[VISITS.name])
        )
        meet(connection, reprocess=run.flow == REPROCESS)
        stored = StoredTexts(connection, run)
        if not stored.compare():
            return None
        judge(connection)
        stored.mark_unknown_changes()
        counts = tuple(
            Count(*row) for row in connection.execute(statement("outcome_counts")).fetchall()
        )
        _check_balance(connection, run, counts)
        statements = STATEMENTS + (FETCHING_STATEMENTS if run.fetches else ())
        ranges = connection.execute(statement("position_ranges"), {"rows": ROWS_AT_ONCE}).fetchall()
        writer = _Writer(connection, run, lake, settings, ranges)
        connection.execute(statement("version_parts"), VERSION_PARTS)
        files = {table.name: writer.write(table, name) for table, name in statements}
        known = {name: [*old, *files.get(name, ())] for name, old in snapshot.files.items()}
        learn(connection, run, known, settings)
        changes = writer.write(BOILERPLATE_HISTORY, "new_boilerplate_history")
        files[BOILERPLATE_HISTORY.name] = changes
        healed = _healed(connection)
    resolved = Resolved(files, counts, healed)
    write_bytes(run.resolved_file, orjson.dumps(asdict(resolved)))
    log.info("resolved run=%s documents=%d", run.run_id, resolved.documents)
    return resolved


def read_resolved(run: Run) -> Resolved:
    """The `resolved.json` of a run that has come so far."""
    fields = orjson.loads(run.resolved_file.read_bytes())
    healed = fields.get("healed")  # not written by older Broadsheets
    return Resolved(
        fields["files"],
        tuple(Count(**count) for count in fields["counts"]),
        Healed(**healed) if healed else None,
    )


def meet(connection: duckdb.DuckDBPyConnection, *, reprocess: bool) -> None:
    """Make `captures`, what is to be decided, and `known`, what the warehouse has of it.

    They are made from the tables and views of `define_inputs` and `define_article_keys`.

    Args:
        reprocess: whether the run reads stored bytes again.
    """
    connection.execute(f"create temp table damaged as {statement('without_one_current')}")
    connection.execute(statement("reprocessed"), {"reprocess": reprocess})
    connection.execute(statement("reread"), {"reprocess": reprocess})
    identify(connection)
    for name in ("originals", "known", "captures"):
        connection.execute(statement(name))


def judge(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables `decided`, `outcomes` and `contents`."""
    for name in ("resolve", "outcomes", "revisit_contents", "contents"):
        connection.execute(statement(name))


def _healed(connection: duckdb.DuckDBPyConnection) -> Healed | None:
    counted = connection.execute(
        "select count(*) filter (current_versions = 0), count(*) filter (current_versions > 1) "
        "from damaged"
    ).fetchone()
    return Healed(*counted) if counted and any(counted) else None


@contextmanager
def _connected(run: Run, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with working_connection(settings, run.folder / "spill") as connection:
        try:
            yield connection
        except duckdb.Error as error:
            raise BroadsheetError(
                f"Run {run.run_id} could not be resolved: {str(error).splitlines()[0]}; mend that "
                "and repeat the command, which resumes the run."
            ) from error


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


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes what statements give into the lake's folders.

    Attributes:
        ranges: first and last positions; statements that name `$first` run once for each.
    """

    connection: duckdb.DuckDBPyConnection
    run: Run
    lake: Lake
    settings: Settings
    ranges: Sequence[tuple[int, int]]

    def write(self, table: Table, name: str) -> list[str]:
        """The files with a statement's rows; none where there are no rows."""
        described = self.run.description()
        values = {
            "run_id": self.run.run_id,
            "night": described.get("night"),
            "source": described["parameters"].get("source"),
            "loaded_at": datetime.now(UTC),
            "change_reason": REPROCESS if described["flow"] == REPROCESS else None,
        }
        text = statement(name)
        batches = self._batches(text, parameters(text, values))
        if table.sort_by:
            batches = sorted_by_parts(batches, (table.sort_by, "position"), self.run.folder)
        folder = self.lake.folder(table)
        written = write_table_files(
            batches,
            table,
            self.settings.load,
            lambda number: folder / f"{self.run.run_id}-{number:05}.parquet",
        )
        return [file.path for file in written]

    def _batches(self, text: str, values: dict[str, object]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a statement; one that takes a range runs once for each range."""
        rows = self.settings.load.row_group_rows
        is_ranged = "$first" in text
        ranges = [{"first": first, "last": last} for first, last in self.ranges]
        for limits in ranges if is_ranged else [{}]:
            yield from self.connection.execute(text, {**values, **limits}).to_arrow_reader(rows)
