"""What a run shows in the terminal: progress, notices, and the closing table."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from tasks.pipeline import Summary, Watcher


class ProgressWatcher(Watcher):
    """A progress bar over the bytes of the plan, with documents and their rate."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("[bold]ingest[/bold]"),
            BarColumn(),
            TextColumn("{task.fields[documents]:,} documents"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bar = self._progress.add_task("ingest", total=None, documents=0)
        self._documents = 0

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
        self._progress.console.print(f"[yellow]note:[/yellow] {sentence}")

    def planned(self, batches: int, size: int) -> None:
        self._progress.update(self._bar, total=size)
        self._progress.start()  # not before: until then, wrong usage ends the command in a line

    def document(self) -> None:
        self._documents += 1
        self._progress.update(self._bar, documents=self._documents)

    def batch(self, size: int) -> None:
        self._progress.advance(self._bar, size)


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
        table.add_row(f"[bold]{outcome}[/bold]", "", f"{resolved.by_outcome(outcome):,}")
        for count in sorted(counts, key=lambda count: -count.documents):
            if count.reason:
                table.add_row("", count.reason, f"[dim]{count.documents:,}[/dim]")
    return table
