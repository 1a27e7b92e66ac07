"""Decide for each processed document whether it is new, a revision or a duplicate.

The decisions are set-based SQL over the run's parts and the warehouse's Parquet files
(`warehouse/sql/resolve/resolve.sql`). The resulting rows are written into the lake's folders, where
no reader sees them until `warehouse.load` commits them. `resolved.json` is written last: a run that
was killed before it resolves again and writes files of the same names.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import duckdb
import orjson

from config.errors import BroadsheetError, UnbalancedRunError
from config.settings import Settings
from tasks.load.decisions import decide, define_captures, define_kept
from tasks.load.look_up import narrow
from tasks.load.row_writer import REPROCESS
from tasks.load.rows import write_rows
from tasks.load.stored_texts import StoredTexts
from tasks.runs.address_rules import define_address_keys, define_article_keys, is_older
from tasks.runs.run import Run
from tasks.runs.views import define_inputs, names_in_run
from warehouse.files import write_bytes
from warehouse.kept import bring_up_kept, entries_of_sources, remove_kept
from warehouse.lake import open_lake
from warehouse.layout import KEPT
from warehouse.snapshots import take_snapshot
from warehouse.statements import statement
from warehouse.working import working_connection

log = logging.getLogger("broadsheet.resolve")

# In a smaller run, handing work to a second thread costs more than that thread does.
_LEAST_FOR_TWO_THREADS = 1_000
_Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Count:
    """The number of documents of a run that had one outcome and reason."""

    outcome: str
    reason: str | None
    documents: int


@dataclass(frozen=True, slots=True)
class CorrectedArticles:
    """The numbers of articles that the warehouse showed wrongly and that this run corrected.

    Attributes:
        missing: articles without a current version, which `articles` did not show.
        repeated: articles with several current versions, which `articles` showed several times.
    """

    missing: int
    repeated: int

    def __str__(self) -> str:
        parts = []
        if self.missing:
            parts.append(f"{self.missing:,} articles that were missing from `articles` are back.")
        if self.repeated:
            parts.append(f"{self.repeated:,} articles that `articles` repeated are shown once.")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The content of `resolved.json`.

    Attributes:
        files: paths of the files that the run wrote, by table.
        healed: the articles whose current version the run corrected; None if there are none.
    """

    files: dict[str, list[str]]
    counts: tuple[Count, ...]
    healed: CorrectedArticles | None = None

    @property
    def documents(self) -> int:
        return sum(count.documents for count in self.counts)

    def by_outcome(self, outcome: str) -> int:
        return sum(count.documents for count in self.counts if count.outcome == outcome)


def resolve(run: Run, settings: Settings) -> Resolved | None:
    """Decide every document's outcome and write the run's Parquet files, unless that is done.

    Return None if stored pages must be read first (`tasks.load.stored_texts`).

    Raises:
        UnbalancedRunError: the number of outcomes differs from the number of documents read.
    """
    if run.resolved_file.is_file():
        return read_resolved(run)
    lake = open_lake(run.warehouse)
    with _connected(run, settings) as connection:
        snapshot = take_snapshot(lake)
        bring_up_kept(run.warehouse, snapshot, settings.load)
        define_inputs(connection, run, snapshot)
        define_article_keys(connection, lake)
        names = names_in_run(run, entries_of_sources(run.warehouse, snapshot))
        define_address_keys(connection, lake, snapshot, names)
        define_kept(connection, run.warehouse)
        # A run that reads stored bytes again, or whose rules change stored keys, needs all rows.
        if run.flow == REPROCESS or is_older(lake):
            connection.execute("create view whole_versions as from article_versions")
        else:
            narrow(connection, snapshot)
        define_captures(connection, reprocess=run.flow == REPROCESS)
        stored = StoredTexts(connection, run)
        if not stored.compare():
            return None
        decide(connection)
        stored.mark_unknown_changes()
        rows = connection.execute(statement("outcome_counts")).fetchall()
        counts = tuple(Count(*row) for row in rows)
        _check_balance(connection, run, counts)
        files = write_rows(connection, run, lake, settings, snapshot)
        resolved = Resolved(files, counts, _corrected_articles(connection))
    write_bytes(run.resolved_file, orjson.dumps(asdict(resolved)))
    log.info("resolved run=%s documents=%d", run.run_id, resolved.documents)
    return resolved


def read_resolved(run: Run) -> Resolved:
    """Return the content of `resolved.json`, which `resolve` has written for this run."""
    fields = orjson.loads(run.resolved_file.read_bytes())
    healed = fields.get("healed")  # older versions of Broadsheet do not write it
    return Resolved(
        fields["files"],
        tuple(Count(**count) for count in fields["counts"]),
        CorrectedArticles(**healed) if healed else None,
    )


def _corrected_articles(connection: _Connection) -> CorrectedArticles | None:
    counted = connection.execute(
        "select count(*) filter (current_versions = 0), count(*) filter (current_versions > 1) "
        "from damaged"
    ).fetchone()
    return CorrectedArticles(*counted) if counted and any(counted) else None


@contextmanager
def _connected(run: Run, settings: Settings) -> Iterator[_Connection]:
    with working_connection(settings, run.folder / "spill") as connection:
        if run.documents_read() < _LEAST_FOR_TWO_THREADS:
            connection.execute("set threads = 1")
        try:
            yield connection
        except duckdb.Error as error:
            remove_kept(run.warehouse)
            raise BroadsheetError(
                f"Run {run.run_id} could not be resolved: {str(error).splitlines()[0]}; mend that "
                f"and repeat the command, which resumes the run and builds the files in {KEPT}/ "
                "anew."
            ) from error


def _check_balance(connection: _Connection, run: Run, counts: tuple[Count, ...]) -> None:
    read, decided = run.documents_read(), sum(count.documents for count in counts)
    if decided != read:
        raise UnbalancedRunError(
            f"Run {run.run_id} read {read} documents and has outcomes for {decided}: "
            "nothing was loaded; please report this as a defect."
        )
    repeated = connection.execute(statement("repeated_locators")).fetchall()
    if repeated:
        raise UnbalancedRunError(
            f"Run {run.run_id} has {repeated[0][1]} documents at one locator, {repeated[0][0]}: "
            "nothing was loaded; please report this as a defect."
        )
