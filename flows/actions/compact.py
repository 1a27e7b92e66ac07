"""The command `compact`: merge the small files of the tables and print what was done."""

from rich.console import Console

from config.settings import Settings
from config.wording import counted
from flows.actions.nights import run_with_progress
from flows.terminal.screen import screen
from tasks.jobs.compact import Compacted, compact

console = screen(soft_wrap=True)


def compact_command(settings: Settings, *, wait: bool, dry_run: bool) -> None:
    """Merge files and print what was done; a dry run prints what would be done."""
    done = run_with_progress(settings, lambda stages: compact(stages, wait=wait, dry_run=dry_run))
    show_compacted(console, done, settings, dry_run=dry_run)


def show_compacted(out: Console, done: Compacted, settings: Settings, *, dry_run: bool) -> None:
    """Print a line for each table, and totals."""
    tables = done.merged.tables
    for one in tables:
        files, rows = counted(one.replaced, "file"), counted(one.rows, "row")
        out.print(f"{one.table}: {files} of {rows} into {one.merged:,}")
    if dry_run and tables:
        replaced, merged = sum(t.replaced for t in tables), sum(t.merged for t in tables)
        out.print(f"{replaced:,} files would be merged into {merged:,}; nothing was changed.")
    elif tables:
        days = settings.publish.grace_days
        out.print(f"{done.merged} The replaced files are removed after {days} days.")
    else:
        out.print("No table has files to merge.")
    if done.removed:
        out.print(f"{done.removed:,} files that nothing needed any more were removed.")
