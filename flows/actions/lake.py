"""The commands `lake …`: the tables in a bucket, in step with those of the warehouse."""

from config.settings import Settings
from config.wording import counted
from flows.actions.nights import run_with_progress
from flows.terminal.screen import one_line, screen
from tasks.jobs.lake import push_by_hand

console = screen(soft_wrap=True)


def push_command(settings: Settings, *, wait: bool, replace_newer: bool) -> None:
    """Push, and print what was new."""
    done = run_with_progress(
        settings, lambda stages: push_by_hand(stages, wait=wait, replace_newer=replace_newer)
    )
    if not done.tables:
        console.print(one_line(f"{settings.lake} is in step; nothing was pushed."), markup=False)
        return
    console.print(
        one_line(
            f"{counted(done.tables, 'table')} of {settings.lake} changed, "
            f"{counted(done.files, 'file')} ({done.bytes / 1e6:,.1f} MB) uploaded."
        ),
        markup=False,
    )
