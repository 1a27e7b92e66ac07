"""What a run shows in the terminal: progress, notices, and the closing table."""

from collections.abc import Sequence
from threading import Lock
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from flows.screen import one_line, styled
from tasks.account import LastNight, Visit
from tasks.pipeline import Summary
from tasks.watching import Watcher

COUNTS = {
    "found": "found",
    "new": "new",
    "known": "known",
    "excluded": "exclud",
    "fetched": "fetched",
    "reread": "again",
    "loaded": "loaded",
    "revised": "revised",
    "unchanged": "same",
    "rejected": "reject",
    "failed": "fail",
}
# Of a terminal, and of the name of a source in it.
WIDTH, LEAST_NAME = 80, 8
SUMS = (
    "found = new + known; fetched = loaded + revised + same + reject + fail,\n"
    "of which again: pages that had come before, and were looked at again"
)


class ProgressWatcher(Watcher):
    """Progress bars: the lists of sources, the pages to fetch, the bytes of the plan."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", style="bold", markup=False),
            BarColumn(),
            TextColumn("{task.fields[count]:,} {task.fields[unit]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bars: dict[str, TaskID] = {}
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def notice(self, sentence: str) -> None:
        self._progress.console.print(styled("yellow", "note:", f" {one_line(sentence)}"))

    def discovering(self, sources: int) -> None:
        self._begin("discover", sources, "pages found")

    def discovered(self, source: str, found: int) -> None:
        self._advance("discover", 1, found)

    def fetching(self, pages: int) -> None:
        self._begin("fetch", pages, "kB")

    def fetched(self, outcome: str, size: int) -> None:
        self._advance("fetch", 1, size // 1000)

    def planned(self, batches: int, size: int) -> None:
        self._begin("ingest", size, "documents")

    def document(self) -> None:
        self._advance("ingest", 0, 1)

    def batch(self, size: int) -> None:
        self._advance("ingest", size, 0)

    def _begin(self, name: str, total: int, unit: str) -> None:
        with self._lock:
            self._counts[name] = 0
            self._bars[name] = self._progress.add_task(name, total=total, count=0, unit=unit)
        self._progress.start()  # not before: until then, wrong usage ends the command in a line

    def _advance(self, name: str, steps: int, count: int) -> None:
        with self._lock:
            self._counts[name] += count
            self._progress.update(self._bars[name], advance=steps, count=self._counts[name])


def closing_table(summary: Summary) -> Table:
    """Documents in, by outcome, by reason, with seconds and rate: the end of every run."""
    resolved = summary.resolved
    seconds = sum(summary.seconds.values())
    rate = resolved.documents / seconds if seconds else 0.0
    stages = ", ".join(f"{stage} {spent:.1f} s" for stage, spent in summary.seconds.items())
    table = Table(
        title=f"Run {summary.run_id}",
        title_justify="left",
        caption=f"{seconds:.1f} s, {rate:,.0f} documents/s ({stages})\n{summary.published}",
        caption_justify="left",
        show_footer=True,
    )
    table.add_column("outcome", footer="documents in")
    table.add_column("reason")
    table.add_column("documents", justify="right", footer=f"{resolved.documents:,}")
    for outcome in ("loaded", "revised", "duplicate", "rejected", "failed"):
        counts = [count for count in resolved.counts if count.outcome == outcome]
        table.add_row(styled("bold", outcome), "", f"{resolved.by_outcome(outcome):,}")
        for count in sorted(counts, key=lambda count: -count.documents):
            if count.reason:
                table.add_row("", count.reason, styled("dim", f"{count.documents:,}"))
    return table


def night_table(visits: Sequence[Visit]) -> Group:
    """Returns the end of every night: a row per source, and a line for each that needs a look.

    It fits 80 columns; `exclud` has a column where something is excluded.
    """
    shown = {
        name: heading
        for name, heading in COUNTS.items()
        if name != "excluded" or any(visit.excluded for visit in visits)
    }
    sums = SUMS.replace("known;", "known + exclud;") if "excluded" in shown else SUMS
    totals = {name: f"{sum(getattr(visit, name) for visit in visits):,}" for name in shown}
    widths = {name: max(len(heading), len(totals[name])) for name, heading in shown.items()}
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0), show_footer=True)
    # Rich leaves out the last columns rather than shorten one that must not be wrapped.
    room = max(LEAST_NAME, WIDTH - 1 - sum(widths.values()) - len(widths))
    table.add_column("source", footer="all", no_wrap=True, overflow="ellipsis", max_width=room)
    for name, heading in shown.items():
        table.add_column(heading, justify="right", min_width=widths[name], footer=totals[name])
    for visit in visits:
        table.add_row(one_line(visit.source), *(f"{getattr(visit, name):,}" for name in shown))
    notes = [
        Text(one_line(f"{visit.source}: {visit.note}"), style="yellow")
        for visit in visits
        if visit.note
    ]
    return Group(table, Text(sums, style="dim"), *notes)


def last_nights_table(nights: Sequence[LastNight]) -> Table:
    """Returns a row per night, all sources together; it fits 80 columns."""
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("night", no_wrap=True)
    table.add_column("loaded at", no_wrap=True)
    table.add_column("sources", justify="right", no_wrap=True)
    names = ("fetched", "loaded", "revised", "unchanged", "rejected", "failed")
    for name in names:
        table.add_column(COUNTS[name], justify="right", no_wrap=True)
    for one in nights:
        gave = one.sources - one.failed_sources
        sources = f"{gave}/{one.sources}" if one.failed_sources else f"{one.sources}"
        when = f"{one.finished_at.astimezone():%Y-%m-%d %H:%M}" if one.finished_at else ""
        counts = (f"{getattr(one, name):,}" for name in names)
        table.add_row(str(one.night), when, sources, *counts)
    return table
