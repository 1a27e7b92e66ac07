"""The Prefect flow `ingest`: the pipeline, with each stage and each batch as a task run."""

import os
from pathlib import Path
from typing import Annotated, Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from config.settings import Lane, Settings, load_settings
from flows.artifacts import record_outcomes
from flows.prefect_run import LogWatcher, call_as_task, log_to_run
from flows.report import one_line
from tasks.pipeline import Summary
from tasks.pipeline import ingest as run_pipeline
from tasks.runs import Request

Paths = Annotated[list[str], Field(min_length=1)]

_RUNNER: Any = ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1)


def _name() -> str:
    """Such as "ingest pages.warc.gz and 2 more"."""
    first, *more = runtime.flow_run.parameters["paths"]
    return f"ingest {Path(first).name}" + (f" and {len(more)} more" if more else "")


@flow(
    name="ingest",
    description="Reads archives and folders into the warehouse and publishes news.duckdb.",
    flow_run_name=_name,
    task_runner=_RUNNER,
    persist_result=False,
)
def ingest(
    paths: Paths,
    source: str | None = None,
    warehouse: Path | None = None,
    workers: Annotated[int | None, Field(ge=1, le=1024)] = None,
    limit: Annotated[int | None, Field(ge=1)] = None,
    columns: dict[str, str] | None = None,
    extractor: Lane | None = None,
    config: Path | None = None,
    wait: bool = False,
) -> State[Summary]:
    """Reads archives and folders into the warehouse and publishes news.duckdb.

    The same parameters again change nothing; after a kill they resume.

    Args:
        paths: Files, folders and globs, in any mix, on the machine that runs the flow.
        source: The source that all documents get; empty: what the archive says.
        warehouse: Folder of the tables; empty: the setting `warehouse`.
        workers: Worker processes; empty: one per core.
        limit: Take a first look: so many documents only.
        columns: For rows: which column holds a field, such as {"text": "story"}.
        extractor: Which lane reads pages; empty: the setting `process.extractor`.
        config: A settings file instead of ./broadsheet.toml.
        wait: Wait while another run writes to the warehouse, instead of failing.
    """
    log_to_run()
    settings = load_settings(
        config, warehouse=warehouse, workers=workers, process={"extractor": extractor}
    )
    request = Request(tuple(paths), source, tuple((columns or {}).items()), limit)
    summary = run_pipeline(request, settings, call_as_task, LogWatcher(), wait=wait)
    record_outcomes(summary)
    return Completed(message=one_line(summary) or "no documents", data=summary)


def run_as_flow(
    request: Request, settings: Settings, *, wait: bool, config: Path | None
) -> Summary:
    """Runs the flow here and now; its server is the one of PREFECT_API_URL, else one of its own."""
    runner: Any = ThreadPoolTaskRunner(max_workers=settings.worker_count)
    summary: Any = ingest.with_options(task_runner=runner)(
        paths=list(request.paths),
        source=request.source,
        warehouse=settings.warehouse,
        workers=settings.workers or None,
        limit=request.limit,
        columns=dict(request.columns),
        extractor=settings.process.extractor,
        config=config,
        wait=wait,
    )
    assert isinstance(summary, Summary)
    return summary
