"""The flow runs of our deployments, as the server knows them."""

from collections.abc import Iterable
from datetime import datetime

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from flows.deployments import FLOWS, TAG
from flows.nightly import nightly

UNDER_WAY = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
ENDED = (StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED)
MOST = 200


def runs_under_way(client: SyncPrefectClient) -> list[FlowRun]:
    """What the server believes to be at work."""
    names = [flow.name for flow in FLOWS]
    return _runs(client, names, UNDER_WAY, FlowRunSort.EXPECTED_START_TIME_ASC, MOST)


def next_night(client: SyncPrefectClient) -> datetime | None:
    """When the next night is due; None when the schedule is empty or paused."""
    due = _runs(
        client, [nightly.name], (StateType.SCHEDULED,), FlowRunSort.EXPECTED_START_TIME_ASC, 1
    )
    return due[0].expected_start_time if due else None


def last_nights(client: SyncPrefectClient, count: int) -> list[FlowRun]:
    """The newest nights that have ended, the newest first."""
    return _runs(client, [nightly.name], ENDED, FlowRunSort.EXPECTED_START_TIME_DESC, count)


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
