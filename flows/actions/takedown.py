"""The command `takedown`: show what would be removed, ask, remove it, and print what was done."""

import sys

from rich.console import Console

from config.errors import UsageError
from config.settings import Settings
from config.wording import counted
from flows.actions.nights import run_with_progress
from flows.terminal.screen import one_line, screen
from tasks.jobs.takedown import TakedownReport, TakedownRequest, takedown
from tasks.takedown.survey import Survey

console = screen(soft_wrap=True)
_MOST_COPIES = 20


def takedown_command(
    settings: Settings, request: TakedownRequest, *, yes: bool, wait: bool
) -> None:
    """Take articles down; ask before anything is changed, unless `yes`.

    Raises:
        UsageError: nobody can be asked, because the input is no terminal.
    """
    if not (yes or request.dry_run or sys.stdin.isatty()):
        raise UsageError(
            "A takedown asks before it removes anything, and the input is no terminal: add --yes, "
            "or look at it with --dry-run."
        )
    if yes or request.dry_run:
        report = run_with_progress(
            settings, lambda stages: takedown(request, stages, lambda _: True, wait=wait)
        )
        show_survey(console, report.survey)
    else:
        report = run_with_progress(
            settings, lambda stages: takedown(request, stages, _confirmed, wait=wait)
        )
    show_result(console, report, dry_run=request.dry_run)


def _confirmed(survey: Survey) -> bool:
    show_survey(console, survey)
    answer = console.input("Remove all this for good? Type yes to go on: ")
    return answer.strip().lower() in ("y", "yes")


def show_survey(out: Console, survey: Survey) -> None:
    """Print the articles, the places that hold them, and what a person has to decide."""
    for article in survey.articles:
        address = one_line(article.urls[0]) if article.urls else "no address"
        out.print(
            f"{article.article_id}  {counted(article.versions, 'version')}  {address}", markup=False
        )
    for place in survey.places:
        detail = place.detail
        if place.count is not None:
            detail = f"{place.count:,} {detail}" if detail else counted(place.count, "row")
        mark = "! " if place.stays else "  "
        out.print(one_line(f"{mark}{place.where}: {detail or 'rows'}"), markup=False)
    for name in survey.takedown.references:
        out.print(one_line(f"  the tagged snapshot {name.removeprefix('snapshot-')}"), markup=False)
    if survey.copies:
        out.print(f"{len(survey.copies):,} articles with text in common stay; decide on them:")
    for copy in survey.copies[:_MOST_COPIES]:
        address = one_line(copy.url or "no address")
        out.print(f"! {copy.article_id}  {copy.kind}  {address}", markup=False)
    if len(survey.copies) > _MOST_COPIES:
        out.print("! … see the table `copies` for the others.")


def show_result(out: Console, report: TakedownReport, *, dry_run: bool) -> None:
    """Print what was done, or what would be done."""
    for name, time in report.taken_before.items():
        out.print(f"{one_line(name)} was taken down on {time:%Y-%m-%d}.", markup=False)
    survey = report.survey
    articles, files = len(survey.articles), survey.takedown.rewritten
    if not articles:
        out.print("Nothing is left to remove; nothing was changed.")
    elif dry_run:
        out.print(f"{counted(articles, 'article')} in {counted(files, 'file')} would be removed.")
    elif not report.is_done:
        out.print("Nothing was changed.")
    else:
        out.print(
            f"Removed {counted(articles, 'article')} from {counted(files, 'file')}. Later runs "
            "reject what was removed. Backups and exports may still hold it."
        )
