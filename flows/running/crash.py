"""The treatment of a flow run whose process died: it is resumed, or left Crashed with a reason."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect import Flow, get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import AwaitingRetry, Crashed, Failed

from config.errors import BroadsheetError
from config.settings import load_settings

log = logging.getLogger("broadsheet.service")

# `broadsheet down` ends the flow runs first and then the runner. Without a pause the runner could
# start a run again before it is stopped itself.
_PAUSE = timedelta(seconds=20)


def explain_or_resume(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Resume a crashed flow run, or fail it if it was given an unknown parameter.

    This is the `on_crashed` hook of all flows. The runner calls it when the process of a run ends
    with a bad exit status. An unknown parameter ends the process before any of our code runs, and
    Prefect reports only "exit status 1"; so that case is recognised here.
    """
    unknown = sorted(set(flow_run.parameters) - set(flow.parameters.properties))
    with get_client(sync_client=True) as client:
        if unknown:
            message = (
                f"Unknown parameter {', '.join(unknown)}: the flow {flow.name} takes "
                f"{', '.join(flow.parameters.properties)}."
            )
            client.set_flow_run_state(flow_run.id, Failed(message=message), force=True)
        else:
            resume(client, client.read_flow_run(flow_run.id), state.message or "its process died")


def resume(client: SyncPrefectClient, flow_run: FlowRun, why: str) -> None:
    """Schedule a dead flow run again under its own id, or leave it Crashed if it died too often.

    The server may still have the run as "Running". It is set to Crashed first, by force, which
    frees its slot in the deployment's concurrency limit. A kill between the two changes of state
    leaves the run Crashed, and an operator can retry it.

    Args:
        why: the reason for its state message, without a full stop.
    """
    attempts, limit = flow_run.run_count, resume_limit(flow_run)
    if attempts > limit:
        message = f"Died {attempts} times ({why}); a retry from here resumes it."
        client.set_flow_run_state(flow_run.id, Crashed(message=message), force=True)
        return
    if flow_run.state is not None and not flow_run.state.is_crashed():
        client.set_flow_run_state(flow_run.id, Crashed(message=why), force=True)
    message = f"Resumes after a fault ({why}), attempt {attempts + 1} of {limit + 1}."
    client.set_flow_run_state(
        flow_run.id,
        AwaitingRetry(scheduled_time=datetime.now(UTC) + _PAUSE, message=message),
        force=True,
    )
    log.warning("resumes run=%s attempt=%d", flow_run.name, attempts + 1)


def resume_limit(flow_run: FlowRun) -> int:
    """Return the setting `prefect.resumes`, read from the settings file of the run itself."""
    config = flow_run.parameters.get("config")
    try:
        return load_settings(Path(config) if config else None).prefect.resumes
    except BroadsheetError:  # the run itself reports what is wrong with its settings
        return 0
