"""Queries for the flow runs of our deployments on the server."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import DeploymentStatus, FlowRun, StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.client.schemas.sorting import FlowRunSort

from flows.deployments import FLOWS, TAG, known_deployments
from flows.nightly import nightly

ACTIVE = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
ENDED = (StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED)
_PAGE_SIZE = 200  # the most flow runs that the API returns at once


def active_flow_runs(client: SyncPrefectClient) -> list[FlowRun]:
    """Return the flow runs that the server believes to be running, pending or being cancelled."""
    names = [flow.name for flow in FLOWS]
    return _runs(client, names, ACTIVE, FlowRunSort.EXPECTED_START_TIME_ASC, _PAGE_SIZE)


def all_ready(client: SyncPrefectClient) -> bool:
    """Return whether a runner asks the server for the runs of all our deployments."""
    known = known_deployments(client)
    states = [known[flow.name].status if flow.name in known else None for flow in FLOWS]
    return all(state is DeploymentStatus.READY for state in states)


def missed_nights(client: SyncPrefectClient) -> list[FlowRun]:
    """Return the scheduled nights that are due and have never begun, the oldest first."""
    order = FlowRunSort.EXPECTED_START_TIME_ASC
    now = datetime.now(UTC)
    return [
        flow_run
        for flow_run in _runs(client, [nightly.name], (StateType.SCHEDULED,), order, _PAGE_SIZE)
        if flow_run.auto_scheduled and not flow_run.run_count and _due(flow_run) <= now
    ]


def last_flow_runs(client: SyncPrefectClient, count: int) -> list[FlowRun]:
    """Return the flow runs of the last nights that have ended, the newest first."""
    return _runs(client, [nightly.name], ENDED, FlowRunSort.EXPECTED_START_TIME_DESC, count)


def next_night(client: SyncPrefectClient) -> datetime | None:
    """Return the time of the next scheduled night; None without a schedule, or if it is paused."""
    deployment = known_deployments(client).get(nightly.name)
    if deployment is None or deployment.paused:
        return None
    active = [entry.schedule for entry in deployment.schedules if entry.active]
    times = [_next_time(schedule) for schedule in active if isinstance(schedule, CronSchedule)]
    return min(times, default=None)


def _next_time(schedule: CronSchedule) -> datetime:
    zone = ZoneInfo(schedule.timezone or "UTC")
    return next(CronSim(schedule.cron, datetime.now(zone)))


def _due(flow_run: FlowRun) -> datetime:
    return flow_run.expected_start_time or datetime.max.replace(tzinfo=UTC)


def _runs(
    client: SyncPrefectClient,
    names: list[str],
    types: Iterable[StateType],
    sort: FlowRunSort,
    limit: int,
) -> list[FlowRun]:
    return client.read_flow_runs(
        deployment_filter=DeploymentFilter(
            name=DeploymentFilterName(any_=names), tags=DeploymentFilterTags(all_=[TAG])
        ),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types)))
        ),
        sort=sort,
        limit=limit,
    )
