"""Connections to a Dask cluster: one that runs already, or one started on this machine."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

from distributed import Client, LocalCluster
from distributed.gc import disable_gc_diagnosis, enable_gc_diagnosis

from config.errors import WorkerError
from config.execution import ExecutionSettings
from config.settings import Settings


@contextmanager
def connected(execution: ExecutionSettings, address: str | None = None) -> Iterator[Client]:
    """Connect to the scheduler at `address`, by default the one of the settings.

    Raises:
        WorkerError: it does not answer.
    """
    address = address or execution.scheduler
    _silence_dask()
    try:
        client = Client(address, timeout=execution.connect_seconds, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise WorkerError(
            f"No Dask scheduler answers at {address} within {execution.connect_seconds:g} s: start "
            "it there with `dask scheduler`, or correct execution.scheduler."
        ) from error
    with client:
        yield client


@contextmanager
def local_cluster(settings: Settings) -> Iterator[str]:
    """Start a cluster on this machine and yield its address; it ends with the context."""
    _silence_dask()
    with _blocked_ctrl_c():
        cluster = LocalCluster(
            n_workers=settings.worker_count,
            threads_per_worker=1,
            host="127.0.0.1",  # whoever can connect can run code in it
            dashboard_address="127.0.0.1:0",
            memory_limit=None,  # batches are processed in child processes, which it cannot see
            silence_logs=logging.CRITICAL,
        )
        # The scheduler hooks into the garbage collector. A KeyboardInterrupt that is raised within
        # such a hook is ignored, and Ctrl-C would do nothing.
        disable_gc_diagnosis()
    with cluster:
        try:
            yield str(cluster.scheduler_address)
        finally:
            enable_gc_diagnosis()


@contextmanager
def _blocked_ctrl_c() -> Iterator[None]:
    """Block SIGINT while processes and threads are started.

    They inherit the blocked signal, so that Ctrl-C reaches only this process's main thread.
    """
    resource_tracker.ensure_running()  # before blocking, because starting it unblocks the signal
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def threads_by_worker(client: Client, execution: ExecutionSettings) -> dict[str, int]:
    """Return how many batches each worker takes at once, by its address.

    Raises:
        WorkerError: the scheduler is gone.
    """
    try:
        threads: dict[str, int] = client.nthreads(callback_timeout=execution.wait_seconds)
    except (OSError, TimeoutError) as error:
        raise lost_scheduler_error() from error
    return threads


def lost_scheduler_error() -> WorkerError:
    """Return the error for a scheduler that answered once and does not answer any more."""
    return WorkerError(
        "The Dask scheduler is gone: start it and its workers again, and repeat the command, which "
        "resumes the run."
    )


def _silence_dask() -> None:
    """Turn off Dask's loggers here: our own errors name the problem in one sentence.

    The logs of the scheduler and the workers stay on their machines.
    """
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
