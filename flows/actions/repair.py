"""The command `repair`: repair the warehouse and print what was done."""

from rich.console import Console

from config.settings import Settings
from flows.actions.nights import run_with_progress
from flows.terminal.screen import one_line, screen
from tasks.repair.repair import repair
from tasks.repair.report import FileLine, RepairReport

console = screen(soft_wrap=True)

MOST_LOST = 20  # lost versions that are printed one by one


def repair_command(settings: Settings, *, wait: bool, dry_run: bool) -> int:
    """Repair the warehouse and print what was done; a dry run prints what would be done.

    Returns:
        The exit status: 1 if rows are lost, else 0.
    """
    report = run_with_progress(settings, lambda stages: repair(stages, wait=wait, dry_run=dry_run))
    show_repair(console, report, dry_run=dry_run)
    return 1 if report.has_losses and not dry_run else 0


def show_repair(out: Console, report: RepairReport, *, dry_run: bool) -> None:
    """Print a line for each file, each note and each lost version, and then totals."""
    if not (report.files or report.notes or report.has_losses):
        out.print("The warehouse is whole; nothing was changed.")
        return
    for line in report.files:
        out.print(one_line(_file_text(line)))
    for note in report.notes:
        out.print(one_line(note))
    lost = "missing" if dry_run else "lost"
    for version in report.lost[:MOST_LOST]:
        article = version.url or version.article_id
        out.print(one_line(f"{lost}: version {version.version} of {article}, {version.run}"))
    if (more := len(report.lost) - MOST_LOST) > 0:
        out.print(f"… and {more:,} more {lost} versions")
    for rows in report.lost_rows:
        out.print(one_line(f"lost: {rows}"))
    out.print(_totals(report, dry_run=dry_run))


def _file_text(line: FileLine) -> str:
    held = f"; it held {line.held}" if line.held else ""
    healed = f", {line.healed:,} of them made again" if line.held and line.healed else ""
    return f"{line.file.file} {line.file.detail}{held}{healed}"


def _totals(report: RepairReport, *, dry_run: bool) -> str:
    rows = sum(line.file.rows or 0 for line in report.files)
    if dry_run:
        return (
            f"{len(report.files):,} files of {rows:,} rows would be set aside, and "
            f"{len(report.lost):,} missing versions be read again where their bytes are left; "
            "nothing was changed."
        )
    healed = sum(line.healed or 0 for line in report.files)
    return (
        f"{len(report.files):,} files of {rows:,} rows were set aside, {healed:,} rows made again; "
        f"{len(report.lost):,} versions are lost, {report.articles or 0:,} articles are there."
    )
