"""The Prefect flow `ingest`: the pipeline, with each stage and each batch as a task run."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

from prefect import flow, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging.handlers import APILogHandler
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from config.settings import Settings, load_settings
from flows.artifacts import record_outcomes
from flows.report import one_line
from tasks.pipeline import Result, Summary, Watcher
from tasks.pipeline import ingest as run_pipeline
from tasks.runs import Request

log = logging.getLogger("broadsheet.flow")

T = TypeVar("T")

Paths = Annotated[list[str], Field(min_length=1)]

_RUNNER: Any = ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1)


def _name() -> str:
    """Such as "ingest pages.warc.gz and 2 more"."""
    first, *more = runtime.flow_run.parameters["paths"]
    return f"ingest {Path(first).name}" + (f" and {len(more)} more" if more else "")


class LogWatcher(Watcher):
    """Notices go to the run's log."""

    def notice(self, sentence: str) -> None:
        log.warning(sentence)

    def planned(self, batches: int, size: int) -> None:
        log.info("planned batches=%d bytes=%d", batches, size)


def call_as_task(stage: str, label: str, function: Callable[..., T], *arguments: Any) -> Result[T]:
    """Calls a stage as a Prefect task run; our own files say what is done, so nothing is cached."""

    @task(name=stage, task_run_name=label, cache_policy=NO_CACHE, persist_result=False)
    def stage_task() -> T:
        return function(*arguments)

    return stage_task.submit()


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
        config: A settings file instead of ./broadsheet.toml.
        wait: Wait while another run writes to the warehouse, instead of failing.
    """
    _log_to_run()
    settings = load_settings(config, warehouse=warehouse, workers=workers)
    request = Request(tuple(paths), source, tuple((columns or {}).items()), limit)
    summary = run_pipeline(request, settings, call_as_task, LogWatcher(), wait=wait)
    record_outcomes(summary)
    return Completed(message=one_line(summary), data=summary)


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
        config=config,
        wait=wait,
    )
    assert isinstance(summary, Summary)
    return summary


def _log_to_run() -> None:
    """Our log lines become the flow run's, and those of the task run that they come from."""
    ours = logging.getLogger("broadsheet")
    ours.setLevel(logging.INFO)
    if not any(isinstance(handler, APILogHandler) for handler in ours.handlers):
        ours.addHandler(APILogHandler())
