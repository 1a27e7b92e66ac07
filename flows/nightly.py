"""The Prefect flow `nightly`: what the sources published, from their lists to news.duckdb."""

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed

from config.errors import NightFailedError
from config.settings import Settings, load_settings
from flows.running.crash import explain_or_resume
from flows.running.events import announce
from flows.running.other_nights import complete_earlier, later_night
from flows.running.outcome import failure_of, told
from flows.running.parameters import Day, File, Folder, IfLocked, Names, Workers, absolute
from flows.running.stages import TASK_RUNNER
from flows.running.story import tell_night
from tasks.account import account_of_night
from tasks.nightly import NightRequest
from tasks.nightly import nightly as run_night
from tasks.pipeline import Stages, Summary


def night_of(start: datetime | None) -> date:
    """The local date of a scheduled start, as a plain date: Prefect's own kind is none for JSON."""
    local = (start or datetime.now()).astimezone()
    return date(local.year, local.month, local.day)


def _name() -> str:
    """Such as "nightly 2026-11-23"."""
    night = runtime.flow_run.parameters.get("night")
    return f"nightly {night or night_of(runtime.flow_run.scheduled_start_time)}"


@flow(
    name="nightly",
    description="Fetches what the sources published, ingests and publishes it.",
    flow_run_name=_name,
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
    """Fetches what the sources published, ingests and publishes it.

    A night that was killed goes on where it was, with the same parameters.

    Args:
        night: Its date; empty: the local date of the scheduled start.
        sources: Names of sources; empty: all that are enabled.
        warehouse: Absolute path of the tables' folder; empty: as the settings say.
        workers: Worker processes; empty: one per core.
        if_locked: When another run holds the warehouse: wait for it, or cancel this run.
        config: Absolute path of a settings file instead of ./broadsheet.toml.
    """
    asked = night or night_of(runtime.flow_run.scheduled_start_time)
    request = NightRequest(asked, tuple(sources or ()))

    def work(stages: Stages) -> State[Summary]:
        if (later := later_night()) is not None:
            instead = night_of(later.expected_start_time)
            return Cancelled(message=f"Had to wait; the night of {instead} fetches its part.")
        summary = run_night(request, stages, wait=if_locked == "wait")
        assert summary is not None
        limits = stages.settings.prefect
        account = account_of_night(summary, asked, limits.thin_share)
        link = tell_night(summary, account)
        failure = failure_of(account, limits.failed_share, link)
        announce(account, stages.settings.warehouse, link, failed=failure is not None)
        if failure is not None:
            raise NightFailedError(failure)
        complete_earlier(account)
        return Completed(message=account.line, data=summary)

    load = partial(load_settings, config, warehouse=warehouse, workers=workers)
    state: State[Summary] = told(load, "night-progress", work)
    return state


def run_as_flow(
    request: NightRequest, settings: Settings, *, wait: bool, config: Path | None
) -> Summary:
    """Runs the flow here and now; its server is the one of PREFECT_API_URL, else one of its own."""
    summary: Any = nightly(
        night=request.night,
        sources=list(request.sources) or None,
        warehouse=absolute(settings.warehouse),
        workers=settings.workers or None,
        if_locked="wait" if wait else "cancel",
        config=config and absolute(config),
    )
    assert isinstance(summary, Summary)
    return summary
