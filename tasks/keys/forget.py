"""`forget-keys`: removes the keys of sources that earlier versions stored in a warehouse.

    look ─▶ WARC files ─▶ logs ─▶ files of unfinished runs ─▶ visits ─▶ record ─▶ publish ─▶ mark

The entries in `visits` say which sources had keys, and are rewritten last: killed at any line, the
same command finds all that is left. A file is replaced by a rename, and so is what is published.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from config.errors import UsageError
from tasks.keys.entries import Stored, rewrite_description, rewrite_entries
from tasks.keys.lake import remove_unnamed, rewrite_visits
from tasks.keys.look import (
    DEEP,
    USUAL,
    Known,
    entry_findings,
    known_of,
    text_findings,
    warc_files,
    warc_finding,
)
from tasks.keys.model import Finding
from tasks.keys.texts import blank
from tasks.keys.warc_requests import replace_requests
from tasks.load import run_row, settle
from tasks.pipeline import Stages, absolute
from tasks.runs import unfinished_nights
from warehouse.files import remove_asides
from warehouse.lake import Lake, open_lake
from warehouse.layout import FETCH_LOCK, LAKE, RAW, RUNS
from warehouse.load import commit_run
from warehouse.opening import mark_looked_through
from warehouse.publish import publish, remove_unfinished_publications, take_snapshot

FLOW = "forget-keys"


@dataclass(frozen=True, slots=True)
class Request:
    """How `forget-keys` goes about it.

    Attributes:
        dry_run: report and change nothing.
        deep: look at every request of every WARC file, not only of sources that had keys.
    """

    dry_run: bool = False
    deep: bool = False


def forget_keys(stages: Stages, request: Request, *, wait: bool = False) -> tuple[Finding, ...]:
    """Remove stored keys from a warehouse.

    Args:
        wait: wait while another process fetches or writes.

    Returns:
        A line for each file that held keys, or, of a dry run, that holds them.

    Raises:
        UsageError: there is no warehouse, or a newer Broadsheet wrote it.
        DamagedWarehouseError: the warehouse is damaged: it has to be repaired first.
    """
    warehouse = absolute(stages.settings.warehouse)
    if not (warehouse / LAKE).exists():
        raise UsageError(f"There is no warehouse at {warehouse}: name it by --warehouse.")
    stages = stages.prepared()
    fetching = stages.locked(FLOW, wait=wait, name=FETCH_LOCK)
    with fetching, stages.locked(FLOW, wait=wait):
        if not request.dry_run:
            _settle_nights(stages)
            for name in (RAW, RUNS, LAKE):
                remove_asides(warehouse / name)  # a killed writer's copy may hold keys, too
        return _forgotten(known_of(stages.settings), stages, request)


def _settle_nights(stages: Stages) -> None:
    """Complete nights that had begun to commit; others will be resolved again.

    A run's mark in the snapshots of a table is what says that it was committed. It is forgotten
    with the snapshots.
    """
    for run in unfinished_nights(stages.settings.warehouse):
        if said := settle(run, stages.settings):
            stages.watcher.notice(said)


def _forgotten(known: Known, stages: Stages, request: Request) -> tuple[Finding, ...]:
    started, warehouse = datetime.now(UTC), stages.settings.warehouse
    findings = [*_from_warc_files(known, stages, request), *_from_texts(known, stages, request)]
    findings += entry_findings(known, warehouse)
    if request.dry_run:
        return tuple(findings)
    in_lake = [one for one in known.stored if one.path.is_relative_to(warehouse / LAKE)]
    _rewrite_beside([one for one in known.stored if one not in in_lake], stages)
    if any(not one.stays for one in findings):
        lake = open_lake(warehouse)
        rewrite_visits(lake, [one.path for one in in_lake], stages.settings.load)
        _record(lake, findings, started, stages)
        remove_unfinished_publications(warehouse)
        publish(warehouse, take_snapshot(lake), stages.settings.publish)
        remove_unnamed(lake)
    mark_looked_through(warehouse)
    return tuple(findings)


def _from_warc_files(known: Known, stages: Stages, request: Request) -> list[Finding]:
    findings = []
    for file in warc_files(known, stages.settings, DEEP if request.deep else USUAL):
        if file.replacements:
            findings.append(warc_finding(file, stages.settings.warehouse))
            if not request.dry_run:
                replace_requests(file.path, file.replacements)
    return findings


def _from_texts(known: Known, stages: Stages, request: Request) -> list[Finding]:
    findings = list(text_findings(known, stages.settings.warehouse))
    for one in findings:
        if not one.stays and not request.dry_run:
            blank(stages.settings.warehouse / one.file, known.keys.values)
    return findings


def _rewrite_beside(stored: list[Stored], stages: Stages) -> None:
    """Rewrite what runs and repairs keep; only the files of a table need a commit."""
    for one in stored:
        if one.path.suffix == ".json":
            rewrite_description(one.path)
        else:
            rewrite_entries(one.path, one.path, stages.settings.load)


def _record(lake: Lake, findings: list[Finding], started: datetime, stages: Stages) -> None:
    """Commit a run of its own, without documents, that says how many files were rewritten."""
    row = run_row(f"{started:%Y%m%dT%H%M%S%fZ}-keys", FLOW, started)
    files = sum(not one.stays for one in findings)
    row["parameters"] = orjson.dumps({"files": files}).decode()
    commit_run(lake, {}, row, stages.settings.load)
