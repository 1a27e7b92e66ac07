"""The command `takedown`: articles are removed from every file of a warehouse, for good.

read names ─▶ lock ─▶ settle other runs ─▶ look ─▶ ask ─▶ carry out
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from config.errors import BroadsheetError, UsageError
from tasks.jobs.archive_raw import require_not_archived
from tasks.load.commit import finish_or_drop_run
from tasks.pipeline import Stages
from tasks.raw.tombstones import offsets_by_file
from tasks.runs.run import remove_unplanned_runs, unfinished_runs
from tasks.takedown.connection import takedown_connection
from tasks.takedown.elsewhere import unfinished_files_with
from tasks.takedown.finding import Asked, asked_for
from tasks.takedown.listing import stored_takedowns, unlisted_takedowns
from tasks.takedown.model import Takedown, TakenArticle
from tasks.takedown.survey import Reasons, Survey, look_for
from tasks.takedown.takedown import TAKEDOWN_FLOW, carry_out
from tasks.web.fingerprint import article_id
from warehouse.folder import absolute
from warehouse.lake import Lake, open_lake
from warehouse.layout import FETCH_LOCK, LAKE
from warehouse.opening import require_in_place
from warehouse.restoring import require_restored

Confirm = Callable[[Survey], bool]


@dataclass(frozen=True, slots=True)
class TakedownRequest:
    """A request to take articles down.

    Attributes:
        names: addresses and ids of articles.
        reason: why, for the table `takedowns`.
        requested_by: who asked for it.
        dry_run: report and change nothing.
    """

    names: tuple[str, ...]
    reason: str
    requested_by: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class TakedownReport:
    """The result of a takedown.

    Attributes:
        survey: what was found.
        taken_before: the names of articles that were taken down before, with the time.
        is_done: whether anything was removed.
    """

    survey: Survey
    taken_before: Mapping[str, datetime]
    is_done: bool


def takedown(
    request: TakedownRequest, stages: Stages, confirm: Confirm, *, wait: bool = False
) -> TakedownReport:
    """Remove articles from a warehouse.

    Args:
        confirm: returns whether to go on, when it is known what would be removed.
        wait: wait while another process fetches or writes.

    Raises:
        UsageError: there is no warehouse, or it has nothing under one of the names.
        BroadsheetError: an unfinished night holds one of the pages.
        DamagedWarehouseError: the warehouse is damaged and must be repaired first.
    """
    if not request.reason.strip():
        raise UsageError("The reason is empty: say by --reason why the article is removed.")
    asked = asked_for(request.names)
    stages = _prepared(stages, dry_run=request.dry_run)
    reasons = Reasons(request.reason, request.requested_by, datetime.now(UTC))
    with (
        stages.locked(TAKEDOWN_FLOW, wait=wait, name=FETCH_LOCK),
        stages.locked(TAKEDOWN_FLOW, wait=wait),
    ):
        if not request.dry_run:
            settle_runs(stages)
        lake = open_lake(stages.settings.warehouse)
        before = _taken_before(lake, asked)
        survey = _survey(asked, reasons.begun(), lake, stages)
        if unknown := [name for name in survey.unknown if name not in before]:
            raise UsageError(_unknown(unknown, stages.settings.warehouse))
        if request.dry_run or not survey.articles:
            return TakedownReport(survey, before, is_done=False)
        _require_no_unfinished_run(survey.articles, stages)
        _require_reachable(survey.takedown, stages)
        if not confirm(survey):
            return TakedownReport(survey, before, is_done=False)
        carry_out(survey.takedown, lake, stages.settings, stages.listener.notice)
        return TakedownReport(survey, before, is_done=True)


def reapply_takedowns(entries: Path, stages: Stages, *, wait: bool = False) -> int:
    """Apply a list of takedowns to a warehouse that was restored from an older backup.

    Articles that the warehouse does not have are recorded, too, so that they are not loaded later.

    Args:
        entries: a file `takedowns.jsonl`.

    Returns:
        The number of articles of the list that the warehouse had not recorded.

    Raises:
        DamagedWarehouseError: the list or the warehouse is damaged.
    """
    stages = _prepared(stages, dry_run=False)
    settings = stages.settings
    with (
        stages.locked(TAKEDOWN_FLOW, wait=wait, name=FETCH_LOCK),
        stages.locked(TAKEDOWN_FLOW, wait=wait),
    ):
        settle_runs(stages)
        lake = open_lake(settings.warehouse)
        missing = sorted(unlisted_takedowns(lake, entries), key=_of_run)
        for _, group in groupby(missing, key=_of_run):
            again = _again(list(group), lake, stages)
            _require_no_unfinished_run(again.articles, stages)
            _require_reachable(again, stages)
            carry_out(again, lake, settings, stages.listener.notice)
        return len(missing)


def _of_run(entry: Mapping[str, Any]) -> tuple[str, str]:
    return entry["run_id"], entry["reason"] or ""


def _again(entries: Sequence[Mapping[str, Any]], lake: Lake, stages: Stages) -> Takedown:
    """Return the takedown of entries with one run, as far as this warehouse has their articles."""
    first = entries[0]
    begun = Takedown(first["run_id"], first["taken_at"], first["reason"], first["requested_by"], ())
    key_ids = {one["article_id"]: tuple(one["key_ids"] or ()) for one in entries}
    found = _survey(Asked({}, key_ids), begun, lake, stages).takedown
    versions = {one["article_id"]: one["versions"] or 0 for one in entries}
    articles = tuple(
        replace(one, versions=max(one.versions, versions[one.article_id])) for one in found.articles
    )
    return replace(found, articles=articles)


def _prepared(stages: Stages, *, dry_run: bool) -> Stages:
    warehouse = absolute(stages.settings.warehouse)
    require_restored(warehouse)
    if not (warehouse / LAKE).exists():
        raise UsageError(f"There is no warehouse at {warehouse}: give its path with --warehouse.")
    if dry_run:
        require_in_place(warehouse)
    return stages.prepared()


def settle_runs(stages: Stages) -> None:
    """Complete the runs that had begun to commit, and drop the others: they hold texts."""
    warehouse = stages.settings.warehouse
    remove_unplanned_runs(warehouse)
    for run in list(unfinished_runs(warehouse)):
        if message := finish_or_drop_run(run, stages.settings):
            stages.listener.notice(message)


def _require_no_unfinished_run(articles: Sequence[TakenArticle], stages: Stages) -> None:
    """Refuse a takedown of pages that an unfinished night has found or fetched."""
    for run in unfinished_runs(stages.settings.warehouse):
        for path in unfinished_files_with(run.folder, articles):
            raise BroadsheetError(
                f"The unfinished run {run.run_id} has the page, in {path}: run its command again, "
                "such as `broadsheet nightly`, which finishes it, and repeat the takedown."
            )


def _require_reachable(takedown: Takedown, stages: Stages) -> None:
    """Refuse a takedown of pages whose WARC files have copies in a bucket, which would stay."""
    require_not_archived(stages.settings.warehouse, set(offsets_by_file(takedown.records)))


def _survey(asked: Asked, begun: Takedown, lake: Lake, stages: Stages) -> Survey:
    with takedown_connection(lake, stages.settings) as connection:
        return look_for(asked, begun, lake, connection, stages.settings)


def _taken_before(lake: Lake, asked: Asked) -> dict[str, datetime]:
    """Return the names of which an earlier takedown removed the article, with its time."""
    times = {
        identity: one["taken_at"]
        for one in stored_takedowns(lake)
        for identity in (one["article_id"], *(one["key_ids"] or ()))
    }
    found = {}
    for key, name in asked.names.items():
        time = times.get(key) or times.get(article_id(key))
        if time is not None:
            found[name] = time
    return found


def _unknown(names: Sequence[str], warehouse: Path) -> str:
    more = f" and {len(names) - 1:,} others" if len(names) > 1 else ""
    return (
        f"The warehouse {warehouse} has nothing at {names[0]}{more}: look the address or id up "
        "with `broadsheet sql`, and repeat the command; nothing was removed."
    )
