"""`broadsheet status`: what is up, when the next night is due, how the last ones went."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.service import places
from flows.service.runs import last_nights, next_night, runs_under_way
from flows.service.server import answers
from warehouse.layout import FETCH_LOCK, LOCK
from warehouse.lock import lock_holder

NIGHTS = 5


def status(warehouse: Path) -> tuple[bool, list[tuple[str, str]]]:
    """Whether all is up, and lines of (what, how it is)."""
    up = places.found(warehouse)
    if up is None:
        word = "starting or stopping" if places.is_starting(warehouse) else "down: `broadsheet up`"
        return False, [("service", word), *_locks(warehouse)]
    lines = [
        ("service", f"up since {up.started_at}, process {up.process}"),
        ("server", _server(up)),
        ("runner", f"process {up.runner}"),
    ]
    healthy = answers(up.api)
    if healthy:
        lines += _from_server(up.api)
    return healthy, [*lines, *_locks(warehouse)]


def _server(up: places.Up) -> str:
    whose = f"process {up.server}" if up.server else "not started by us"
    answer = "answers" if answers(up.api) else "DOES NOT ANSWER"
    return f"{up.address} ({whose}) {answer}"


def _from_server(api: str) -> Iterator[tuple[str, str]]:
    with temporary_settings({PREFECT_API_URL: api}), get_client(sync_client=True) as client:
        try:
            due = next_night(client)
            at_work = runs_under_way(client)
            nights = last_nights(client, NIGHTS)
        except httpx.HTTPError as error:
            yield "runs", _refusal(error)
            return
    yield "next night", f"{_local(due)}" if due else "none: no schedule, or it is paused"
    for flow_run in at_work:
        yield "at work", f"{flow_run.name}, since {_local(flow_run.start_time)}"
    for flow_run in nights:
        yield "last runs" if flow_run is nights[0] else "", _outcome(flow_run)


def _refusal(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.HTTPStatusError) and error.response.status_code == 401:
        return (
            "the server tells nothing without its password: repeat this with "
            "PREFECT_API_AUTH_STRING=user:password in the environment"
        )
    return f"the server does not say: {str(error).splitlines()[0]}"


def _outcome(flow_run: FlowRun) -> str:
    state = flow_run.state
    return f"{flow_run.name}  {state.name}: {state.message}" if state else flow_run.name


def _locks(warehouse: Path) -> Iterator[tuple[str, str]]:
    for name, what in ((FETCH_LOCK, "fetching"), (LOCK, "writing")):
        if holder := lock_holder(warehouse, name):
            yield what, holder


def _local(when: datetime | None) -> str:
    return f"{when.astimezone():%Y-%m-%d %H:%M %Z}" if when else "a moment"
