"""What a run came to, read from what it published: the story that a person is told."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from tasks.pipeline import Summary
from warehouse.query import opened, rows
from warehouse.statements import statement

# Nights without which nobody can say what is usual.
USUAL_NIGHTS = 3
OUTCOMES = ("loaded", "revised", "duplicate", "rejected", "failed")


def one_line(summary: Summary, outcomes: tuple[str, ...] = OUTCOMES) -> str:
    """Such as "1,204 loaded, 31 revised, 12 rejected"; what is zero is left out."""
    counts = ((outcome, summary.resolved.by_outcome(outcome)) for outcome in outcomes)
    return ", ".join(f"{count:,} {outcome}" for outcome, count in counts if count)


@dataclass(frozen=True, slots=True)
class Visit:
    """One source's night."""

    source: str
    found: int
    new: int
    known: int
    excluded: int
    fetched: int
    reread: int
    unchanged: int
    loaded: int
    revised: int
    rejected: int
    failed: int
    waiting: int
    newest_at: datetime | None
    discovery: str
    problem: str | None
    possible_loss: bool

    @property
    def note(self) -> str:
        """What a person should know, in some words."""
        notes = []
        if self.possible_loss:
            notes.append("possible loss: a feed shares no item with its last visit")
        if self.problem:
            notes.append(self.problem)
        if self.waiting:
            notes.append(f"{self.waiting:,} not asked for or waiting, see fetches")
        return "; ".join(notes)


@dataclass(frozen=True, slots=True)
class LastNight:
    """All sources of a night together, whoever started it: Prefect, cron or a person.

    Attributes:
        finished_at: when its last run was loaded.
    """

    night: date
    finished_at: datetime
    sources: int
    failed_sources: int
    fetched: int
    loaded: int
    revised: int
    unchanged: int
    rejected: int
    failed: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """Why documents were dropped, and one of them.

    Attributes:
        example: its address, or its locator where it has none.
    """

    outcome: str
    reason: str
    documents: int
    example: str


@dataclass(frozen=True, slots=True)
class Night:
    """A nightly run's account.

    Attributes:
        line: such as "1,204 loaded, 31 revised, 12 rejected, 1 source failed".
        history: (night, new articles) of the same sources, the newest first, this one included.
        warnings: sentences: possible loss, failed and silent sources, shorter texts.
        thin: the sentence that says so, where the night brought far less than is usual.
    """

    night: date
    line: str
    visits: tuple[Visit, ...]
    dropped: tuple[Dropped, ...]
    history: tuple[tuple[date, int], ...]
    warnings: tuple[str, ...]
    thin: str | None

    @property
    def failed_sources(self) -> int:
        return sum(visit.discovery == "failed" for visit in self.visits)


def account_of_night(summary: Summary, night: date, thin_share: float) -> Night:
    """Reads a nightly run's account.

    Args:
        night: the run's night.
        thin_share: a night with less than this share of the usual is thin.
    """
    with opened(summary.published.parent) as connection:
        asked = {"run_id": summary.run_id}
        visits = _visits(connection, summary)
        history = tuple(
            (row[0], row[1]) for row in _rows(connection, "night_history", asked | {"night": night})
        )
        silent = _rows(connection, "silent_in_run", asked)
        shorter = _rows(connection, "shorter_texts", asked | {"night": night})
    thin = _thin(history, thin_share)
    warnings = [*_of_visits(visits), *_of_silent(silent), *_of_shorter(shorter)]
    return Night(
        night=night,
        line=night_line(summary, visits),
        visits=visits,
        dropped=account_of_dropped(summary),
        history=history,
        warnings=(*([thin] if thin else []), *warnings),
        thin=thin,
    )


def account_of_dropped(summary: Summary) -> tuple[Dropped, ...]:
    """Why a run's documents were dropped, the commonest reasons first."""
    with opened(summary.published.parent) as connection:
        found = _rows(connection, "dropped_examples", {"run_id": summary.run_id})
    return tuple(Dropped(*row) for row in found)


def visits_of(summary: Summary) -> tuple[Visit, ...]:
    """The sources of a nightly run, in the order of their names."""
    with opened(summary.published.parent) as connection:
        return _visits(connection, summary)


def last_nights(warehouse: Path, count: int) -> tuple[LastNight, ...]:
    """Returns the nights that were last run, the newest first.

    Raises:
        UsageError: nothing is published, or it cannot be opened.
    """
    with opened(warehouse) as connection:
        return tuple(LastNight(*row) for row in _rows(connection, "last_nights", {"count": count}))


def night_line(summary: Summary, visits: tuple[Visit, ...]) -> str:
    """Such as "1,204 loaded, 31 revised, 12 rejected, 1 source failed"."""
    failed = sum(visit.discovery == "failed" for visit in visits)
    sources = f", {failed} source{'s' if failed > 1 else ''} failed" if failed else ""
    outcomes = tuple(outcome for outcome in OUTCOMES if outcome != "duplicate")
    return (one_line(summary, outcomes) or "nothing new") + sources


def _visits(connection: duckdb.DuckDBPyConnection, summary: Summary) -> tuple[Visit, ...]:
    return tuple(
        Visit(*row) for row in _rows(connection, "night_table", {"run_id": summary.run_id})
    )


def _rows(
    connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any]
) -> list[tuple[Any, ...]]:
    return rows(connection, statement(name), values)[1]


def _thin(history: tuple[tuple[date, int], ...], share: float) -> str | None:
    (_, tonight), *before = history or ((date.min, 0),)
    usual = [loaded for _, loaded in before[:14] if loaded]
    if len(usual) < USUAL_NIGHTS or tonight >= share * median(usual):
        return None
    return f"A thin night: {tonight:,} new articles, where {median(usual):,.0f} are usual."


def _of_visits(visits: tuple[Visit, ...]) -> list[str]:
    return [
        f"{visit.source}: {visit.note}."
        for visit in visits
        if visit.possible_loss or visit.discovery != "ok"
    ]


def _of_silent(silent: list[tuple[Any, ...]]) -> list[str]:
    return [
        f"{source} is silent: nothing new for {days:,} days, since {last}; {habit:,} were its "
        "longest pause before."
        for source, last, days, habit in silent
    ]


def _of_shorter(shorter: list[tuple[Any, ...]]) -> list[str]:
    return [
        f"{source}: its new texts have {now:,} words in the median, {before:,} before: was the "
        "site rebuilt, or closed by a wall?"
        for source, before, now in shorter
    ]
