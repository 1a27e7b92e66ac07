"""`repair`: makes a damaged warehouse whole again, as far as its own files allow.

    look ─▶ journal ─▶ set aside ─▶ rebuild catalog and tables ─▶ heal rows ─▶ record ─▶ publish

Each step may be killed: the journal is written before anything is moved, and the same command goes
on with it. Until it has ended, every other command refuses the warehouse.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from config.errors import UsageError
from tasks.load import load, run_row
from tasks.pipeline import REPAIR, Stages, absolute, with_warehouse
from tasks.repair.accounting import repair_rows
from tasks.repair.findings import Findings, look
from tasks.repair.healing import Healer, lake_files, missing_rows
from tasks.repair.journal import Journal, begin, end, recorded_rows
from tasks.repair.reading import remove_readings
from tasks.repair.report import RepairReport, file_lines, lost_versions
from tasks.repair.tables import Tables, tables
from tasks.unfinished import UnfinishedRun
from warehouse.files import write_table_files
from warehouse.lake import Lake, bring_up_lake
from warehouse.layout import CATALOG, FETCH_LOCK, LAKE, PUBLISHED
from warehouse.load import commit_run, is_committed
from warehouse.opening import require_format, unfinished_repair
from warehouse.publish import PROBES, publish, remove_unfinished_publications, take_snapshot
from warehouse.rebuild import rebuild, set_aside
from warehouse.schema import ARTICLE_KEYS, DATE_CANDIDATES, REPAIRS

_KEYS = Path(LAKE, ARTICLE_KEYS.name)


def repair(stages: Stages, *, wait: bool = False, dry_run: bool = False) -> RepairReport:
    """Repair a warehouse.

    Args:
        wait: wait while another process fetches or writes.
        dry_run: report and change nothing.

    Raises:
        UsageError: there is no warehouse, or a newer Broadsheet wrote it.
    """
    warehouse = absolute(stages.settings.warehouse)
    if not any((warehouse / name).exists() for name in (LAKE, CATALOG)):
        raise UsageError(f"There is no warehouse at {warehouse}: name it by --warehouse.")
    require_format(warehouse)
    stages = replace(stages, settings=with_warehouse(stages.settings))
    fetching = stages.locked(REPAIR, wait=wait, name=FETCH_LOCK)
    with fetching, stages.locked(REPAIR, wait=wait):
        findings = look(warehouse)
        if dry_run:
            return _foretold(findings, stages)
        remove_readings(warehouse, [one.run for one in findings.runs if not one.fault])
        runs = tuple(one for one in findings.runs if one.run.folder.exists())
        return _repaired(replace(findings, runs=runs), stages)


def _foretold(findings: Findings, stages: Stages) -> RepairReport:
    settings = stages.settings
    with tables(settings, findings.whole_files) as found:
        lines = file_lines(findings.files, found)
        lost = lost_versions(found, findings.unfinished)
    notes = () if _is_published(settings.warehouse) else (f"{PUBLISHED} would be published anew.",)
    return RepairReport(lines, lost, notes, None)


def _repaired(findings: Findings, stages: Stages) -> RepairReport:
    warehouse = stages.settings.warehouse
    if not _needs_repair(findings, stages):
        if not _is_published(warehouse):
            return _published_anew(stages)
        return RepairReport((), (), (), _articles(warehouse))
    journal = begin(warehouse, findings.files)
    if journal.is_resumed:
        findings = _without_strays(findings, journal)
    for file in journal.files:
        set_aside(warehouse / file.file, warehouse, journal.folder)
    lake = rebuild(warehouse, findings.states)
    if any(Path(one.file).is_relative_to(_KEYS) for one in journal.files):
        lake.set_address_rules(0)  # the next run makes them again
    notes = _resume_runs(findings.runs, lake, stages)
    unfinished = [one.run.run_id for one in findings.runs if one.run.folder.exists()]
    with tables(stages.settings, lake_files(lake)) as found:
        _restore_repairs(lake, found, journal, stages)
        taken = tuple(file.file for file in journal.files)
        healer = Healer(journal.run_id, lake, found, stages, unfinished, taken)
        healer.heal(_lost_dates(journal))
        recorded = repair_rows(journal, missing_rows(found, unfinished), found)
        lines = file_lines(journal.files, found, recorded)
        lost = lost_versions(found, unfinished)
    _record(lake, journal, recorded, stages)
    _publish(lake, stages)
    end(journal, recorded)
    return RepairReport(lines, lost, tuple(notes), _articles(warehouse))


def _needs_repair(findings: Findings, stages: Stages) -> bool:
    """Return whether anything is damaged, half repaired, or missing and not recorded as lost."""
    if findings.files or unfinished_repair(stages.settings.warehouse):
        return True
    if any(one.is_taken_back for one in findings.runs):
        return True
    if not all(state.is_whole for state in findings.states):
        return True
    with tables(stages.settings, findings.whole_files) as found:
        journal = Journal("", datetime.now(UTC), Path(), ())
        missing = missing_rows(found, findings.unfinished)
        lacks_run = any(one.lacks_run for one in missing.values())
        before = found.rows("select distinct article_id, version from superseded order by all")
        after = sorted(row[:2] for row in found.named("superseded_again", run_id=""))
        is_unrecorded = bool(repair_rows(journal, missing, found))
        return lacks_run or before != after or is_unrecorded or _are_back(found, stages)


def _are_back(found: Tables, stages: Stages) -> bool:
    """Return whether files are there that held versions which are recorded as lost."""
    files = [Path(name) for (name,) in found.named("files_of_lost_versions")]
    # Locators of nights are relative to the warehouse, those of archives are as they were named.
    return any(file.is_file() or (stages.settings.warehouse / file).is_file() for file in files)


def _without_strays(findings: Findings, journal: Journal) -> Findings:
    """Remove files that a killed repair had written and not yet committed."""
    begun = journal.started_at.timestamp()
    states = []
    for state in findings.states:
        strays = {
            file.path
            for file in state.files
            if not file.is_named and file.fault is None and file.path.stat().st_mtime > begun
        }
        for path in strays:
            path.unlink()
        kept = tuple(file for file in state.files if file.path not in strays)
        states.append(replace(state, files=kept))
    return replace(findings, states=tuple(states))


def _resume_runs(runs: Sequence[UnfinishedRun], lake: Lake, stages: Stages) -> list[str]:
    """Complete runs that had begun to commit, and say what becomes of those that cannot go on."""
    notes = []
    for one in runs:
        run = one.run
        if one.fault:
            raw = f"{run.run_id} cannot be resumed: its {one.fault}"
            notes.append(
                f"The unfinished run {raw}; its folder was set aside, and what it fetched stays in "
                "raw/, which `broadsheet ingest` takes."
            )
        elif one.lost_file:
            run.resolved_file.unlink(missing_ok=True)
            notes.append(f"The unfinished run {run.run_id} will be resolved again.")
        elif run.resolved_file.is_file() and is_committed(lake, run.run_id):
            load(run, stages.settings)
            run.remove()
            notes.append(f"The unfinished run {run.run_id} had been committed; it was completed.")
    return notes


def _lost_dates(journal: Journal) -> set[str]:
    return {
        file.held_run_id
        for file in journal.files
        if file.table == DATE_CANDIDATES.name and file.held_run_id and file.is_loss
    }


def _restore_repairs(lake: Lake, found: Tables, journal: Journal, stages: Stages) -> None:
    """Put rows that `repairs` has lost back from the journals."""
    known = {run_id for (run_id,) in found.rows("select distinct run_id from repairs")}
    lost = [row for row in recorded_rows(stages.settings.warehouse) if row["run_id"] not in known]
    if lost:
        name = f"{journal.run_id}-00000.parquet"
        lake.amend(REPAIRS, add=_write_rows(lost, lake, name, stages))
        found.define(lake_files(lake))


def _record(lake: Lake, journal: Journal, recorded: list[dict[str, Any]], stages: Stages) -> None:
    """Commit the repair as a run of its own, without documents."""
    files = _write_rows(recorded, lake, f"{journal.run_id}-00001.parquet", stages)
    row = run_row(journal.run_id, REPAIR, journal.started_at)
    commit_run(lake, {REPAIRS.name: files}, row, stages.settings.load)


def _write_rows(rows: list[dict[str, Any]], lake: Lake, name: str, stages: Stages) -> list[str]:
    batch = pa.RecordBatch.from_pylist(rows, REPAIRS.arrow)
    reader = pa.RecordBatchReader.from_batches(batch.schema, [batch] if rows else [])
    path = lake.folder(REPAIRS) / name
    return [
        f.path for f in write_table_files(reader, REPAIRS, stages.settings.load, lambda _: path)
    ]


def _published_anew(stages: Stages) -> RepairReport:
    warehouse = stages.settings.warehouse
    _publish(bring_up_lake(warehouse), stages)
    return RepairReport((), (), (f"{PUBLISHED} was published anew.",), _articles(warehouse))


def _publish(lake: Lake, stages: Stages) -> None:
    warehouse = stages.settings.warehouse
    remove_unfinished_publications(warehouse)
    publish(warehouse, take_snapshot(lake), stages.settings.publish)


def _is_published(warehouse: Path) -> bool:
    """Return whether the published file can be queried."""
    return _articles(warehouse) is not None


def _articles(warehouse: Path) -> int | None:
    path = warehouse / PUBLISHED
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            for probe in PROBES:
                connection.execute(probe)
            row = connection.execute("select count(*) from articles").fetchone()
    except duckdb.Error:
        return None
    return int(row[0]) if row else None
