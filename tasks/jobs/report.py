"""Run reports for people, read from the published file: counts, warnings, and past nights."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from config.wording import counted
from tasks.pipeline import Summary
from warehouse.query import opened, rows
from warehouse.statements import statement

# With fewer nights than this before it, a night cannot be called thin.
USUAL_NIGHTS = 3
OUTCOMES = ("loaded", "revised", "duplicate", "rejected", "failed")


def summary_line(summary: Summary, outcomes: tuple[str, ...] = OUTCOMES) -> str:
    """Return a line such as "1,204 loaded, 31 revised, 12 rejected", without zero counts."""
    counts = ((outcome, summary.resolved.by_outcome(outcome)) for outcome in outcomes)
    return ", ".join(f"{count:,} {outcome}" for outcome, count in counts if count)


@dataclass(frozen=True, slots=True)
class Visit:
    """The counts of one source in a nightly run; columns of `visits`, and how many wait."""

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
        """Return what a person should know about the visit, in a few words; "" if all is well."""
        notes = []
        if self.possible_loss:
            notes.append("possible loss: a feed shares no item with its last visit")
        if self.problem:
            notes.append(self.problem)
        if self.waiting:
            notes.append(f"{self.waiting:,} refused or waiting, see fetches")
        return "; ".join(notes)


@dataclass(frozen=True, slots=True)
class LastNight:
    """The sums of a night over all its sources, whether Prefect, cron or a person started it.

    Attributes:
        finished_at: when the last run of the night was loaded.
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
class DropExamples:
    """A reason for which documents were dropped, their number, and an example.

    Attributes:
        example: the address of one of them, or its locator if it has no address.
    """

    outcome: str
    reason: str
    documents: int
    example: str


@dataclass(frozen=True, slots=True)
class WatchedArticles:
    """The new hits of a watch in a night: their number, and the titles of the first five."""

    watch: str
    articles: int
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NightReport:
    """The report of a nightly run.

    Attributes:
        line: a summary such as "1,204 loaded, 31 revised, 12 rejected, 1 source failed".
        visits: the sources, in the order of their names.
        dropped: the reasons for which documents were dropped, the most frequent first.
        history: (night, new articles) of the same sources, the newest first, with this night.
        warnings: sentences about a thin night, possible loss, failed and silent sources, and
            shorter texts.
        thin: the warning that the night brought far fewer articles than usual, if it did.
        watched: the watches that have new hits.
    """

    night: date
    line: str
    visits: tuple[Visit, ...]
    dropped: tuple[DropExamples, ...]
    history: tuple[tuple[date, int], ...]
    warnings: tuple[str, ...]
    thin: str | None
    watched: tuple[WatchedArticles, ...] = ()

    @property
    def failed_sources(self) -> int:
        """Return the number of sources whose lists could not be read."""
        return sum(visit.discovery == "failed" for visit in self.visits)


def report_night(summary: Summary, night: date, thin_share: float) -> NightReport:
    """Return the report of a nightly run.

    Args:
        night: the night of the run.
        thin_share: a night with less than this share of the usual number of articles is thin.
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
    warnings = [
        *_visit_warnings(visits),
        *_silence_warnings(silent),
        *_shorter_text_warnings(shorter),
    ]
    return NightReport(
        night=night,
        line=night_line(summary, visits),
        visits=visits,
        dropped=dropped_examples(summary),
        history=history,
        warnings=(*([thin] if thin else []), *warnings),
        thin=thin,
        watched=watched_in_run(summary),
    )


def dropped_examples(summary: Summary) -> tuple[DropExamples, ...]:
    """Return the reasons for which a run dropped documents, the most frequent first."""
    with opened(summary.published.parent) as connection:
        found = _rows(connection, "dropped_examples", {"run_id": summary.run_id})
    return tuple(DropExamples(*row) for row in found)


def watched_in_run(summary: Summary) -> tuple[WatchedArticles, ...]:
    """Return the watches that have new hits in a run."""
    with opened(summary.published.parent) as connection:
        found = _rows(connection, "watch_hits_of_run", {"run_id": summary.run_id})
    return tuple(WatchedArticles(name, count, tuple(titles)) for name, count, titles in found)


def visits_of_run(summary: Summary) -> tuple[Visit, ...]:
    """Return the visits of a nightly run, in the order of the sources' names."""
    with opened(summary.published.parent) as connection:
        return _visits(connection, summary)


def last_nights(warehouse: Path, count: int) -> tuple[LastNight, ...]:
    """Return the nights that were run last, the newest first.

    Raises:
        UsageError: nothing is published, or the published file cannot be opened.
    """
    with opened(warehouse) as connection:
        return tuple(LastNight(*row) for row in _rows(connection, "last_nights", {"count": count}))


def night_line(summary: Summary, visits: tuple[Visit, ...]) -> str:
    """Return a line such as "1,204 loaded, 31 revised, 12 rejected, 1 source failed"."""
    failed = sum(visit.discovery == "failed" for visit in visits)
    sources = f", {failed} source{'s' if failed > 1 else ''} failed" if failed else ""
    outcomes = tuple(outcome for outcome in OUTCOMES if outcome != "duplicate")
    return (summary_line(summary, outcomes) or "nothing new") + sources


def _visits(connection: duckdb.DuckDBPyConnection, summary: Summary) -> tuple[Visit, ...]:
    return tuple(
        Visit(*row) for row in _rows(connection, "night_table", {"run_id": summary.run_id})
    )


def _rows(
    connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any]
) -> list[tuple[Any, ...]]:
    return rows(connection, statement(name), values)[1]


def _thin(history: tuple[tuple[date, int], ...], share: float) -> str | None:
    """Return a warning if the newest night is thin.

    It is compared with the median of the 14 nights before it, without nights that brought nothing.
    """
    (_, tonight), *before = history or ((date.min, 0),)
    usual = [loaded for _, loaded in before[:14] if loaded]
    if len(usual) < USUAL_NIGHTS or tonight >= share * median(usual):
        return None
    return f"A thin night: {tonight:,} new articles, where {median(usual):,.0f} are usual."


def _visit_warnings(visits: tuple[Visit, ...]) -> list[str]:
    return [
        f"{visit.source}: {visit.note}."
        for visit in visits
        if visit.possible_loss or visit.discovery != "ok"
    ]


def _silence_warnings(silent: list[tuple[Any, ...]]) -> list[str]:
    return [
        f"{source} is silent: nothing new for {counted(days, 'day')}, since {last}; its longest "
        f"pause before that was {counted(habit, 'day')}."
        for source, last, days, habit in silent
    ]


def _shorter_text_warnings(shorter: list[tuple[Any, ...]]) -> list[str]:
    return [
        f"{source}: the median length of its new texts is {now:,} words, down from {before:,}: was "
        "the site rebuilt, or put behind a paywall?"
        for source, before, now in shorter
    ]
