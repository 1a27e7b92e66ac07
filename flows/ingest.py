"""The Prefect flow `ingest`: the pipeline over files, with a task run for each stage and batch."""

from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed

from config.choices import Lane
from config.settings import Settings, load_settings
from flows.running.artifacts import create_ingest_artifacts
from flows.running.crash import explain_or_resume
from flows.running.outcome import run_to_final_state
from flows.running.parameters import (
    ColumnMap,
    File,
    Folder,
    IfLocked,
    InputPaths,
    Limit,
    Name,
    Workers,
    absolute_path,
    read_column_map,
    write_column_map,
)
from flows.running.stages import TASK_RUNNER
from tasks.jobs.ingest import ingest as run_pipeline
from tasks.jobs.inputs import inputs_of_run
from tasks.jobs.report import summary_line
from tasks.pipeline import Stages, Summary
from tasks.runs.run import IngestRequest


def _run_name() -> str:
    """Return the run's name, such as "ingest pages.warc.gz and 2 more"."""
    first, *more = runtime.flow_run.parameters["paths"]
    return f"ingest {Path(first).name}" + (f" and {len(more)} more" if more else "")


@flow(
    name="ingest",
    description="Read archives and folders into the warehouse and publish news.duckdb.",
    flow_run_name=_run_name,
    task_runner=TASK_RUNNER,
    persist_result=False,
    on_crashed=[explain_or_resume],
)
def ingest(
    paths: InputPaths,
    source: Name | None = None,
    warehouse: Folder | None = None,
    workers: Workers | None = None,
    limit: Limit | None = None,
    if_locked: IfLocked = "wait",
    config: File | None = None,
    extractor: Lane | None = None,
    keep_all: bool = False,
    columns: ColumnMap = "",
) -> State[Summary]:
    """Read archives and folders into the warehouse and publish news.duckdb.

    A second run with the same parameters changes nothing. After a kill it resumes.

    Args:
        paths: Files, folders and globs on the machine that runs the flow, and addresses.
        source: The source of all documents. Empty: what the archive says.
        warehouse: Absolute path of the warehouse's folder. Empty: the setting `warehouse`.
        workers: Number of worker processes. Empty: one per core.
        limit: Read only this number of documents, for a first look. Empty: all.
        if_locked: If another run holds the warehouse: wait for it, or cancel this run.
        config: Absolute path of the settings file. Empty: ./broadsheet.toml.
        extractor: How the text of pages is extracted. Empty: the setting `process.extractor`.
        keep_all: Also load pages that are not articles, with their page_type and a flag.
        columns: For rows, such as text=story, published=day, delimiter=tab. Empty: usual names.
    """

    def work(stages: Stages) -> State[Summary]:
        request = IngestRequest(tuple(paths), source, read_column_map(columns), limit)
        summary = run_pipeline(request, stages, wait=if_locked == "wait")
        inputs = inputs_of_run(summary, request.columns)
        create_ingest_artifacts(summary, [*inputs.lines(), *inputs.warnings()])
        inputs.require_text()
        return Completed(message=summary_line(summary) or "no documents", data=summary)

    process = {"extractor": extractor, "keep_all": keep_all or None}
    load = partial(load_settings, config, warehouse=warehouse, workers=workers, process=process)
    state: State[Summary] = run_to_final_state(load, "ingest-progress", work)
    return state


def run_as_flow(
    request: IngestRequest, settings: Settings, *, wait: bool, config: Path | None
) -> Summary:
    """Run the flow in this process and return its summary.

    It is recorded on the server of PREFECT_API_URL. Without one, Prefect starts a server for it.
    """
    summary: Any = ingest(
        paths=list(request.paths),
        source=request.source,
        warehouse=absolute_path(settings.warehouse),
        workers=settings.workers or None,
        limit=request.limit,
        columns=write_column_map(request.columns),
        if_locked="wait" if wait else "cancel",
        extractor=settings.process.extractor,
        config=config and absolute_path(config),
        keep_all=settings.process.keep_all,
    )
    assert isinstance(summary, Summary)
    return summary
