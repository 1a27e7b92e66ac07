"""The commands `snapshot …`: named states of the corpus."""

from pathlib import Path

from config.settings import Settings
from config.wording import counted
from flows.actions.answers import AnswerOptions, print_answer, sql_command
from flows.actions.nights import run_interruptibly, run_with_progress
from flows.terminal.screen import one_line, screen
from tasks.keep.snapshots import SnapshotRequest, create_snapshot
from tasks.keep.verify import compared, verify_snapshot, write_again

console = screen(soft_wrap=True)

_LISTED = "select name, created_at, articles, where_sql, checksum, old_checksum from snapshots"


def create_command(request: SnapshotRequest, settings: Settings) -> None:
    """Make a snapshot, and print its number of articles, its folder and its checksum."""
    made = run_with_progress(settings, lambda stages: create_snapshot(request, stages))
    console.print(
        f"Snapshot {one_line(made.name)}: {counted(made.articles, 'article')} in "
        f"{one_line(str(request.folder))}, checksum {made.checksum}",
        markup=False,
    )
    if not request.authors:
        console.print("Nobody is named as its author: complete README.md and CITATION.cff by hand.")


def list_snapshots(warehouse: Path, form: str) -> None:
    """Print the table `snapshots`, oldest first."""
    sql_command(f"{_LISTED} order by created_at", warehouse, AnswerOptions(form))


def verify_command(name: str, out: Path | None, settings: Settings) -> bool:
    """Print what differs from a snapshot; return whether nothing does."""
    done = run_interruptibly(settings, lambda: verify_snapshot(name, out, settings))
    for sentence in done.differences:
        console.print(one_line(sentence), markup=False)
    if done.folder is None:
        what = "its tagged state is as it was made; no folder was checked"
    else:
        what = f"the data of {done.folder} and its tagged state are as they were made"
    if not done.differences:
        console.print(
            f"Snapshot {one_line(done.stored.name)}: {one_line(what)}.",
            markup=False,
        )
    return not done.differences


def diff_snapshots(first: str, second: str, settings: Settings, form: str) -> None:
    """Print the articles that differ between two snapshots, and how many to standard error."""
    with compared(first, second, settings) as connection:
        print_answer(connection, "from changes", AnswerOptions(form))
        counts = connection.execute(
            "select change, count(*) from changes group by all order by all"
        ).fetchall()
    said = ", ".join(f"{number:,} {change}" for change, number in counts) or "no article differs"
    screen(stderr=True).print(said)


def export_snapshot(name: str, out: Path | None, settings: Settings) -> None:
    """Write a snapshot's folder from its tagged state, and print its checksum."""
    folder, checksum = run_interruptibly(settings, lambda: write_again(name, out, settings))
    console.print(f"{one_line(str(folder))} is written, checksum {checksum}", markup=False)
