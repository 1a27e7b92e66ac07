"""What `backfill`, `reprocess` and `prune` do, once their arguments are parsed."""

from datetime import date, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from config.settings import Settings
from flows.night_commands import plainly
from flows.screen import one_line, screen
from flows.terminal import closing_table
from tasks.backfill import BackfillRequest, backfill
from tasks.ccnews import CcnewsRequest, take_ccnews
from tasks.raw import raw_nights, remove_nights
from tasks.reprocess import Report, ReprocessRequest, reprocess

console = screen()


def backfill_command(request: BackfillRequest, settings: Settings, *, wait: bool) -> None:
    """Fetches a source's past and prints the closing table."""
    summary = plainly(settings, lambda stages: backfill(request, stages, wait=wait))
    console.print(closing_table(summary))


def ccnews_command(request: CcnewsRequest, settings: Settings, *, wait: bool) -> None:
    """Takes in CC-NEWS and prints the closing table."""
    summary = plainly(settings, lambda stages: take_ccnews(request, stages, wait=wait))
    console.print(closing_table(summary))


def reprocess_command(
    request: ReprocessRequest, settings: Settings, *, wait: bool, dry_run: bool
) -> None:
    """Goes through stored bytes again and prints what changes."""
    report, summary = plainly(
        settings,
        lambda stages: reprocess(request, stages, wait=wait, dry_run=dry_run),
    )
    show_report(console, report, dry_run=dry_run)
    if summary is not None:
        console.print()
        console.print(closing_table(summary))


def show_report(out: Console, report: Report, *, dry_run: bool) -> None:
    """What reprocessing changes: totals, then fields with an example each."""
    verb = "would change" if dry_run else "changed"
    out.print(
        f"{report.documents:,} documents: {report.changed:,} {verb}, {report.same:,} the same, "
        f"{report.outdated:,} of versions that were replaced since, "
        f"{report.no_longer_articles:,} no longer taken for articles (they stay)."
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
            one_line(_short(change.before)),
            one_line(_short(change.after)),
        )
    out.print(table)


def prune_command(days: int, warehouse: Path, *, today: date, yes: bool) -> None:
    """Removes the WARC files of old nights, or says which it would."""
    old = [n for n in raw_nights(warehouse) if n.night < today - timedelta(days=days)]
    size = sum(night.bytes for night in old)
    for night in old:
        console.print(f"  {night.night}  {len(night.files):,} files, {night.bytes / 1e6:,.1f} MB")
    if yes and old:
        remove_nights(warehouse, old)
    done = "were removed" if yes else "would be removed; --yes removes them"
    console.print(f"{len(old):,} nights of {size / 1e6:,.1f} MB {done if old else 'are that old'}.")


def _short(text: str | None) -> str:
    if text is None:
        return "NULL"
    return text if len(text) <= 80 else f"{text[:79]}…"
