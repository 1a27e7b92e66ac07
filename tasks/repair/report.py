"""The report of a repair: a line for each file, lost versions, and notes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from config.wording import counted
from tasks.repair.journal import SetAside
from tasks.repair.tables import Tables
from warehouse.schema import ARTICLE_VERSIONS


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that was or would be set aside, and the rows that it held.

    Attributes:
        held: such as "12 rows of the nightly run …, night of 2025-03-12"; "" for a file without
            rows.
        healed: how many of these rows were restored; None while that is not known.
    """

    file: SetAside
    held: str
    healed: int | None


@dataclass(frozen=True, slots=True)
class LostVersion:
    """A version that the ledger names and that could not be restored."""

    run: str
    article_id: str
    version: int
    url: str | None


@dataclass(frozen=True, slots=True)
class RepairReport:
    """The result of a repair, or of a dry run.

    Attributes:
        files: the files that are set aside.
        lost: the versions that could not be restored; for a dry run all that are missing.
        notes: sentences about anything else.
        articles: how many articles the warehouse has afterwards; None for a dry run.
        lost_rows: sentences about lost rows of other tables than the versions.
    """

    files: tuple[FileLine, ...]
    lost: tuple[LostVersion, ...]
    notes: tuple[str, ...]
    articles: int | None
    lost_rows: tuple[str, ...] = ()

    @property
    def has_losses(self) -> bool:
        """Return whether anything could not be restored."""
        return bool(self.lost or self.lost_rows)


def file_lines(
    files: Sequence[SetAside], tables: Tables, recorded: Sequence[Mapping[str, Any]] = ()
) -> tuple[FileLine, ...]:
    """Return a line for each file.

    Args:
        recorded: the rows of these files in `repairs`, once they are known.
    """
    healed: Counter[str] = Counter()
    for row in recorded:
        healed[row["file"]] += row["healed"] or 0
    runs = described_runs(tables)
    return tuple(FileLine(file, _held(file, runs), healed.get(file.file)) for file in files)


def lost_versions(tables: Tables, unfinished: list[str]) -> tuple[LostVersion, ...]:
    """Return the versions that the ledger names and that article_versions lacks."""
    runs = described_runs(tables)
    return tuple(
        LostVersion(runs.get(run_id, f"run {run_id}"), article_id, version, url)
        for run_id, article_id, version, url, _, _ in tables.named(
            "lost_versions", unfinished=unfinished
        )
    )


def rows_lost(recorded: Sequence[Mapping[str, Any]], tables: Tables) -> Iterator[str]:
    """Yield a text such as "73 rows of documents, ingest run …" for each table and run.

    Versions that the ledger names are left out: `lost_versions` has them one by one.

    Args:
        recorded: the rows that the repair adds to `repairs`.
    """
    runs = described_runs(tables)
    lost: Counter[tuple[str, str | None]] = Counter()
    for row in recorded:
        is_named = row["table"] == ARTICLE_VERSIONS.name and row["held_run_id"]
        if not is_named and row["healed"] is not None:
            lost[row["table"] or "", row["held_run_id"]] += (row["rows"] or 0) - row["healed"]
    for (table, run_id), count in sorted(lost.items(), key=str):
        if count > 0:
            of = runs.get(run_id, f"run {run_id}") if run_id else "several runs"
            yield f"{counted(count, 'row')} of {table}, {of}"


def described_runs(tables: Tables) -> dict[str, str]:
    """Return a description of each run by its id: its flow, its id, and its night if it has one."""
    found = tables.rows("select run_id, flow, parameters from runs")
    return {
        run_id: f"{flow} run {run_id}{_night(parameters)}" for run_id, flow, parameters in found
    }


def _held(file: SetAside, runs: Mapping[str, str]) -> str:
    if not file.held_run_id:
        # A file of a table without a run is one into which those of several runs were merged.
        return f"{counted(file.rows, 'row')} of several runs" if file.table and file.rows else ""
    count = "its rows" if file.rows is None else counted(file.rows, "row")
    return f"{count} of the {runs.get(file.held_run_id, f'run {file.held_run_id}')}"


def _night(parameters: str | None) -> str:
    night = orjson.loads(parameters or "{}").get("night")
    return f", night of {night}" if night else ""
