"""The end of a flow run: a fault that is expected becomes a state that says it in a sentence."""

from collections.abc import Callable
from typing import Any

from prefect import runtime
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Failed

from config.errors import BroadsheetError, WarehouseLockedError, disk_fault
from config.settings import Settings
from flows.running.attempt import attempt
from flows.running.progress import RunProgress
from flows.running.stages import calls_as_tasks, log_to_run
from tasks.account import Night
from tasks.pipeline import Stages, with_warehouse


def told(load: Callable[[], Settings], key: str, work: Callable[[Stages], State[Any]]) -> Any:
    """Does a flow's work, with its log, its progress and its mark as being alive.

    Args:
        load: loads the settings; what is wrong with them is the run's fault, too.
        key: the key of the progress artifact.
        work: what the flow does; gives the state of its success.

    Returns:
        That state; Cancelled for a run that met the warehouse's lock and was not to wait; Failed
        for another fault that is expected, with its sentence. Anything else is raised.
    """
    log_to_run()
    try:
        settings = with_warehouse(load())
        with attempt(settings.warehouse, str(runtime.flow_run.id)), RunProgress(key) as progress:
            return work(Stages(settings, calls_as_tasks(settings.worker_count), progress))
    except WarehouseLockedError as error:
        return Cancelled(message=str(error), data=error)
    except BroadsheetError as error:
        return Failed(message=str(error), data=error)
    except OSError as error:
        return Failed(message=disk_fault(error), data=error)


def failure_of(night: Night, failed_share: float, link: str) -> str | None:
    """Returns the sentence for a night of which too many sources failed; None for any other.

    Args:
        failed_share: the share of sources that may fail.
        link: the address of the night's story.
    """
    sources = len(night.visits)
    if not sources or night.failed_sources / sources <= failed_share:
        return None
    return (
        f"{night.failed_sources} of {sources} sources failed ({night.line}): look at "
        f"`problem` in the table `nights`, at this machine's network, and at {link or 'the log'}"
    )
