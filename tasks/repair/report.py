"""What a repair reports: a line for each file, what was lost, and totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from tasks.repair.journal import SetAside
from tasks.repair.tables import Tables


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file, and whose rows it held.

    Attributes:
        held: such as "12 rows of the nightly run … (night of 2025-03-12)"; empty for other files.
        healed: how many rows were made again; None before that is known.
    """

    file: SetAside
    held: str
    healed: int | None


@dataclass(frozen=True, slots=True)
class LostVersion:
    """A version that the ledger names and that could not be made again."""

    run: str
    article_id: str
    version: int
    url: str | None


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What a repair did, or would do.

    Attributes:
        lost: versions that are beyond repair; for a dry run all that are missing.
        notes: sentences about everything that is no file set aside.
        articles: how many the warehouse has afterwards; None for a dry run.
    """

    files: tuple[FileLine, ...]
    lost: tuple[LostVersion, ...]
    notes: tuple[str, ...]
    articles: int | None


def file_lines(
    files: Sequence[SetAside], tables: Tables, recorded: Sequence[Mapping[str, Any]] = ()
) -> tuple[FileLine, ...]:
    """Return the line of each file.

    Args:
        recorded: their rows in `repairs`, once these are known.
    """
    healed = {row["file"]: row["healed"] for row in recorded}
    runs = described_runs(tables)
    return tuple(FileLine(file, _held(file, runs), healed.get(file.file)) for file in files)


def lost_versions(tables: Tables, unfinished: list[str]) -> tuple[LostVersion, ...]:
    """Return the versions that the ledger names and article_versions lacks."""
    runs = described_runs(tables)
    return tuple(
        LostVersion(runs.get(run_id, f"run {run_id}"), article_id, version, url)
        for run_id, article_id, version, url, _, _ in tables.named(
            "lost_versions", unfinished=unfinished
        )
    )


def described_runs(tables: Tables) -> dict[str, str]:
    """Return each run's flow and id, and its night if it has one."""
    found = tables.rows("select run_id, flow, parameters from runs")
    return {
        run_id: f"{flow} run {run_id}{_night(parameters)}" for run_id, flow, parameters in found
    }


def _held(file: SetAside, runs: Mapping[str, str]) -> str:
    if not file.held_run_id:
        return ""
    count = "its rows" if file.rows is None else f"{file.rows:,} rows"
    return f"{count} of the {runs.get(file.held_run_id, f'run {file.held_run_id}')}"


def _night(parameters: str | None) -> str:
    night = orjson.loads(parameters or "{}").get("night")
    return f", night of {night}" if night else ""
