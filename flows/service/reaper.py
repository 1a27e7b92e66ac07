"""The reaper: before a runner starts, it settles all flow runs whose process has died.

The server does not notice when a runner is killed. Its runs would stay "Running" for ever and hold
the concurrency slot of their deployment. The caller must hold the warehouse's `up.lock`, which
guarantees that no other runner works on these runs.
"""

from pathlib import Path
from uuid import UUID

from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled

from flows.nightly import night_of
from flows.running.attempt import end_attempt, marked_flow_runs
from flows.running.crash import resume
from flows.service.runs import active_flow_runs, missed_nights
from warehouse.layout import ATTEMPTS


def reap(warehouse: Path, seconds: float) -> None:
    """Stop the processes of interrupted runs and have the runs resumed.

    A run that was being cancelled is set to Cancelled instead. Each mark is removed after its run
    was settled: if this process is killed on the way, the next start settles the rest.

    Args:
        seconds: the time that a process of such a run may take to stop.
    """
    marks = marked_flow_runs(warehouse)
    for mark in marks:
        end_attempt(warehouse, mark, seconds)
    with get_client(sync_client=True) as client:
        _skip_missed_nights(client)
        for flow_run in active_flow_runs(client):
            _settle(client, flow_run)
        # A run that could still report "Crashed" is no longer active; only its mark names it.
        for mark in marks:
            _resume_crashed(client, mark)
            (warehouse / ATTEMPTS / mark).unlink(missing_ok=True)


def _skip_missed_nights(client: SyncPrefectClient) -> None:
    """Cancel all nights that were due while the service was down, except the newest.

    The newest one fetches everything that the others would fetch.
    """
    missed = missed_nights(client)
    for flow_run in missed[:-1]:
        replacement = night_of(missed[-1].expected_start_time)
        message = f"Was due while broadsheet was down; the night of {replacement} fetches its part."
        client.set_flow_run_state(flow_run.id, Cancelled(message=message), force=True)


def _settle(client: SyncPrefectClient, flow_run: FlowRun) -> None:
    if flow_run.state is not None and flow_run.state.is_cancelling():
        message = "Cancelled; its process had died before it could say so."
        client.set_flow_run_state(flow_run.id, Cancelled(message=message), force=True)
    else:
        resume(client, flow_run, "its runner was gone")


def _resume_crashed(client: SyncPrefectClient, flow_run_id: str) -> None:
    """Resume a run that reported "Crashed" itself when its runner or the service was stopped."""
    try:
        flow_run = client.read_flow_run(UUID(flow_run_id))
    except (ObjectNotFound, ValueError):
        return  # the run was deleted, or belongs to another server
    if flow_run.state is not None and flow_run.state.is_crashed():
        resume(client, flow_run, "it was stopped with its runner")
