"""The progress bars, notices and closing tables of a run in the terminal."""

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

from flows.terminal.screen import one_line, styled
from tasks.jobs.inputs import InputsOfRun
from tasks.jobs.report import LastNight, Visit
from tasks.pipeline import Summary
from tasks.runs.progress import ProgressListener

# The columns of tables of nights: attribute of a visit, and heading.
_HEADINGS = {
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
WIDTH = 80  # characters of a terminal
LEAST_NAME = 8  # characters of a source's name that are shown in any case
SUMS = (
    "found = new + known; fetched = loaded + revised + same + reject + fail,\n"
    "again: known pages that were fetched again; they are part of fetched"
)


class ProgressBars(ProgressListener):
    """A listener that shows progress bars for reading lists, fetching pages and reading input.

    It draws nothing if the console is not a terminal.
    """

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

    def backing_up(self, files: int) -> None:
        self._begin("files", files, "kB")

    def backed_up(self, size: int) -> None:
        self._advance("files", 1, size // 1000)

    def _begin(self, name: str, total: int, unit: str) -> None:
        with self._lock:
            self._counts[name] = 0
            self._bars[name] = self._progress.add_task(name, total=total, count=0, unit=unit)
        # Not started earlier, so that an error of usage prints one line and no empty bars.
        self._progress.start()

    def _advance(self, name: str, steps: int, count: int) -> None:
        with self._lock:
            self._counts[name] += count
            self._progress.update(self._bars[name], advance=steps, count=self._counts[name])


def closing_table(summary: Summary) -> Table:
    """Return the table that closes a run: documents by outcome and reason, with time and rate."""
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


def show_inputs(out: Console, inputs: InputsOfRun) -> None:
    """Print how the inputs of a run were understood, and what is probably a mistake."""
    for line in inputs.lines():
        out.print(one_line(line), soft_wrap=True)
    for line in inputs.warnings():
        out.print(styled("yellow", "note:", f" {one_line(line)}"), soft_wrap=True)


def night_table(visits: Sequence[Visit]) -> Group:
    """Return the table that closes a night: a row per source, and a note where one needs a look.

    It fits 80 columns. The column `exclud` is there only if something was excluded.
    """
    shown = {
        name: heading
        for name, heading in _HEADINGS.items()
        if name != "excluded" or any(visit.excluded for visit in visits)
    }
    sums = SUMS.replace("known;", "known + exclud;") if "excluded" in shown else SUMS
    totals = {name: f"{sum(getattr(visit, name) for visit in visits):,}" for name in shown}
    widths = {name: max(len(heading), len(totals[name])) for name, heading in shown.items()}
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0), show_footer=True)
    # Rich would rather drop the last columns than shorten a column that must not be wrapped.
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
    """Return a table with a row per night, all sources together; it fits 80 columns."""
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("night", no_wrap=True)
    table.add_column("loaded at", no_wrap=True)
    table.add_column("sources", justify="right", no_wrap=True)
    names = ("fetched", "loaded", "revised", "unchanged", "rejected", "failed")
    for name in names:
        table.add_column(_HEADINGS[name], justify="right", no_wrap=True)
    for night in nights:
        successful = night.sources - night.failed_sources
        sources = f"{successful}/{night.sources}" if night.failed_sources else f"{night.sources}"
        when = f"{night.finished_at.astimezone():%Y-%m-%d %H:%M}" if night.finished_at else ""
        counts = (f"{getattr(night, name):,}" for name in names)
        table.add_row(str(night.night), when, sources, *counts)
    return table
