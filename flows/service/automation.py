"""The automation that sets a flow run to Crashed when its process has gone silent.

The reaper (`flows.service.reaper`) finds dead runs only when the service starts, and only on its
own machine. The automation works while the server is up, for runs on any machine.
"""

from datetime import timedelta

from prefect.automations import Automation, EventTrigger, Posture, ResourceSpecification
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState

from flows.deployments import TAG

_NAME = "Broadsheet: silent runs are crashed"
HEARTBEAT_SECONDS = 30
SILENCE = timedelta(seconds=180)  # six heartbeats: a busy server may lose some
_ENDS = ("Completed", "Failed", "Cancelled", "Crashed", "AwaitingRetry", "Cancelling")


def ensure_automation() -> None:
    """Register the automation, or update it; an automation that was switched off stays off."""
    wanted = _silent_runs()
    try:
        known = Automation.read(name=_NAME)
        assert isinstance(known, Automation)
    except ValueError:
        wanted.create()
        return
    wanted.id, wanted.enabled = known.id, known.enabled
    wanted.update()


def _silent_runs() -> Automation:
    beat = "prefect.flow-run.heartbeat"
    return Automation(
        name=_NAME,
        description=f"A flow run without a heartbeat for {SILENCE.seconds} s has lost its process.",
        trigger=EventTrigger(
            after={beat},
            expect={beat, *(f"prefect.flow-run.{state}" for state in _ENDS)},
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification({"prefect.resource.id": f"prefect.tag.{TAG}"}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=SILENCE,
        ),
        actions=[
            ChangeFlowRunState(
                name="Crashed",
                force=False,
                state=StateType.CRASHED,
                message=f"Silent for {SILENCE.seconds} s: its process is gone; a retry resumes it.",
            )
        ],
    )
