"""The Prefect flow `nightly`: everything that the sources published, from feeds to news.duckdb."""

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed

from config.errors import NightFailedError
from config.settings import Settings, load_settings
from flows.running.artifacts import create_night_artifacts
from flows.running.crash import explain_or_resume
from flows.running.events import announce_night, announce_watches
from flows.running.other_nights import complete_earlier_nights, later_night
from flows.running.outcome import failure_of, run_to_final_state
from flows.running.parameters import Day, File, Folder, IfLocked, Names, Workers, absolute_path
from flows.running.stages import TASK_RUNNER
from tasks.jobs.nightly import NightRequest
from tasks.jobs.nightly import nightly as run_night
from tasks.jobs.report import report_night
from tasks.pipeline import Stages, Summary
from tasks.report.corpus_report import report_after_night


def night_of(start: datetime | None) -> date:
    """Return the night of a scheduled start: its local date; without a start, today's.

    The result is a plain date. Prefect's own date type cannot be written as JSON.
    """
    local = (start or datetime.now()).astimezone()
    return date(local.year, local.month, local.day)


def _run_name() -> str:
    """Return the run's name, such as "nightly 2026-11-23"."""
    night = runtime.flow_run.parameters.get("night")
    return f"nightly {night or night_of(runtime.flow_run.scheduled_start_time)}"


@flow(
    name="nightly",
    description="Fetch what the sources published, ingest it and publish it.",
    flow_run_name=_run_name,
    task_runner=TASK_RUNNER,
    persist_result=False,
    on_crashed=[explain_or_resume],
)
def nightly(
    night: Day | None = None,
    sources: Names | None = None,
    warehouse: Folder | None = None,
    workers: Workers | None = None,
    if_locked: IfLocked = "wait",
    config: File | None = None,
) -> State[Summary]:
    """Fetch what the sources published, ingest it and publish it.

    A night that was killed resumes when it is started again with the same parameters.

    Args:
        night: The night's date. Empty: the local date of the scheduled start.
        sources: Names of sources. Empty: all enabled sources.
        warehouse: Absolute path of the warehouse's folder. Empty: the setting `warehouse`.
        workers: Number of worker processes. Empty: one per core.
        if_locked: If another run holds the warehouse: wait for it, or cancel this run.
        config: Absolute path of the settings file. Empty: ./broadsheet.toml.
    """
    day = night or night_of(runtime.flow_run.scheduled_start_time)
    request = NightRequest(day, tuple(sources or ()))

    def work(stages: Stages) -> State[Summary]:
        if (later := later_night()) is not None:
            replacement = night_of(later.expected_start_time)
            return Cancelled(message=f"Had to wait; the night of {replacement} fetches its part.")
        summary = run_night(request, stages, wait=if_locked == "wait")
        assert summary is not None
        limits = stages.settings.prefect
        account = report_night(summary, day, limits.thin_share)
        report = report_after_night(stages.settings)
        link = create_night_artifacts(summary, account, report)
        failure = failure_of(account, limits.failed_share, link)
        announce_watches(account, stages.settings.warehouse, link)
        announce_night(account, stages.settings.warehouse, link, failed=failure is not None)
        if failure is not None:
            raise NightFailedError(failure)
        complete_earlier_nights(account)
        return Completed(message=account.line, data=summary)

    load = partial(load_settings, config, warehouse=warehouse, workers=workers)
    state: State[Summary] = run_to_final_state(load, "night-progress", work)
    return state


def run_as_flow(
    request: NightRequest, settings: Settings, *, wait: bool, config: Path | None
) -> Summary:
    """Run the flow in this process and return its summary.

    It is recorded on the server of PREFECT_API_URL. Without one, Prefect starts a server for it.
    """
    summary: Any = nightly(
        night=request.night,
        sources=list(request.sources) or None,
        warehouse=absolute_path(settings.warehouse),
        workers=settings.workers or None,
        if_locked="wait" if wait else "cancel",
        config=config and absolute_path(config),
    )
    assert isinstance(summary, Summary)
    return summary
