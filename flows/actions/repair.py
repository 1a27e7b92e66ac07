"""What `repair` does, once its arguments are parsed."""

from rich.console import Console

from config.settings import Settings
from flows.night_commands import plainly
from flows.screen import one_line, screen
from tasks.repair.repair import repair
from tasks.repair.report import FileLine, RepairReport

console = screen(soft_wrap=True)

MOST_LOST = 20


def repair_command(settings: Settings, *, wait: bool, dry_run: bool) -> None:
    """Repair the warehouse and print what was done, or would be."""
    report = plainly(settings, lambda stages: repair(stages, wait=wait, dry_run=dry_run))
    show_repair(console, report, dry_run=dry_run)


def show_repair(out: Console, report: RepairReport, *, dry_run: bool) -> None:
    """Print a line for each file, what is lost, and totals."""
    if not report.files and not report.notes and not report.lost:
        out.print("The warehouse is whole; nothing was changed.")
        return
    for line in report.files:
        out.print(one_line(_file(line)))
    for note in report.notes:
        out.print(one_line(note))
    lost = "missing" if dry_run else "lost"
    for one in report.lost[:MOST_LOST]:
        out.print(
            one_line(f"{lost}: version {one.version} of {one.url or one.article_id}, {one.run}")
        )
    if (more := len(report.lost) - MOST_LOST) > 0:
        out.print(f"… and {more:,} more {lost} versions")
    out.print(_totals(report, dry_run=dry_run))


def _file(line: FileLine) -> str:
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
