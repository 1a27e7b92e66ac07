"""The commands `backfill`, `reprocess` and `prune`."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from config.settings import Settings
from config.wording import counted
from flows.actions.nights import run_with_progress
from flows.commands.options import today
from flows.terminal.screen import one_line, screen
from flows.terminal.tables import closing_table
from tasks.jobs.backfill import BackfillRequest, backfill
from tasks.jobs.ccnews import CcnewsRequest, take_ccnews
from tasks.jobs.reprocess import ReprocessReport, ReprocessRequest, reprocess
from tasks.jobs.retention import PruneRequest, prune
from tasks.jobs.search_index import rebuild_index
from tasks.jobs.stories import rebuild_stories
from tasks.jobs.urls import open_list, request_of, take_urls

console = screen()


def backfill_command(request: BackfillRequest, settings: Settings, *, wait: bool) -> None:
    """Fetch a source's past and print the closing table."""
    summary = run_with_progress(settings, lambda stages: backfill(request, stages, wait=wait))
    console.print(closing_table(summary))


def ccnews_command(request: CcnewsRequest, settings: Settings, *, wait: bool) -> None:
    """Ingest CC-NEWS archives and print the closing table."""
    summary = run_with_progress(settings, lambda stages: take_ccnews(request, stages, wait=wait))
    console.print(closing_table(summary))


def urls_command(name: str, limit: int | None, settings: Settings, *, wait: bool) -> None:
    """Fetch a list of addresses, and print what became of them and the closing table.

    Args:
        name: the path of the list; `-` for standard input.
    """
    with _as_file(name) as path:
        listed = open_list(path, settings, limit)
    shown = "standard input" if name == "-" else str(Path(name).expanduser().absolute())
    request = request_of(shown, listed, today(), limit)
    summary, report = run_with_progress(
        settings, lambda stages: take_urls(request, listed, stages, wait=wait)
    )
    console.print(closing_table(summary))
    console.print(one_line(str(report)), soft_wrap=True)


@contextmanager
def _as_file(name: str) -> Iterator[Path]:
    """Yield the path of a list; standard input is kept in a temporary file meanwhile."""
    if name != "-":
        yield Path(name).expanduser()
        return
    with TemporaryDirectory(prefix="broadsheet-") as folder:
        path = Path(folder) / "addresses"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield path


def reprocess_command(
    request: ReprocessRequest, settings: Settings, *, wait: bool, dry_run: bool
) -> None:
    """Process stored bytes again and print the fields that change."""
    report, summary = run_with_progress(
        settings,
        lambda stages: reprocess(request, stages, wait=wait, dry_run=dry_run),
    )
    show_report(console, report, dry_run=dry_run)
    if summary is not None:
        console.print()
        console.print(closing_table(summary))


def stories_command(settings: Settings, *, wait: bool) -> None:
    """Find copies and clusters of all articles anew, and print what differs."""
    report = run_with_progress(settings, lambda stages: rebuild_stories(stages, wait=wait))
    console.print(
        f"{counted(report.versions, 'version')}, {counted(report.pairs, 'pair')} of texts: "
        f"{report.added:,} added, {report.dropped:,} dropped; "
        f"{report.moved:,} articles are in another cluster."
    )
    for moved in report.examples:
        console.print(f"  {moved.before} → {moved.now}  {one_line(_shortened(moved.title))}")


def index_command(settings: Settings, *, wait: bool) -> None:
    """Build the search index anew, and print what is in it."""
    state = run_with_progress(settings, lambda stages: rebuild_index(stages, wait=wait))
    console.print(f"{state.articles:,} articles are indexed, in {state.bytes / 1e6:,.1f} MB.")


def show_report(out: Console, report: ReprocessReport, *, dry_run: bool) -> None:
    """Print the changes of a reprocessing: totals, then each field with an example."""
    verb = "would change" if dry_run else "changed"
    out.print(
        f"{counted(report.documents, 'document')}: {report.changed:,} {verb}, "
        f"{report.same:,} the same, {report.outdated:,} of versions that were replaced since, "
        f"{report.no_longer_articles:,} no longer recognised as articles (they stay)."
    )
    if not report.changes:
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("field", "articles", "for example", "before", "after"):
        table.add_column(name, justify="right" if name == "articles" else "left", overflow="fold")
    for change in report.changes:
        table.add_row(
            change.field,
            f"{change.articles:,}",
            one_line(change.url or ""),
            one_line(_shortened(change.before)),
            one_line(_shortened(change.after)),
        )
    out.print(table)


def prune_command(request: PruneRequest, settings: Settings, *, wait: bool) -> None:
    """Remove old WARC files and old texts, or print what would be removed."""
    if request.raw_days is None and request.text_days is None:
        console.print(
            "Nothing is old: give --older-than or --texts-older-than, or set `raw_days` or "
            "`text_days` in [retention]; nothing was changed.",
            markup=False,
        )
        return
    done = run_with_progress(settings, lambda stages: prune(request, stages, wait=wait))
    would = " would be" if request.dry_run else " were"
    hint = "; --yes removes them" if request.dry_run else ""
    if request.raw_days is not None:
        size = sum(night.bytes for night in done.nights)
        for night in done.nights:
            files = f"{counted(night.files, 'file')}, {night.bytes / 1e6:,.1f} MB"
            console.print(f"  {night.night}  {files}")
        result = f"{would} removed{hint}" if done.nights else " are that old"
        console.print(f"{counted(len(done.nights), 'night')} of {size / 1e6:,.1f} MB{result}.")
        if done.archived:
            copies = counted(len(done.archived), "archived copy", "archived copies")
            console.print(f"{copies} of such WARC files{would} removed{hint}.")
    if done.texts is not None:
        files = f" in {counted(done.texts.files, 'file')}" if done.texts.files else ""
        result = (
            f"{would} reduced to hashes and counts{hint}" if done.texts.files else " are that old"
        )
        console.print(f"{counted(done.texts.versions, 'text')}{files}{result}.")


def _shortened(text: str | None) -> str:
    if text is None:
        return "NULL"
    return text if len(text) <= 80 else f"{text[:79]}…"
