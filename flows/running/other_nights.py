"""The other nights of the deployment: the one that replaces this one, and those that it completes.

The server runs one night at a time. Nights that are due meanwhile wait (strategy ENQUEUE). With
CANCEL_NEW the server would cancel a killed night that is to resume, if the next night had taken its
slot.
"""

import logging
from datetime import UTC, datetime

from httpx import HTTPError
from prefect import get_client, runtime
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Completed

from flows.running.client_retries import retry_while_unreachable
from tasks.jobs.report import NightReport

log = logging.getLogger("broadsheet.flow")

_PAGE_SIZE = 200  # the most flow runs that the API returns at once


def later_night() -> FlowRun | None:
    """Return the newest scheduled night that was due after this one and makes it superfluous.

    Several nights may have waited for a long one. They all begin when it ends, and the newest one
    fetches everything that the others would fetch. A night that resumes, or that a person started,
    is never replaced. If the server does not answer, this night runs.

    Returns:
        The later night; None if this night must run.
    """
    if not runtime.deployment.id:
        return None
    try:
        return retry_while_unreachable(_later_night)
    except HTTPError as error:
        log.warning("cannot read from the server which nights are due: %s", error)
        return None


def _later_night() -> FlowRun | None:
    with get_client(sync_client=True) as client:
        this = client.read_flow_run(runtime.flow_run.id)
        if not this.auto_scheduled or this.run_count > 1:
            return None
        others = _runs(client, this, StateType.SCHEDULED, StateType.COMPLETED)
    due, now = _due(this), datetime.now(UTC)
    later = [other for other in others if other.auto_scheduled and due < _due(other) <= now]
    return max(later, key=_due, default=None)


def complete_earlier_nights(night: NightReport) -> None:
    """Set earlier nights that were killed and have not resumed to Completed.

    This is true because each night first loads what unfinished nights had fetched, and then finds
    the rest in its own lists (`tasks.jobs.nightly`). A server that does not answer must not fail
    the run; the earlier nights then keep their state.

    Args:
        night: the account of this night, which has succeeded.
    """
    if not runtime.deployment.id:
        return
    try:
        retry_while_unreachable(lambda: _complete_earlier_nights(night))
    except HTTPError as error:
        log.warning("cannot reach the server; earlier nights keep their state: %s", error)


def _complete_earlier_nights(night: NightReport) -> None:
    with get_client(sync_client=True) as client:
        this = client.read_flow_run(runtime.flow_run.id)
        for other in _runs(client, this, StateType.CRASHED, StateType.SCHEDULED):
            if _is_completed_by(other, this, night):
                _complete(client, other, this)


def _is_completed_by(other: FlowRun, this: FlowRun, night: NightReport) -> bool:
    """Return whether this night has done all the work of another one.

    The other one must have begun, must not be due later, must have written to the same warehouse,
    and must not have had sources that this night left out.
    """
    if not other.run_count or other.parameters.get("warehouse") != this.parameters.get("warehouse"):
        return False
    if _due(other) > _due(this):
        return False
    if this.parameters.get("sources") is None:
        return True
    sources = other.parameters.get("sources")
    return sources is not None and set(sources) <= {visit.source for visit in night.visits}


def _complete(client: SyncPrefectClient, other: FlowRun, this: FlowRun) -> None:
    message = (
        f"Completed by {this.name}, which took in what this run had fetched, and fetched the rest."
    )
    client.set_flow_run_state(other.id, Completed(message=message), force=True)
    log.info("completed run=%s", other.name)


def _runs(client: SyncPrefectClient, this: FlowRun, *types: StateType) -> list[FlowRun]:
    """Return the other runs of the deployment that are in these states, the newest first."""
    assert this.deployment_id is not None
    found = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[this.deployment_id]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types))),
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=_PAGE_SIZE,
    )
    return [flow_run for flow_run in found if flow_run.id != this.id]


def _due(flow_run: FlowRun) -> datetime:
    return flow_run.expected_start_time or datetime.max.replace(tzinfo=UTC)
