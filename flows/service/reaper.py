"""Runs whose process is gone must not stay "Running": before a runner starts, there are none.

A killed runner leaves its runs as they were on the server, where they would stand for ever and hold
their deployment's place. Whoever holds the warehouse's `up.lock` knows that no other runner is at
them.
"""

from pathlib import Path
from uuid import UUID

from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled

from flows.nightly import night_of
from flows.running.attempt import end_process, marked
from flows.running.crash import resume
from flows.service.runs import missed_nights, runs_under_way
from warehouse.layout import ATTEMPTS


def reap(warehouse: Path, seconds: float) -> None:
    """Ends what is left of dead runs, and has them resumed; a run that was to be cancelled, is.

    Args:
        seconds: how long a process that still works on such a run may take to stop.
    """
    marks = marked(warehouse)
    for mark in marks:
        end_process(warehouse, mark, seconds)
    with get_client(sync_client=True) as client:
        _skip_missed_nights(client)
        for flow_run in runs_under_way(client):
            _settle(client, flow_run)
        for mark in marks:
            _resume_broken_off(client, mark)
            (warehouse / ATTEMPTS / mark).unlink(missing_ok=True)


def _skip_missed_nights(client: SyncPrefectClient) -> None:
    """Of nights that were due while nothing ran, the newest fetches what there is to fetch."""
    missed = missed_nights(client)
    for flow_run in missed[:-1]:
        instead = night_of(missed[-1].expected_start_time)
        message = f"Was due while broadsheet was down; the night of {instead} fetches its part."
        client.set_flow_run_state(flow_run.id, Cancelled(message=message), force=True)


def _settle(client: SyncPrefectClient, flow_run: FlowRun) -> None:
    if flow_run.state is not None and flow_run.state.is_cancelling():
        message = "Cancelled; its process had died before it could say so."
        client.set_flow_run_state(flow_run.id, Cancelled(message=message), force=True)
    else:
        resume(client, flow_run, "its runner was gone")


def _resume_broken_off(client: SyncPrefectClient, flow_run_id: str) -> None:
    """A run that could still say "Crashed" when its runner or the service was stopped."""
    try:
        flow_run = client.read_flow_run(UUID(flow_run_id))
    except (ObjectNotFound, ValueError):
        return  # deleted since, or of another server
    if flow_run.state is not None and flow_run.state.is_crashed():
        resume(client, flow_run, "it was stopped with its runner")
