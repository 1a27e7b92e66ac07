"""A run's result in words and tables, for the terminal, state messages and artifacts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tasks.pipeline import Summary
from warehouse.query import opened, rows
from warehouse.statements import statement

OUTCOMES = ("loaded", "revised", "duplicate", "rejected", "failed")


def one_line(summary: Summary, outcomes: Iterable[str] = OUTCOMES) -> str:
    """Such as "1,204 loaded, 31 revised, 12 rejected"; what is zero is left out."""
    counts = ((outcome, summary.resolved.by_outcome(outcome)) for outcome in outcomes)
    return ", ".join(f"{count:,} {outcome}" for outcome, count in counts if count)


@dataclass(frozen=True, slots=True)
class Visit:
    """One source's night: a line of the closing table."""

    source: str
    found: int
    fetched: int
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


def visits(summary: Summary) -> list[Visit]:
    """The sources of a nightly run, in the order of their names."""
    with opened(summary.published.parent) as connection:
        _, found = rows(connection, statement("night_table"), {"run_id": summary.run_id})
    return [Visit(*row) for row in found]


def night_line(summary: Summary) -> str:
    """Such as "1,204 loaded, 31 revised, 12 rejected, 1 source failed"."""
    failed = sum(visit.discovery == "failed" for visit in visits(summary))
    sources = f", {failed} source{'s' if failed > 1 else ''} failed" if failed else ""
    outcomes = (outcome for outcome in OUTCOMES if outcome != "duplicate")
    return (one_line(summary, outcomes) or "nothing new") + sources
