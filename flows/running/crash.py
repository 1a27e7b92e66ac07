"""What becomes of a flow run whose process died: it is resumed, or says why it cannot be."""

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

# Long enough for `broadsheet down` to end the runner before it takes the run up again.
PAUSE = timedelta(seconds=20)


def explain_or_resume(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """The hook `on_crashed` of all flows; the runner calls it when a run's process ended badly.

    A parameter that the flow does not have ends its process before anything of ours runs, and
    Prefect says no more than "exit status 1".
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
    """Schedules a run anew under its own id; one that died too often is left Crashed.

    Whatever the server believes of it (a dead run is "Running" there) is overruled, which frees
    its place under the deployment's concurrency limit.
    """
    times, most = flow_run.run_count, resumes_of(flow_run)
    if times > most:
        message = f"Died {times} times ({why}); a retry from here resumes it."
        client.set_flow_run_state(flow_run.id, Crashed(message=message), force=True)
        return
    if flow_run.state is not None and not flow_run.state.is_crashed():
        client.set_flow_run_state(flow_run.id, Crashed(message=why), force=True)
    message = f"Resumes after a fault ({why}), attempt {times + 1} of {most + 1}."
    client.set_flow_run_state(
        flow_run.id,
        AwaitingRetry(scheduled_time=datetime.now(UTC) + PAUSE, message=message),
        force=True,
    )
    log.warning("resumes run=%s attempt=%d", flow_run.name, times + 1)


def resumes_of(flow_run: FlowRun) -> int:
    """The setting `prefect.resumes` as the run itself reads it."""
    config = flow_run.parameters.get("config")
    try:
        return load_settings(Path(config) if config else None).prefect.resumes
    except BroadsheetError:  # the run will say what is wrong with its settings
        return 0
