"""The deployments: the four flows as the Prefect server knows them, with schedule and defaults.

The code and the settings own the deployments. Each start of the service writes them anew. Only two
things belong to the operator and are kept: a paused deployment, and a switched-off schedule.
"""

from collections.abc import Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Any

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.responses import DeploymentResponse
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.schedules import Cron, Schedule
from prefect.types.entrypoint import EntrypointType
from tzlocal import get_localzone_name

from config.errors import ServiceError
from config.settings import Settings
from config.version import code_version
from flows.backfill import backfill
from flows.ingest import ingest
from flows.nightly import nightly
from flows.reprocess import reprocess

FLOWS: tuple[Flow[..., Any], ...] = (nightly, ingest, backfill, reprocess)
TAG = "broadsheet"


def deployments(
    settings: Settings, config: Path | None, known: dict[str, DeploymentResponse]
) -> list[RunnerDeployment]:
    """Return the deployments of a warehouse, ready to be registered.

    Args:
        settings: the settings, with the warehouse's absolute path, which becomes a default
            parameter of every run.
        config: the absolute path of the settings file that runs read.
        known: the deployments that the server has, by flow name; an operator's pause is kept.
    """
    return [_deployment(flow, settings, config, known.get(flow.name)) for flow in FLOWS]


def known_deployments(
    client: SyncPrefectClient, warehouse: Path | None = None
) -> dict[str, DeploymentResponse]:
    """Return the deployments that the server already has, by flow name.

    Args:
        warehouse: the warehouse to which they must belong; None: any.

    Raises:
        ServiceError: they belong to another warehouse.
    """
    found = {}
    for flow in FLOWS:
        try:
            deployment = client.read_deployment_by_name(f"{flow.name}/{flow.name}")
        except ObjectNotFound:
            continue
        found[flow.name] = deployment
        theirs = deployment.parameters.get("warehouse")
        if warehouse is not None and theirs not in (None, str(warehouse)):
            raise ServiceError(
                f"The server at {client.api_url} already has the deployment {flow.name} for the "
                f"warehouse {theirs}: use another port for this one, or delete that deployment."
            )
    return found


def forget_old_schedules(
    client: SyncPrefectClient, settings: Settings, known: dict[str, DeploymentResponse]
) -> None:
    """Delete the schedules that are not, or no longer, in the settings.

    Registering a deployment changes the schedule of the same slug and leaves all others as they
    are. Without this, a new slug would run each night twice, and an empty schedule would never
    stop the nights.
    """
    wanted = {settings.prefect.slug} if settings.prefect.schedule else set()
    for deployment in known.values():
        for schedule in deployment.schedules:
            if deployment.name != nightly.name or schedule.slug not in wanted:
                client.delete_deployment_schedule(deployment.id, schedule.id)


def _deployment(
    flow: Flow[..., Any],
    settings: Settings,
    config: Path | None,
    known: DeploymentResponse | None,
) -> RunnerDeployment:
    defaults = {
        "warehouse": str(settings.warehouse),
        "if_locked": settings.prefect.if_locked,
        **({"config": str(config)} if config else {}),
    }
    is_nightly = flow is nightly
    deployment = flow.to_deployment(
        name=flow.name,
        description=cleandoc(flow.fn.__doc__ or "").partition("Args:")[0].strip(),
        tags=[TAG],
        version=code_version(),
        parameters=defaults,
        paused=known.paused if known else False,
        schedules=_schedules(settings, known) if is_nightly else [],
        concurrency_limit=_one_at_a_time() if is_nightly else None,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert isinstance(deployment, RunnerDeployment)
    # Prefect sends only attributes that were set. Setting these to None takes the deployment out
    # of the pool of an earlier `broadsheet deploy --work-pool`.
    deployment.work_pool_name = deployment.work_queue_name = None
    return deployment


def _schedules(settings: Settings, known: DeploymentResponse | None) -> Sequence[Schedule]:
    prefect = settings.prefect
    if not prefect.schedule:
        return []
    zone = prefect.timezone or get_localzone_name() or "UTC"
    paused = {
        schedule.slug for schedule in (known.schedules if known else []) if not schedule.active
    }
    active = prefect.slug not in paused
    return [Cron(prefect.schedule, timezone=zone, slug=prefect.slug, active=active)]


def _one_at_a_time() -> ConcurrencyLimitConfig:
    """Return a concurrency limit of one, under which a night that is due waits for the present one.

    With the strategy CANCEL_NEW the server would cancel a killed night that resumes while the next
    one is running.
    """
    return ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
