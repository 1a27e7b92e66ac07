"""The process of a flow run: it says that it is there, and does not outlive its runner.

    WAREHOUSE/service/attempts/<flow run's id>     its process id; locked while that process lives

A kill, or a signal that ends the process, leaves the file, unlocked: by it the next runner knows
which runs were broken off, and that nobody is at them (see `flows.service.reaper`).
"""

import fcntl
import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Event

from flows.running.parent import bound_to_parent
from warehouse.layout import ATTEMPTS
from warehouse.lock import is_locked

log = logging.getLogger("broadsheet.service")

GRACE_SECONDS = 20.0


@contextmanager
def attempt(warehouse: Path, flow_run_id: str) -> Iterator[None]:
    """Marks this process as the one that works on a flow run, while the block runs."""
    path = warehouse / ATTEMPTS / flow_run_id
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle, _bound_to_runner():
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.write(str(os.getpid()))
        handle.flush()
        try:
            yield
        except Exception:
            path.unlink()
            raise
        path.unlink()


def attempt_process(warehouse: Path, flow_run_id: str) -> int | None:
    """The process that works on a flow run now; None when there is none on this machine."""
    path = warehouse / ATTEMPTS / flow_run_id
    if not path.is_file():
        return None
    with path.open("r") as handle:
        return int(handle.read() or 0) or None if is_locked(handle) else None


def marked(warehouse: Path) -> list[str]:
    """The flow runs that a process on this machine works on, or was broken off from."""
    return [mark.name for mark in (warehouse / ATTEMPTS).glob("*")]


def end_process(warehouse: Path, flow_run_id: str, seconds: float) -> None:
    """Stops the process that works on a flow run, if there is one: kindly, then for good."""
    process = attempt_process(warehouse, flow_run_id)
    if process is None:
        return
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while attempt_process(warehouse, flow_run_id) == process:
        if time.monotonic() > deadline:
            log.warning("killed process=%d run=%s", process, flow_run_id)
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            deadline += seconds
        time.sleep(0.1)


def _bound_to_runner() -> AbstractContextManager[None]:
    """Ends this process when the runner that started it is gone.

    Left alone, such an orphan holds the warehouse's lock, and the run that takes its place waits.
    """
    if "PREFECT__FLOW_RUN_ID" in os.environ:
        return bound_to_parent(_stop)
    return nullcontext()  # the flow was called by the command line


def _stop(ended: Event) -> None:
    # Not a word before: this process prints through its runner, and a line that nobody takes any
    # more ends the thread that says it (rich raises SystemExit on a broken pipe).
    os.kill(os.getpid(), signal.SIGTERM)
    if not ended.wait(GRACE_SECONDS):
        os._exit(1)
