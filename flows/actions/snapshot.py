"""The commands `snapshot …`: named states of the corpus."""

from pathlib import Path

from config.settings import Settings
from flows.actions.answers import AnswerOptions, sql_command
from flows.actions.nights import run_with_progress
from flows.terminal.screen import one_line, screen
from tasks.keep.snapshots import SnapshotRequest, create_snapshot

console = screen(soft_wrap=True)

_LISTED = "select name, created_at, articles, where_sql, checksum, old_checksum from snapshots"


def create_command(request: SnapshotRequest, settings: Settings) -> None:
    """Make a snapshot, and print its number of articles, its folder and its checksum."""
    made = run_with_progress(settings, lambda stages: create_snapshot(request, stages))
    console.print(
        f"Snapshot {one_line(made.name)}: {made.articles:,} articles in "
        f"{one_line(str(request.folder))}, checksum {made.checksum}",
        markup=False,
    )
    if not request.authors:
        console.print("Nobody is named as its author: complete README.md and CITATION.cff by hand.")


def list_snapshots(warehouse: Path, form: str) -> None:
    """Print the table `snapshots`, oldest first."""
    sql_command(f"{_LISTED} order by created_at", warehouse, AnswerOptions(form))
