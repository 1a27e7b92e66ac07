"""The deployments: the four flows as the Prefect server knows them, with schedule and defaults."""

from collections.abc import Sequence
from importlib.metadata import version
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
from flows.backfill import backfill
from flows.ingest import ingest
from flows.nightly import nightly
from flows.reprocess import reprocess

FLOWS: tuple[Flow[..., Any], ...] = (nightly, ingest, backfill, reprocess)
TAG = "broadsheet"


def deployments(
    settings: Settings, config: Path | None, known: dict[str, DeploymentResponse]
) -> list[RunnerDeployment]:
    """The deployments of a warehouse.

    Args:
        settings: with the warehouse's absolute path; it becomes the default of every run.
        config: the settings file that runs shall read, as an absolute path.
        known: what the server has, by the flow's name: an operator's pause is kept.
    """
    return [_deployment(flow, settings, config, known.get(flow.name)) for flow in FLOWS]


def known_deployments(
    client: SyncPrefectClient, warehouse: Path | None = None
) -> dict[str, DeploymentResponse]:
    """The deployments that the server has already, by the flow's name.

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
    """Deletes the schedules that the settings do not have, or have no longer.

    Registering changes the schedule of the same slug, and leaves all others as they are: with a
    new slug each night would be run twice, and with an empty schedule for ever.
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
    nights = flow is nightly
    deployment = flow.to_deployment(
        name=flow.name,
        description=cleandoc(flow.fn.__doc__ or "").partition("Args:")[0].strip(),
        tags=[TAG],
        version=version("broadsheet"),
        parameters=defaults,
        paused=known.paused if known else False,
        schedules=_schedules(settings, known) if nights else [],
        concurrency_limit=_one_at_a_time() if nights else None,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert isinstance(deployment, RunnerDeployment)
    # Being set, they are told to the server: an earlier `deploy --work-pool` is over.
    deployment.work_pool_name = deployment.work_queue_name = None
    return deployment


def _schedules(settings: Settings, known: DeploymentResponse | None) -> Sequence[Schedule]:
    wanted = settings.prefect
    if not wanted.schedule:
        return []
    zone = wanted.timezone or get_localzone_name() or "UTC"
    paused = {one.slug for one in (known.schedules if known else []) if not one.active}
    return [
        Cron(wanted.schedule, timezone=zone, slug=wanted.slug, active=wanted.slug not in paused)
    ]


def _one_at_a_time() -> ConcurrencyLimitConfig:
    """Lets a night that is due while another is at work wait for it.

    With CANCEL_NEW the server would cancel a killed night when it resumes beside the next one.
    """
    return ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
