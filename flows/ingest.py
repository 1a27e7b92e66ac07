"""The Prefect flow `ingest`: the pipeline, with each stage and each batch as a task run."""

from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed

from config.settings import Lane, Settings, load_settings
from flows.running.crash import explain_or_resume
from flows.running.outcome import told
from flows.running.parameters import (
    Columns,
    File,
    Folder,
    IfLocked,
    Limit,
    Name,
    Places,
    Workers,
    absolute,
)
from flows.running.stages import TASK_RUNNER
from flows.running.story import tell_ingest
from tasks.account import one_line
from tasks.pipeline import Stages, Summary
from tasks.pipeline import ingest as run_pipeline
from tasks.runs import Request

_NO_COLUMNS = Columns()


def _name() -> str:
    """Such as "ingest pages.warc.gz and 2 more"."""
    first, *more = runtime.flow_run.parameters["paths"]
    return f"ingest {Path(first).name}" + (f" and {len(more)} more" if more else "")


@flow(
    name="ingest",
    description="Reads archives and folders into the warehouse and publishes news.duckdb.",
    flow_run_name=_name,
    task_runner=TASK_RUNNER,
    persist_result=False,
    on_crashed=[explain_or_resume],
)
def ingest(
    paths: Places,
    source: Name | None = None,
    warehouse: Folder | None = None,
    workers: Workers | None = None,
    limit: Limit | None = None,
    if_locked: IfLocked = "wait",
    config: File | None = None,
    extractor: Lane | None = None,
    keep_all: bool = False,
    columns: Columns = _NO_COLUMNS,
) -> State[Summary]:
    """Reads archives and folders into the warehouse and publishes news.duckdb.

    The same parameters again change nothing; after a kill they resume.

    Args:
        paths: Files, folders and globs, in any mix, on the machine that runs the flow.
        source: The source that all documents get; empty: what the archive says.
        warehouse: Absolute path of the tables' folder; empty: as the settings say.
        workers: Worker processes; empty: one per core.
        limit: Take a first look: so many documents only; empty: all.
        if_locked: When another run holds the warehouse: wait for it, or cancel this run.
        config: Absolute path of a settings file instead of ./broadsheet.toml.
        extractor: Which lane reads pages; empty: as the settings say.
        keep_all: Load pages that are no articles, too, with their page_type and a flag.
        columns: For rows: which column holds a field, such as text = story; empty: usual names.
    """

    def work(stages: Stages) -> State[Summary]:
        request = Request(tuple(paths), source, columns.chosen(), limit)
        summary = run_pipeline(
            request, stages.settings, stages.call, stages.watcher, wait=if_locked == "wait"
        )
        tell_ingest(summary)
        return Completed(message=one_line(summary) or "no documents", data=summary)

    chosen = {"extractor": extractor, "keep_all": keep_all or None}
    load = partial(load_settings, config, warehouse=warehouse, workers=workers, process=chosen)
    state: State[Summary] = told(load, "ingest-progress", work)
    return state


def run_as_flow(
    request: Request, settings: Settings, *, wait: bool, config: Path | None
) -> Summary:
    """Runs the flow here and now; its server is the one of PREFECT_API_URL, else one of its own."""
    summary: Any = ingest(
        paths=list(request.paths),
        source=request.source,
        warehouse=absolute(settings.warehouse),
        workers=settings.workers or None,
        limit=request.limit,
        columns=Columns(**dict(request.columns)),
        if_locked="wait" if wait else "cancel",
        extractor=settings.process.extractor,
        config=config and absolute(config),
        keep_all=settings.process.keep_all,
    )
    assert isinstance(summary, Summary)
    return summary
