"""The other nights of the deployment: which one replaces this one, and which ones it completes.

One night runs at a time, and another that is due waits (ENQUEUE): the server never cancels a night
that was killed and is to resume because the next one has its place.
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

from flows.running.patience import patiently
from tasks.account import Night

log = logging.getLogger("broadsheet.flow")

MOST = 200


def later_night() -> FlowRun | None:
    """Returns the newest night of the schedule that was due after this one and fetches its part.

    Nights that had to wait for another begin all at once when it ends: the newest one is enough.
    A night that resumes, or that a person started, is nobody else's. Where the server does not
    answer, this one runs.
    """
    if not runtime.deployment.id:
        return None
    try:
        return patiently(_later_night)
    except HTTPError as error:
        log.warning("the server does not say which nights are due: %s", error)
        return None


def _later_night() -> FlowRun | None:
    with get_client(sync_client=True) as client:
        this = client.read_flow_run(runtime.flow_run.id)
        if not this.auto_scheduled or this.run_count > 1:
            return None
        others = _runs(client, this, StateType.SCHEDULED, StateType.COMPLETED)
    due, now = _due(this), datetime.now(UTC)
    later = [one for one in others if one.auto_scheduled and due < _due(one) <= now]
    return max(later, key=_due, default=None)


def complete_earlier(night: Night) -> None:
    """Says of earlier nights that were killed and not yet resumed that this one completed them.

    A night takes in what unfinished ones had fetched before it fetches, and what they had not
    fetched stands in its lists (`tasks.nightly`). A server that does not answer costs the word, not
    the run.
    """
    if not runtime.deployment.id:
        return
    try:
        patiently(lambda: _complete_earlier(night))
    except HTTPError as error:
        log.warning("earlier nights keep their state: %s", error)


def _complete_earlier(night: Night) -> None:
    with get_client(sync_client=True) as client:
        this = client.read_flow_run(runtime.flow_run.id)
        for other in _runs(client, this, StateType.CRASHED, StateType.SCHEDULED):
            if _is_completed_by(other, this, night):
                _complete(client, other, this)


def _is_completed_by(other: FlowRun, this: FlowRun, night: Night) -> bool:
    """Says whether a run had begun earlier, into the same warehouse, for these sources at most."""
    if not other.run_count or other.parameters.get("warehouse") != this.parameters.get("warehouse"):
        return False
    if _due(other) > _due(this):
        return False
    if this.parameters.get("sources") is None:
        return True
    wanted = other.parameters.get("sources")
    return wanted is not None and set(wanted) <= {visit.source for visit in night.visits}


def _complete(client: SyncPrefectClient, other: FlowRun, this: FlowRun) -> None:
    message = (
        f"Completed by {this.name}, which took in what this run had fetched, and fetched the rest."
    )
    client.set_flow_run_state(other.id, Completed(message=message), force=True)
    log.info("completed run=%s", other.name)


def _runs(client: SyncPrefectClient, this: FlowRun, *types: StateType) -> list[FlowRun]:
    """Returns the other runs of the deployment in these states, the newest first."""
    assert this.deployment_id is not None
    found = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[this.deployment_id]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types))),
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=MOST,
    )
    return [one for one in found if one.id != this.id]


def _due(flow_run: FlowRun) -> datetime:
    return flow_run.expected_start_time or datetime.max.replace(tzinfo=UTC)
