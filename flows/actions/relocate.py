"""The command `relocate`: repair the paths of a moved warehouse and print what was done."""

from rich.console import Console

from config.settings import Settings
from config.wording import counted
from flows.actions.nights import run_with_progress
from flows.terminal.screen import one_line, screen
from tasks.jobs.relocate import relocate
from warehouse.folder import absolute
from warehouse.relocation import Relocated

console = screen(soft_wrap=True)


def relocate_command(settings: Settings, *, wait: bool, dry_run: bool) -> None:
    """Repair the paths and print how many files named another place."""
    done = run_with_progress(settings, lambda stages: relocate(stages, wait=wait, dry_run=dry_run))
    show_relocated(console, done, str(absolute(settings.warehouse)), dry_run=dry_run)


def show_relocated(out: Console, done: Relocated, here: str, *, dry_run: bool) -> None:
    """Print how many files of which kind named another place, and which cannot be read."""
    for path in done.damaged:
        out.print(one_line(f"{path} cannot be read; `broadsheet doctor` says whether it is needed"))
    if not done.files:
        out.print(one_line(f"All files name {here}; nothing was changed."))
        return
    out.print(
        f"{counted(done.metadata, 'metadata file')}, {counted(done.runs, 'file')} of unfinished "
        f"runs, {counted(done.others, 'other')}"
    )
    result = "would name" if dry_run else "now name"
    changed = "; nothing was changed" if dry_run else ""
    out.print(one_line(f"{done.files:,} files named {done.place} and {result} {here}{changed}."))
