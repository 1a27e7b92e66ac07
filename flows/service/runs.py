"""The flow runs of our deployments, as the server knows them."""

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

UNDER_WAY = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
ENDED = (StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED)
MOST = 200


def runs_under_way(client: SyncPrefectClient) -> list[FlowRun]:
    """What the server believes to be at work."""
    names = [flow.name for flow in FLOWS]
    return _runs(client, names, UNDER_WAY, FlowRunSort.EXPECTED_START_TIME_ASC, MOST)


def all_ready(client: SyncPrefectClient) -> bool:
    """Says whether a runner asks the server for the runs of all our deployments."""
    known = known_deployments(client)
    states = [known[flow.name].status if flow.name in known else None for flow in FLOWS]
    return all(state is DeploymentStatus.READY for state in states)


def missed_nights(client: SyncPrefectClient) -> list[FlowRun]:
    """Nights that the schedule planned, that are due, and that never began; the oldest first."""
    order = FlowRunSort.EXPECTED_START_TIME_ASC
    now = datetime.now(UTC)
    return [
        flow_run
        for flow_run in _runs(client, [nightly.name], (StateType.SCHEDULED,), order, MOST)
        if flow_run.auto_scheduled and not flow_run.run_count and _due(flow_run) <= now
    ]


def last_nights(client: SyncPrefectClient, count: int) -> list[FlowRun]:
    """The newest nights that have ended, the newest first."""
    return _runs(client, [nightly.name], ENDED, FlowRunSort.EXPECTED_START_TIME_DESC, count)


def next_night(client: SyncPrefectClient) -> datetime | None:
    """When the schedule next starts a night; None when it has none, or is paused."""
    deployment = known_deployments(client).get(nightly.name)
    if deployment is None or deployment.paused:
        return None
    active = [one.schedule for one in deployment.schedules if one.active]
    dates = [_next(one) for one in active if isinstance(one, CronSchedule)]
    return min(dates, default=None)


def _next(schedule: CronSchedule) -> datetime:
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
