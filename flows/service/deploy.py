"""`broadsheet deploy`: register the deployments at a server that somebody else runs."""

from pathlib import Path

import httpx
from prefect import get_client
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL

from config.errors import ServiceError, UsageError
from config.settings import Settings
from flows.deployments import deployments, forget_old_schedules, known_deployments
from flows.service.answers import service_error
from flows.service.automation import ensure_automation
from flows.service.form import simplify_form


def deploy_flows(
    settings: Settings, config: Path | None, pool: str | None
) -> tuple[list[str], str]:
    """Register the deployments and the automation.

    Args:
        settings: the settings, with the warehouse's absolute path.
        config: the absolute path of the settings file that runs read.
        pool: a work pool whose workers have Broadsheet installed; None: `broadsheet up` runs the
            flows.

    Returns:
        The full names of the deployments, and the address of the API.

    Raises:
        UsageError: no server is configured.
        ServiceError: the server does not answer, refuses, or has no such pool.
    """
    api = PREFECT_API_URL.value()
    if not api:
        raise UsageError(
            "There is no server to deploy to: set PREFECT_API_URL, or `broadsheet up` starts one."
        )
    try:
        return _register(settings, config, pool), str(api)
    except ObjectNotFound as error:
        raise ServiceError(
            f"The server at {api} has no work pool {pool!r}: `prefect work-pool create {pool} "
            "--type process` makes one."
        ) from error
    except (httpx.HTTPError, RuntimeError) as error:
        raise service_error(error, str(api)) from error


def _register(settings: Settings, config: Path | None, pool: str | None) -> list[str]:
    with get_client(sync_client=True) as client:
        if pool:
            client.read_work_pool(pool)
        known = known_deployments(client, settings.warehouse)
        forget_old_schedules(client, settings, known)
        made = deployments(settings, config, known)
        for deployment in made:
            deployment.apply(work_pool_name=pool)
            simplify_form(client, deployment.full_name)
    ensure_automation()
    return [deployment.full_name for deployment in made]
