"""The Prefect flow `nightly`: what the sources published, from their lists to news.duckdb."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from config.settings import Settings, load_settings
from flows.artifacts import record_night
from flows.prefect_run import LogWatcher, call_as_task, log_to_run
from flows.report import night_line
from tasks.nightly import NightRequest
from tasks.nightly import nightly as run_night
from tasks.pipeline import Stages, Summary

_RUNNER: Any = ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1)


def night_of(start: datetime | None) -> date:
    """The local date of a scheduled start."""
    return (start or datetime.now()).astimezone().date()


def _name() -> str:
    """Such as "nightly 2026-11-23"."""
    night = runtime.flow_run.parameters.get("night")
    return f"nightly {night or night_of(runtime.flow_run.scheduled_start_time)}"


@flow(
    name="nightly",
    description="Fetches what the sources published, ingests and publishes it.",
    flow_run_name=_name,
    task_runner=_RUNNER,
    persist_result=False,
)
def nightly(
    night: date | None = None,
    sources: list[str] | None = None,
    warehouse: Path | None = None,
    workers: Annotated[int | None, Field(ge=1, le=1024)] = None,
    config: Path | None = None,
    wait: bool = False,
) -> State[Summary]:
    """Fetches what the sources published, ingests and publishes it.

    A night that was killed goes on where it was, with the same parameters.

    Args:
        night: Its date; empty: the local date of the scheduled start.
        sources: Names of sources; empty: all that are enabled.
        warehouse: Folder of the tables; empty: the setting `warehouse`.
        workers: Worker processes; empty: one per core.
        config: A settings file instead of ./broadsheet.toml.
        wait: Wait while another night is being fetched, instead of failing.
    """
    log_to_run()
    settings = load_settings(config, warehouse=warehouse, workers=workers)
    start = runtime.flow_run.scheduled_start_time
    request = NightRequest(night or night_of(start), tuple(sources or ()))
    stages = Stages(settings, call_as_task, LogWatcher())
    summary = run_night(request, stages, wait=wait)
    assert summary is not None
    record_night(summary)
    return Completed(message=night_line(summary), data=summary)


def run_as_flow(
    request: NightRequest, settings: Settings, *, wait: bool, config: Path | None
) -> Summary:
    """Runs the flow here and now; its server is the one of PREFECT_API_URL, else one of its own."""
    runner: Any = ThreadPoolTaskRunner(max_workers=settings.worker_count)
    summary: Any = nightly.with_options(task_runner=runner)(
        night=request.night,
        sources=list(request.sources) or None,
        warehouse=settings.warehouse,
        workers=settings.workers or None,
        config=config,
        wait=wait,
    )
    assert isinstance(summary, Summary)
    return summary
