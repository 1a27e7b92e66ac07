"""The automation that calls a run dead whose process has gone silent, wherever it ran.

The reaper needs the next `broadsheet up`; this one needs only the server.
"""

from datetime import timedelta

from prefect.automations import Automation, EventTrigger, Posture, ResourceSpecification
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState

from flows.deployments import TAG

NAME = "Broadsheet: silent runs are crashed"
HEARTBEAT_SECONDS = 30
SILENCE = timedelta(seconds=180)
_ENDS = ("Completed", "Failed", "Cancelled", "Crashed", "AwaitingRetry", "Cancelling")


def ensure_automation() -> None:
    """Registers the automation, or brings it up to date; one that was switched off stays off."""
    wanted = _silent_runs()
    try:
        known = Automation.read(name=NAME)
        assert isinstance(known, Automation)
    except ValueError:
        wanted.create()
        return
    wanted.id, wanted.enabled = known.id, known.enabled
    wanted.update()


def _silent_runs() -> Automation:
    beat = "prefect.flow-run.heartbeat"
    return Automation(
        name=NAME,
        description=f"A flow run that says nothing for {SILENCE.seconds} s has lost its process.",
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
