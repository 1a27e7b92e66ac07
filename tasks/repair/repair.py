"""The repair of a damaged warehouse, as far as its own files allow.

    find damage ─▶ journal ─▶ set aside ─▶ rebuild catalog and tables ─▶ restore rows
                                                     ─▶ record in `repairs` ─▶ publish

A kill at any step is safe. The journal is written before any file is moved, and the same command
continues with it. Until the journal is marked as done, every other command refuses the warehouse.
Each step can be repeated: moving skips files that are moved, rebuilding compares the tables with
the files that exist, and restoring looks at what is still missing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from config.errors import UsageError
from tasks.load.commit import load, run_row
from tasks.pipeline import REPAIR_FLOW, Stages, with_warehouse
from tasks.read.lookup import file_of
from tasks.repair.accounting import repair_rows
from tasks.repair.findings import Findings, find_damage
from tasks.repair.healing import PARTS_OF_VERSIONS, Healer, lake_files, missing_rows
from tasks.repair.journal import Journal, begin, end_repair, recorded_rows, remove_journal
from tasks.repair.reading import files_left, remove_readings, sources_of_run
from tasks.repair.report import RepairReport, file_lines, lost_versions, rows_lost
from tasks.repair.tables import Tables, tables
from tasks.runs.unfinished import UnfinishedRun
from tasks.takedown.listing import restore_takedowns
from warehouse.files import write_table_files
from warehouse.folder import absolute
from warehouse.kept import remove_kept
from warehouse.lake import Lake, bring_up_lake
from warehouse.layout import CATALOG, FETCH_LOCK, LAKE, PUBLISHED, RUNS_FOLDER
from warehouse.load import commit_run, is_committed
from warehouse.opening import require_format, require_in_place, unfinished_repair
from warehouse.place_names import names_elsewhere
from warehouse.publish import PROBES, publish, remove_unfinished_publications
from warehouse.rebuild import rebuild, set_aside
from warehouse.replaced import period_of
from warehouse.restoring import require_restored
from warehouse.schema import ARTICLE_KEYS, REPAIRS
from warehouse.snapshots import take_snapshot

_KEYS = Path(LAKE, ARTICLE_KEYS.name)


def repair(stages: Stages, *, wait: bool = False, dry_run: bool = False) -> RepairReport:
    """Find and repair the damage of a warehouse, and publish it again.

    Args:
        wait: wait while another process fetches or writes.
        dry_run: report and change nothing.

    Raises:
        UsageError: there is no warehouse, or a newer Broadsheet wrote it.
    """
    warehouse = absolute(stages.settings.warehouse)
    require_restored(warehouse)
    # The first run may have been killed before it made the lake, and its folder may be damaged.
    if not any((warehouse / name).exists() for name in (LAKE, CATALOG, RUNS_FOLDER)):
        raise UsageError(f"There is no warehouse at {warehouse}: name it by --warehouse.")
    require_format(warehouse)
    if dry_run:
        require_in_place(warehouse)
    stages.relocate_if_moved(damaged=True)
    stages = replace(stages, settings=with_warehouse(stages.settings))
    fetching = stages.locked(REPAIR_FLOW, wait=wait, name=FETCH_LOCK)
    with fetching, stages.locked(REPAIR_FLOW, wait=wait):
        findings = find_damage(warehouse)
        if dry_run:
            return _dry_run_report(findings, stages)
        remove_readings(warehouse, [one.run for one in findings.runs if not one.fault])
        runs = tuple(one for one in findings.runs if one.run.folder.exists())
        return _repaired(replace(findings, runs=runs), stages)


def _dry_run_report(findings: Findings, stages: Stages) -> RepairReport:
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
    # From here on the tables name whole files only, and can be opened.
    lake = rebuild(warehouse, findings.states)
    if any(Path(one.file).is_relative_to(_KEYS) for one in journal.files):
        lake.set_address_rules(0)  # makes the next run compute all keys again
    restore_takedowns(lake, stages.settings.load)
    notes = _resume_runs(findings.runs, lake, stages)
    unfinished = [one.run.run_id for one in findings.runs if one.run.folder.exists()]
    before = lake_files(lake)
    with tables(stages.settings, before) as found:
        _restore_repairs(lake, found, journal, stages)
        taken = tuple(file.file for file in journal.files)
        healer = Healer(journal.run_id, lake, found, stages, unfinished, taken)
        lacked = healer.heal(_lost_parts(journal, found))
        recorded = repair_rows(journal, missing_rows(found, unfinished), found, lacked)
        lines = file_lines(journal.files, found, recorded)
        lost = lost_versions(found, unfinished)
        lost_rows = tuple(rows_lost(recorded, found))
    if not (journal.files or recorded or notes) and lake_files(lake) == before:
        # Files of lost versions exist again, but the versions could not be restored from them.
        # Nothing is recorded, and the next repair tries again.
        remove_journal(journal)
        return RepairReport((), (), (), _articles(warehouse))
    _record(lake, journal, recorded, stages)
    _publish(lake, stages)
    end_repair(journal, recorded)  # last: until then all other commands refuse the warehouse
    return RepairReport(lines, lost, tuple(notes), _articles(warehouse), lost_rows)


def _needs_repair(findings: Findings, stages: Stages) -> bool:
    """Return whether anything is damaged, half repaired, or missing and not recorded as lost.

    There is work to do as well if inputs of lost versions exist again, such as from a backup.
    """
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
        after = sorted(row[:2] for row in found.named("superseded_again", run_id="", is_lost=False))
        is_unrecorded = bool(repair_rows(journal, missing, found))
        return lacks_run or before != after or is_unrecorded or _lost_inputs_exist(found, stages)


def _lost_inputs_exist(found: Tables, stages: Stages) -> bool:
    """Return whether an input file of a version that is recorded as lost exists."""
    lost: dict[str, set[str]] = {}
    for run_id, *_, locator in found.named("lost_versions", unfinished=[]):
        if locator:  # the revisit of a lost document has none
            lost.setdefault(run_id, set()).add(file_of(locator))
    return any(
        files & files_left(sources_of_run(run_id, found, stages.settings))
        for run_id, files in lost.items()
    )


def _without_strays(findings: Findings, journal: Journal) -> Findings:
    """Remove files that the interrupted repair had written but not committed.

    They are whole files that no snapshot names, and newer than the journal. Without this they would
    be taken for files of a lost snapshot, and their rows would be in the tables twice.
    """
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
    """Complete unfinished runs that had begun to commit, and return a note on each run."""
    notes = []
    for one in runs:
        run = one.run
        if one.fault:
            raw = f"{run.run_id} cannot be resumed: its {one.fault}"
            notes.append(
                f"The unfinished run {raw}. Its folder was set aside. Its fetched pages stay in "
                "raw/: load them with `broadsheet ingest`."
            )
        elif one.lost_file:
            run.resolved_file.unlink(missing_ok=True)
            notes.append(f"The unfinished run {run.run_id} will be resolved again.")
        elif run.resolved_file.is_file() and is_committed(lake, run.run_id):
            load(run, stages.settings)
            run.remove()
            notes.append(f"The unfinished run {run.run_id} had begun to commit; it was completed.")
    return notes


def _lost_parts(journal: Journal, found: Tables) -> set[str]:
    """Return the ids of the runs that have lost rows of PARTS_OF_VERSIONS, or may have lost some.

    A compacted file does not say of which runs it held rows, but of which month they are.
    """
    names = {table.name for table in PARTS_OF_VERSIONS}
    lost = [file for file in journal.files if file.table in names and file.is_loss]
    months = {
        period_of(Path(file.file).name) for file in lost if file.rows and not file.held_run_id
    }
    runs = found.rows("select distinct run_id from article_versions") if months else []
    in_months = {run_id for (run_id,) in runs if period_of(run_id) in months}
    return in_months | {file.held_run_id for file in lost if file.held_run_id}


def _restore_repairs(lake: Lake, found: Tables, journal: Journal, stages: Stages) -> None:
    """Put rows that the table `repairs` has lost back from the journals."""
    known = {run_id for (run_id,) in found.rows("select distinct run_id from repairs")}
    lost = [row for row in recorded_rows(stages.settings.warehouse) if row["run_id"] not in known]
    if lost:
        name = f"{journal.run_id}-00000.parquet"
        lake.amend(REPAIRS, add=_write_rows(lost, lake, name, stages))
        found.define(lake_files(lake))


def _record(lake: Lake, journal: Journal, recorded: list[dict[str, Any]], stages: Stages) -> None:
    """Commit the repair as a run of its own, without documents."""
    files = _write_rows(recorded, lake, f"{journal.run_id}-00001.parquet", stages)
    row = run_row(journal.run_id, REPAIR_FLOW, journal.started_at)
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
    remove_kept(warehouse)
    publish(warehouse, take_snapshot(lake), stages.settings)


def _is_published(warehouse: Path) -> bool:
    """Return whether there is a published file that can be queried."""
    return _articles(warehouse) is not None


def _articles(warehouse: Path) -> int | None:
    """Return the number of published articles; None if the published file cannot be queried."""
    path = warehouse / PUBLISHED
    try:
        if names_elsewhere(path, warehouse):
            return None
        with duckdb.connect(str(path), read_only=True) as connection:
            for probe in PROBES:
                connection.execute(probe)
            row = connection.execute("select count(*) from articles").fetchone()
    except duckdb.Error:
        return None
    return int(row[0]) if row else None
