"""The command `forget-keys`: removes keys of sources that earlier versions stored in a warehouse.

    search ─▶ WARC files ─▶ logs ─▶ files of unfinished runs ─▶ visits ─▶ record ─▶ publish ─▶ mark

The entries in `visits` show which sources had keys, so they are rewritten last: after a kill at any
line, the same command finds everything that is left. Files are replaced by a rename, and so is the
published warehouse. The mark at the end lets later commands skip the search.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from config.errors import UsageError
from tasks.keys.entries import FileWithKeys, rewrite_description, rewrite_entries
from tasks.keys.lake import remove_unnamed, rewrite_visits
from tasks.keys.logs import overwrite_values
from tasks.keys.model import Finding
from tasks.keys.search import (
    DEEP,
    USUAL,
    KeySurvey,
    entry_findings,
    survey_keys,
    text_findings,
    warc_files,
    warc_finding,
)
from tasks.keys.warc_requests import replace_requests
from tasks.load.commit import finish_or_drop_run, run_row
from tasks.pipeline import Stages
from tasks.runs.run import unfinished_nights
from warehouse.files import remove_asides
from warehouse.folder import absolute
from warehouse.format_file import mark_looked_through
from warehouse.kept import remove_kept
from warehouse.lake import Lake, open_lake
from warehouse.layout import FETCH_LOCK, LAKE, RAW, RUNS_FOLDER
from warehouse.load import commit_run
from warehouse.opening import require_in_place
from warehouse.publish import publish, remove_unfinished_publications
from warehouse.restoring import require_restored
from warehouse.snapshots import take_snapshot

FLOW = "forget-keys"


@dataclass(frozen=True, slots=True)
class ForgetRequest:
    """The options of `forget-keys`.

    Attributes:
        dry_run: report and change nothing.
        deep: look at every request of every WARC file, not only of sources that had keys.
    """

    dry_run: bool = False
    deep: bool = False


def forget_keys(
    stages: Stages, request: ForgetRequest, *, wait: bool = False
) -> tuple[Finding, ...]:
    """Remove stored keys from a warehouse.

    Args:
        wait: wait while another process fetches or writes.

    Returns:
        One finding for each file that held keys; in a dry run, that holds keys.

    Raises:
        UsageError: there is no warehouse, or a newer Broadsheet wrote it.
        DamagedWarehouseError: the warehouse is damaged and must be repaired first.
    """
    warehouse = absolute(stages.settings.warehouse)
    require_restored(warehouse)
    if not (warehouse / LAKE).exists():
        raise UsageError(f"There is no warehouse at {warehouse}: give its path with --warehouse.")
    if request.dry_run:
        require_in_place(warehouse)
    stages = stages.prepared()
    fetching = stages.locked(FLOW, wait=wait, name=FETCH_LOCK)
    with fetching, stages.locked(FLOW, wait=wait):
        if not request.dry_run:
            _settle_nights(stages)
            for name in (RAW, RUNS_FOLDER, LAKE):
                remove_asides(warehouse / name)  # copies of killed writers may hold keys, too
        return _remove_keys(survey_keys(stages.settings), stages, request)


def _settle_nights(stages: Stages) -> None:
    """Complete the nights that had begun to commit; the others will be resolved again.

    A run counts as committed by its mark in the snapshots of a table. Those snapshots are about to
    be removed, and the marks with them.
    """
    for run in unfinished_nights(stages.settings.warehouse):
        if message := finish_or_drop_run(run, stages.settings):
            stages.listener.notice(message)


def _remove_keys(survey: KeySurvey, stages: Stages, request: ForgetRequest) -> tuple[Finding, ...]:
    """Remove keys in the order of the module's docstring; in a dry run only find them."""
    started, warehouse = datetime.now(UTC), stages.settings.warehouse
    findings = [*_clean_warc_files(survey, stages, request), *_clean_texts(survey, stages, request)]
    findings += entry_findings(survey, warehouse)
    if request.dry_run:
        return tuple(findings)
    # The table is rewritten last: while its entries hold keys, the same command finds again which
    # sources had some.
    lake_files = [one for one in survey.stored if one.path.is_relative_to(warehouse / LAKE)]
    _rewrite_outside_tables([one for one in survey.stored if one not in lake_files], stages)
    if any(not one.stays for one in findings):
        lake = open_lake(warehouse)
        rewrite_visits(lake, [one.path for one in lake_files], stages.settings.load)
        _record(lake, findings, started, stages)
        remove_unfinished_publications(warehouse)
        remove_kept(warehouse)  # its entries of sources had the keys, too
        publish(warehouse, take_snapshot(lake), stages.settings)
        remove_unnamed(lake)
    mark_looked_through(warehouse)
    return tuple(findings)


def _clean_warc_files(survey: KeySurvey, stages: Stages, request: ForgetRequest) -> list[Finding]:
    """Replace the requests with keys in WARC files."""
    findings = []
    for file in warc_files(survey, stages.settings, DEEP if request.deep else USUAL):
        if file.replacements:
            findings.append(warc_finding(file, stages.settings.warehouse))
            if not request.dry_run:
                replace_requests(file.path, file.replacements)
    return findings


def _clean_texts(survey: KeySurvey, stages: Stages, request: ForgetRequest) -> list[Finding]:
    """Overwrite keys in texts, except in databases."""
    findings = list(text_findings(survey, stages.settings.warehouse))
    for one in findings:
        if not one.stays and not request.dry_run:
            overwrite_values(stages.settings.warehouse / one.file, survey.keys.values)
    return findings


def _rewrite_outside_tables(stored: list[FileWithKeys], stages: Stages) -> None:
    """Rewrite the files that runs and repairs keep; only the files of a table need a commit."""
    for one in stored:
        if one.path.suffix == ".json":
            rewrite_description(one.path)
        else:
            rewrite_entries(one.path, one.path, stages.settings.load)


def _record(lake: Lake, findings: list[Finding], started: datetime, stages: Stages) -> None:
    """Commit a run without documents that records how many files were rewritten."""
    row = run_row(f"{started:%Y%m%dT%H%M%S%fZ}-keys", FLOW, started)
    files = sum(not one.stays for one in findings)
    row["parameters"] = orjson.dumps({"files": files}).decode()
    commit_run(lake, {}, row, stages.settings.load)
