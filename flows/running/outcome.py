"""The final state of a flow run: an expected error becomes a state whose message is a sentence."""

from collections.abc import Callable
from typing import Any

from prefect import runtime
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Failed

from config.errors import BroadsheetError, WarehouseLockedError, os_error_message
from config.settings import Settings
from flows.running.attempt import marked_attempt
from flows.running.progress import RunProgress
from flows.running.stages import calls_as_tasks, log_to_run
from tasks.jobs.report import NightReport
from tasks.pipeline import Stages, with_warehouse


def run_to_final_state(
    load: Callable[[], Settings], key: str, work: Callable[[Stages], State[Any]]
) -> Any:
    """Run the work of a flow and return the state in which the flow run ends.

    Meanwhile the log lines go to the run, a progress artifact moves, and a mark shows that this
    process is alive.

    Args:
        load: loads the settings; an error in them fails the run, too.
        key: the key of the progress artifact.
        work: does the work and returns the state of success.

    Returns:
        The state of success; Cancelled if another run holds the warehouse and this one was not to
        wait; Failed, with a sentence, for any other expected error. Unexpected errors are raised,
        and Prefect records their traceback.
    """
    log_to_run()
    try:
        settings = with_warehouse(load())
        with (
            marked_attempt(settings.warehouse, str(runtime.flow_run.id)),
            RunProgress(key) as progress,
        ):
            return work(Stages(settings, calls_as_tasks(settings.worker_count), progress))
    except WarehouseLockedError as error:
        return Cancelled(message=str(error), data=error)
    except BroadsheetError as error:
        return Failed(message=str(error), data=error)
    except OSError as error:
        return Failed(message=os_error_message(error), data=error)


def failure_of(night: NightReport, failed_share: float, link: str) -> str | None:
    """Return the message of a night in which too many sources failed; None for any other night.

    Args:
        failed_share: the share of sources that may fail.
        link: the address of the night's artifact; "" if there is none.
    """
    sources = len(night.visits)
    if not sources or night.failed_sources / sources <= failed_share:
        return None
    return (
        f"{night.failed_sources} of {sources} sources failed ({night.line}): look at "
        f"`problem` in the table `nights`, at this machine's network, and at {link or 'the log'}"
    )
