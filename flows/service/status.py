"""`broadsheet status`: the state of the service, the next night, and the last flow runs."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.service import state_files
from flows.service.runs import active_flow_runs, last_flow_runs, next_night
from flows.service.server import is_answering
from warehouse.layout import FETCH_LOCK, LOCK
from warehouse.lock import lock_holder

_NIGHTS = 5


def service_status(warehouse: Path) -> tuple[bool, list[tuple[str, str]]]:
    """Return whether the service is up and its server answers, and the lines to print.

    Each line is a pair of a label, such as "server", and its state.
    """
    service = state_files.running_service(warehouse)
    if service is None:
        is_starting = state_files.is_starting(warehouse)
        state = "starting or stopping" if is_starting else "down: `broadsheet up`"
        return False, [("service", state), *_locks(warehouse)]
    lines = [
        ("service", f"up since {service.started_at}, process {service.process}"),
        ("server", _server(service)),
        ("runner", f"process {service.runner}"),
        ("report", service.report or "not served (publish.report_port)"),
    ]
    healthy = is_answering(service.api)
    if healthy:
        lines += _from_server(service.api)
    return healthy, [*lines, *_locks(warehouse)]


def _server(service: state_files.RunningService) -> str:
    origin = f"process {service.server}" if service.server else "not started by us"
    answer = "answers" if is_answering(service.api) else "DOES NOT ANSWER"
    return f"{service.address} ({origin}) {answer}"


def _from_server(api: str) -> Iterator[tuple[str, str]]:
    with temporary_settings({PREFECT_API_URL: api}), get_client(sync_client=True) as client:
        try:
            due = next_night(client)
            active = active_flow_runs(client)
            nights = last_flow_runs(client, _NIGHTS)
        except httpx.HTTPError as error:
            yield "runs", _refusal(error)
            return
    yield "next night", f"{_local(due)}" if due else "none: no schedule, or it is paused"
    for flow_run in active:
        yield "at work", f"{flow_run.name}, since {_local(flow_run.start_time)}"
    for flow_run in nights:
        yield "last runs" if flow_run is nights[0] else "", _outcome(flow_run)


def _refusal(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.HTTPStatusError) and error.response.status_code == 401:
        return (
            "the server answers only with its password: repeat this with "
            "PREFECT_API_AUTH_STRING=user:password in the environment"
        )
    return f"the server gives no answer: {str(error).splitlines()[0]}"


def _outcome(flow_run: FlowRun) -> str:
    state = flow_run.state
    return f"{flow_run.name}  {state.name}: {state.message}" if state else flow_run.name


def _locks(warehouse: Path) -> Iterator[tuple[str, str]]:
    for name, what in ((FETCH_LOCK, "fetching"), (LOCK, "writing")):
        if holder := lock_holder(warehouse, name):
            yield what, holder


def _local(when: datetime | None) -> str:
    return f"{when.astimezone():%Y-%m-%d %H:%M %Z}" if when else "a moment"
