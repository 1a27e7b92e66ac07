"""The documents of an earlier run, read and processed again where their bytes are still there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from config.errors import UsageError
from config.settings import Settings
from tasks.nightly import run_key
from tasks.pipeline import REPAIR, Stages, process
from tasks.read.plan import Plan, plan_inputs
from tasks.repair.tables import Tables
from tasks.runs import Run, new_run, write_plan
from warehouse.layout import RAW


@dataclass(frozen=True, slots=True)
class Sources:
    """Where an earlier run had its documents from.

    Attributes:
        flow: of the run, such as "ingest"; "unknown" where `runs` has lost it.
        source: the source that all its documents got, if one was given.
        columns: for rows: field to column.
        paths: files and folders that are still there.
        base: the folder that locators are relative to; None: as the inputs are named.
    """

    flow: str
    source: str | None
    columns: dict[str, str]
    paths: tuple[str, ...]
    base: Path | None


def sources_of_run(run_id: str, tables: Tables, warehouse: Path) -> Sources:
    """Return what is left of a run's inputs: its WARC files, else the files that were named."""
    described = tables.rows(
        "select flow, parameters, inputs from runs where run_id = $run_id", run_id=run_id
    )
    flow, parameters, inputs = described[0] if described else ("unknown", "{}", [])
    fields: dict[str, Any] = orjson.loads(parameters or "{}")
    fetched = _warc_files(run_id, tables)
    named = [str(warehouse / name) for name in fetched] if fetched else inputs
    return Sources(
        flow=flow,
        source=fields.get("source") if not fetched else None,
        columns=dict(fields.get("columns") or ()),
        paths=tuple(path for path in named if Path(path).exists()),
        base=warehouse if fetched else None,
    )


def _warc_files(run_id: str, tables: Tables) -> list[str]:
    """Return the files of the raw zone that the run wrote, or that its documents were read from."""
    found = tables.rows(
        "select warc_file from fetches where run_id = $run_id and warc_file is not null "
        "union select split_part(locator, '#', 1) from documents "
        "where run_id = $run_id and starts_with(locator, $raw) order by all",
        run_id=run_id,
        raw=f"{RAW}/",
    )
    return [name for (name,) in found]


def read_again(run_id: str, sources: Sources, stages: Stages) -> Run | None:
    """Process a run's documents again, in a run whose folder the caller removes.

    Returns:
        The run with its parts; None where none of the bytes are left.
    """
    plan = _plan(sources, stages.settings)
    if plan is None:
        return None
    settings = stages.settings
    run = new_run(
        settings.warehouse,
        run_key(REPAIR, run_id),
        {
            "flow": REPAIR,
            "parameters": {"run_id": run_id},
            "inputs": list(sources.paths),
            "columns": plan.columns,
            "read": settings.read.model_dump(),
            "process": settings.process.model_dump(),
        },
    )
    write_plan(run, plan)
    process(run, stages)
    return run


def remove_readings(warehouse: Path, runs: Sequence[Run]) -> None:
    """Remove the folders of readings that a killed repair left."""
    for run in runs:
        if run.flow == REPAIR:
            run.remove()


def _plan(sources: Sources, settings: Settings) -> Plan | None:
    if not sources.paths:
        return None
    try:
        return plan_inputs(
            sources.paths,
            settings.read,
            columns=sources.columns,
            limit=None,
            base=sources.base,
        )
    except UsageError:  # the files are there and are of another kind now
        return None
