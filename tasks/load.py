"""The end of a run: its files become part of the tables, and the tables are published."""

from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from config.settings import Settings
from tasks.process.urls import ADDRESS_RULES
from tasks.read.locators import readable_path
from tasks.resolve import read_resolved
from tasks.runs import Run, as_json
from warehouse.expiry import remove_expired
from warehouse.lake import open_lake
from warehouse.load import commit_run, is_committed, remove_files
from warehouse.publish import publish, remove_unfinished_publications, take_snapshot

OUTCOMES = ("loaded", "revised", "duplicate", "rejected", "failed")


def load(run: Run, settings: Settings) -> None:
    """Commits a resolved run to the tables."""
    described = run.description()
    resolved = read_resolved(run)
    row = run_row(run.run_id, described["flow"], datetime.fromisoformat(described["started_at"]))
    row |= {
        "parameters": as_json(described["parameters"]).decode(),
        "inputs": [readable_path(path) for path in described["inputs"]],
        "documents": run.documents_read(),
        **{outcome: resolved.by_outcome(outcome) for outcome in OUTCOMES},
    }
    lake = open_lake(run.warehouse)
    commit_run(lake, resolved.files, row, settings.load)
    lake.set_address_rules(ADDRESS_RULES)


def run_row(run_id: str, flow: str, started_at: datetime) -> dict[str, Any]:
    """Return the row of `runs` for a run without input and documents that ends now."""
    from tasks.process.body.lanes import versions  # heavy, and not needed before

    return {
        "run_id": run_id,
        "flow": flow,
        "parameters": "{}",
        "inputs": [],
        "started_at": started_at,
        "finished_at": datetime.now(UTC),
        **dict.fromkeys(("documents", *OUTCOMES), 0),
        "code_version": version("broadsheet"),
        "extractor_version": versions(),
    }


def publish_run(run: Run, settings: Settings) -> Path:
    """Publishes the tables as they are, and removes the run's folder and what has expired."""
    remove_unfinished_publications(run.warehouse)
    lake = open_lake(run.warehouse)
    published = publish(run.warehouse, take_snapshot(lake), settings.publish)
    run.remove()
    remove_expired(lake, timedelta(days=settings.publish.grace_days), datetime.now(UTC))
    return published


def settle(run: Run, settings: Settings) -> str | None:
    """Ends an unfinished run of other input; says how.

    One that had begun to commit is rolled forward. Any other is dropped, but for a night's: what it
    fetched is its own to finish; only what it resolved against older tables is forgotten.
    """
    lake = open_lake(run.warehouse)
    if run.resolved_file.is_file() and is_committed(lake, run.run_id):
        load(run, settings)
        publish_run(run, settings)
        return f"The unfinished run {run.run_id} had been committed; it was completed."
    remove_files(lake, run.run_id)
    if run.fetches:
        run.resolved_file.unlink(missing_ok=True)
        return None
    run.remove()
    return f"The unfinished run {run.run_id} was dropped: it asked for other input."
