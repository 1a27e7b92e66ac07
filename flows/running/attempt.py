"""The mark that the process of a flow run leaves, and the end of that process with its runner.

    WAREHOUSE/service/attempts/<flow run's id>     its process id; locked while that process lives

A process that ends in order removes its file, whether the run succeeded or failed. A process that
is killed leaves the file behind, and the operating system releases the lock. An unlocked file
therefore tells the next runner which runs were interrupted, and that no process works on them any
more (see `flows.service.reaper`).
"""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Event

from flows.running.parent import bound_to_parent
from flows.running.process_files import stop_holder
from warehouse.layout import ATTEMPTS

_GRACE_SECONDS = 20.0


@contextmanager
def marked_attempt(warehouse: Path, flow_run_id: str) -> Iterator[None]:
    """Mark this process as the one that works on a flow run, while the block runs.

    The file is removed after an ordinary exception, too, because the flow reports that failure
    itself. It stays after any other BaseException, such as the one that Prefect raises on SIGTERM:
    the run was interrupted.
    """
    path = warehouse / ATTEMPTS / flow_run_id
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle, _bound_to_runner():
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.write(str(os.getpid()))
        handle.flush()
        try:
            yield
        except Exception:  # raised again; BaseException is left out on purpose, see above
            path.unlink()
            raise
        path.unlink()


def marked_flow_runs(warehouse: Path) -> list[str]:
    """Return the ids of flow runs that are running on this machine, or were interrupted on it."""
    return [mark.name for mark in (warehouse / ATTEMPTS).glob("*")]


def end_attempt(warehouse: Path, flow_run_id: str, seconds: float) -> None:
    """Stop the process that works on a flow run, if any: by SIGTERM, then by SIGKILL.

    Args:
        seconds: the time that it may take to stop after SIGTERM.
    """
    stop_holder(warehouse / ATTEMPTS / flow_run_id, seconds)


def _bound_to_runner() -> AbstractContextManager[None]:
    """Return a context in which this process ends when the runner that started it has died.

    An orphaned process would keep the warehouse's lock, and the run that replaces it would wait.
    """
    if "PREFECT__FLOW_RUN_ID" in os.environ:
        return bound_to_parent(_stop)
    return nullcontext()  # the command line called the flow: no runner exists


def _stop(ended: Event) -> None:
    # Print nothing here. Our output goes through the runner, which has died; rich raises
    # SystemExit on a broken pipe, and that would end this thread before it sends the signal.
    os.kill(os.getpid(), signal.SIGTERM)
    if not ended.wait(_GRACE_SECONDS):
        os._exit(1)
