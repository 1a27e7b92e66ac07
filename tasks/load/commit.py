"""The last steps of a run: commit its files to the tables, publish the tables, clean up.

A run can be killed between any two of these steps. The commit is repeatable (`commit_run` adds the
files of a run only once), and the run's folder is removed last, so that repeating the command
completes whatever is missing.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.settings import Settings
from config.version import code_version
from tasks.execution.exchanged_runs import remove_exchanged
from tasks.load.rejected_pages import remove_rejected_pages
from tasks.load.resolve import read_resolved
from tasks.process.body.versions import versions
from tasks.read.locators import readable_path
from tasks.runs.description import as_json
from tasks.runs.run import Run
from tasks.web.urls import ADDRESS_RULES
from warehouse.expiry import remove_expired
from warehouse.lake import open_lake
from warehouse.load import commit_run, is_committed, remove_files
from warehouse.publish import publish, remove_unfinished_publications
from warehouse.snapshots import take_snapshot

_OUTCOMES = ("loaded", "revised", "duplicate", "rejected", "failed")


def load(run: Run, settings: Settings) -> None:
    """Commit the files of a resolved run to the tables, with the run's row in `runs`."""
    description = run.description
    resolved = read_resolved(run)
    assert description.started_at is not None
    row = run_row(run.run_id, description.flow, description.started_at)
    row |= {
        "parameters": as_json(description.parameters).decode(),
        "inputs": [readable_path(path) for path in description.inputs],
        "documents": run.documents_read(),
        **{outcome: resolved.by_outcome(outcome) for outcome in _OUTCOMES},
    }
    lake = open_lake(run.warehouse)
    commit_run(lake, resolved.files, row, settings.load)
    # All keys in the tables now follow these rules. After a kill before this line, the next run
    # computes them once more.
    lake.set_address_rules(ADDRESS_RULES)


def run_row(run_id: str, flow: str, started_at: datetime) -> dict[str, Any]:
    """Return the row of `runs` for a run without input and documents that ends now."""
    return {
        "run_id": run_id,
        "flow": flow,
        "parameters": "{}",
        "inputs": [],
        "started_at": started_at,
        "finished_at": datetime.now(UTC),
        **dict.fromkeys(("documents", *_OUTCOMES), 0),
        "code_version": code_version(),
        "extractor_version": versions(),
    }


def publish_run(run: Run, settings: Settings) -> Path:
    """Publish the current tables and end the run.

    Returns:
        The published DuckDB file.
    """
    published = publish_tables(run.warehouse, settings)
    end_run(run, settings)
    return published


def publish_tables(warehouse: Path, settings: Settings, *, index_anew: bool = False) -> Path:
    """Publish the current tables and return the published DuckDB file.

    Args:
        index_anew: index all articles for the search, and not only those that are new.
    """
    remove_unfinished_publications(warehouse)
    snapshot = take_snapshot(open_lake(warehouse))
    return publish(warehouse, snapshot, settings, index_anew=index_anew)


def end_run(run: Run, settings: Settings) -> None:
    """Remove the folder of a published run and its objects in a bucket, and old files of the lake.

    Pages that were taken down leave the raw zone first.
    """
    remove_rejected_pages(run, settings)
    run.remove()
    remove_exchanged(run.warehouse, settings.bucket)
    grace = timedelta(days=settings.publish.grace_days)
    remove_expired(open_lake(run.warehouse), grace, datetime.now(UTC))


def finish_if_committed(run: Run, settings: Settings) -> str | None:
    """Complete and publish an unfinished run that had begun to commit.

    Some of its rows may be visible already.

    Returns:
        A message for the user; None if the run had committed nothing.
    """
    if not run.resolved_file.is_file() or not is_committed(open_lake(run.warehouse), run.run_id):
        return None
    load(run, settings)
    publish_run(run, settings)
    return f"The unfinished run {run.run_id} had been committed; it was completed."


def finish_or_drop_run(run: Run, settings: Settings) -> str | None:
    """Finish or drop an unfinished run that was started with other input.

    A run that had begun to commit is completed. Any other run is dropped, except one that fetches:
    its pages are kept for its own command to finish, and only the decisions that it made against
    older tables are removed.

    Returns:
        A message for the user; None if there is nothing to say.
    """
    if notice := finish_if_committed(run, settings):
        return notice
    remove_files(open_lake(run.warehouse), run.run_id)
    if run.fetches:
        run.resolved_file.unlink(missing_ok=True)
        return None
    run.remove()
    return f"The unfinished run {run.run_id} was dropped: it asked for other input."
