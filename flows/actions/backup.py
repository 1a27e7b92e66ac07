"""The commands `backup` and `restore`: a warehouse's files, copied and checked."""

from config.settings import Settings
from config.wording import counted
from flows.actions.nights import run_with_progress
from flows.terminal.screen import one_line, screen
from tasks.keep.backup import BackupRequest, back_up
from tasks.keep.restore import RestoreRequest, restore

console = screen(soft_wrap=True)


def backup_command(request: BackupRequest, settings: Settings) -> None:
    """Make a backup, and print how many files were copied and linked."""
    done = run_with_progress(settings, lambda stages: back_up(request, stages))
    linked = f", {done.linked:,} linked" if done.linked else ""
    removed = f", {done.removed:,} removed" if done.removed else ""
    console.print(
        f"{counted(done.copied, 'file')} copied ({done.bytes / 1e6:,.1f} MB){linked}, "
        f"{done.unchanged:,} unchanged{removed}: "
        f"{one_line(str(request.folder))} holds the present state.",
        markup=False,
    )
    for run_id in done.unfinished_runs:
        console.print(f"The run {run_id} was not finished; it resumes after a restore.")


def restore_command(request: RestoreRequest, settings: Settings) -> None:
    """Restore a backup, and print what was restored and what to do next."""
    done = run_with_progress(settings, lambda stages: restore(request, stages))
    console.print(
        f"{counted(done.files, 'file')} ({done.bytes / 1e6:,.1f} MB) of the backup of "
        f"{done.made_at} restored to {one_line(str(done.warehouse))}, all checksums right.",
        markup=False,
    )
    if done.taken_down:
        console.print(
            f"Taken down here, too, because they were taken down after the backup was made: "
            f"{counted(done.taken_down, 'article')}."
        )
    if done.without_prefect:
        console.print(
            "Prefect's database was left in the backup, because it names the former place; the "
            "next `broadsheet up` makes a new one."
        )
    if done.unfinished_runs:
        console.print(
            f"Not finished when the backup was made: {counted(done.unfinished_runs, 'run')}; the "
            "next night or ingest resumes or drops what is unfinished, and says so."
        )
