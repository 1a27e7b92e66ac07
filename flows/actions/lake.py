"""The commands `lake …`: the tables in a bucket, in step with those of the warehouse."""

from config.settings import Settings
from config.wording import counted
from flows.actions.nights import run_with_progress
from flows.terminal.screen import one_line, screen
from tasks.jobs.lake import PushRequest, pull_by_hand, push_by_hand

console = screen(soft_wrap=True)


def push_command(settings: Settings, request: PushRequest) -> None:
    """Push, and print what was new."""
    done = run_with_progress(settings, lambda stages: push_by_hand(stages, request))
    if request.moved_from:
        console.print(
            one_line(
                f"The lake is at {settings.lake} now; nothing uses the objects at "
                f"{request.moved_from} any more: remove them, for they stay there otherwise."
            ),
            markup=False,
        )
    if done.restored:
        console.print(
            one_line(
                f"Uploaded again: {counted(done.restored, 'file')} that somebody had removed from "
                f"{settings.lake} or changed there."
            ),
            markup=False,
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


def pull_command(settings: Settings, *, wait: bool, discard: bool) -> None:
    """Pull, and print what was new."""
    done = run_with_progress(
        settings, lambda stages: pull_by_hand(stages, wait=wait, discard=discard)
    )
    if done.is_older:
        console.print(
            "The last push to the bucket was interrupted; this is the state before it, number "
            f"{done.number:,}."
        )
    changed = sum(bool(one.add or one.remove) for one in done.tables)
    if not changed:
        console.print(one_line(f"{settings.warehouse} is in step with {settings.lake}."))
        return
    console.print(
        one_line(
            f"{counted(changed, 'table')} of {settings.warehouse} changed, "
            f"{counted(done.files, 'file')} ({done.bytes / 1e6:,.1f} MB) downloaded; the state "
            f"number {done.number:,} of {settings.lake} is published."
        ),
        markup=False,
    )
