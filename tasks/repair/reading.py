"""Reading of an earlier run's documents again, as far as their bytes still exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from config.settings import Settings
from tasks.jobs.fetching import run_key
from tasks.pipeline import REPAIR_FLOW, Stages, process
from tasks.raw.archived import archived_files, present_path, with_names_of_raw
from tasks.read.fields import column_choice
from tasks.read.lookup import file_of, files_of, inputs_left
from tasks.read.plan import Plan, plan_inputs
from tasks.repair.tables import Tables
from tasks.runs.description import described
from tasks.runs.run import Run, new_run, write_plan
from warehouse.format_file import inputs_here
from warehouse.layout import RAW


@dataclass(frozen=True, slots=True)
class Sources:
    """The inputs of an earlier run.

    Attributes:
        run_id: the id of the run.
        flow: the flow of the run, such as "ingest"; "unknown" if `runs` has lost it.
        source: the source that all its documents got, if one was given.
        columns: for archives of rows, their column for each of our fields.
        paths: those of its files, folders and globs that can still be read.
        base: the folder that locators are relative to; None if inputs were named by a person.
        files: the paths of files that can still be read, by the locators that they may have had.
        locators: the locators of files that documents of the run name.
    """

    run_id: str
    flow: str
    source: str | None
    columns: dict[str, str]
    paths: tuple[str, ...]
    base: Path | None
    files: Mapping[str, str]
    locators: frozenset[str]


def sources_of_run(run_id: str, tables: Tables, settings: Settings) -> Sources:
    """Return the inputs of a run: its WARC files if it fetched pages, else the files it was given.

    An input that is gone, or of another kind now, is left out; the others are kept.
    """
    found = tables.rows(
        "select flow, parameters, inputs from runs where run_id = $run_id", run_id=run_id
    )
    flow, parameters, inputs = found[0] if found else ("unknown", "{}", [])
    fields: dict[str, Any] = orjson.loads(parameters or "{}")
    fetched = _warc_files(run_id, tables)
    warehouse = settings.warehouse
    named = [present_path(warehouse, name) or str(warehouse / name) for name in fetched]
    named = named or inputs_here(inputs, warehouse)
    columns = column_choice(dict(fields.get("columns") or ()))
    return Sources(
        run_id=run_id,
        flow=flow,
        source=fields.get("source") if not fetched else None,
        columns=columns,
        paths=tuple(inputs_left(named, settings.read, columns)),
        base=warehouse if fetched else None,
        files={} if fetched else files_of(named, settings.read, columns),
        locators=_file_locators(run_id, tables),
    )


def files_left(sources: Sources) -> set[str]:
    """Return the files that can be read, as the locators of the run's documents name them."""
    if sources.base is not None:
        archived = {note.address: note.name for note in archived_files(sources.base)}
        return {
            archived.get(path) or Path(path).relative_to(sources.base).as_posix()
            for path in sources.paths
        }
    return set(sources.files)


def _file_locators(run_id: str, tables: Tables) -> frozenset[str]:
    """Return the locators of the files that the run read, as far as tables still name them."""
    found = tables.rows(
        "select locator from documents where run_id = $run_id "
        "union select locator from article_versions where run_id = $run_id",
        run_id=run_id,
    )
    return frozenset(file_of(locator) for (locator,) in found if locator)


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
    """Process the documents of an earlier run again, in a new run that is never committed.

    The caller removes the folder of the new run.

    Returns:
        The new run with its parts; None if none of the bytes are left.
    """
    plan = _plan(sources, stages.settings)
    if plan is None:
        return None
    settings = stages.settings
    description = described(REPAIR_FLOW, {"run_id": run_id}, sources.paths, settings)
    description = replace(description, columns=dict(plan.columns))
    run = new_run(settings.warehouse, run_key(REPAIR_FLOW, run_id), description)
    write_plan(run, plan)
    process(run, stages)
    return run


def remove_readings(warehouse: Path, runs: Sequence[Run]) -> None:
    """Remove the runs that a killed repair had made to read documents again."""
    for run in runs:
        if run.flow == REPAIR_FLOW:
            run.remove()


def _plan(sources: Sources, settings: Settings) -> Plan | None:
    if not sources.paths:
        return None
    plan = plan_inputs(
        sources.paths,
        settings.read,
        columns=sources.columns,
        limit=None,
        base=sources.base,
    )
    # Without an input that is gone, files may have shorter names than in the run.
    names = {path: name for name, path in sources.files.items() if name in sources.locators}
    batches = (
        replace(
            batch,
            spans=tuple(replace(s, locator=names.get(s.path, s.locator)) for s in batch.spans),
        )
        for batch in with_names_of_raw(plan, archived_files(settings.warehouse)).batches
    )
    return replace(plan, batches=tuple(batches))
