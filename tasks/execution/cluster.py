"""Reaching a Dask cluster: one that runs already, or one of this machine's own."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

from distributed import Client, LocalCluster
from distributed.gc import disable_gc_diagnosis, enable_gc_diagnosis

from config.errors import WorkerError
from config.settings import ExecutionSettings, Settings


@contextmanager
def connected(execution: ExecutionSettings, address: str | None = None) -> Iterator[Client]:
    """A client of the scheduler at `address`, by default that of the settings.

    Raises:
        WorkerError: it does not answer.
    """
    address = address or execution.scheduler
    _silence()
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
    """The address of a cluster of `workers` processes here, which ends with the block."""
    _silence()
    with _started_deaf_to_ctrl_c():
        cluster = LocalCluster(
            n_workers=settings.worker_count,
            threads_per_worker=1,
            host="127.0.0.1",  # who reaches it can run code in it
            dashboard_address="127.0.0.1:0",
            memory_limit=None,  # the work is done in processes of our own
            silence_logs=logging.CRITICAL,
        )
        # Its scheduler hooks into the garbage collector, and there a Ctrl-C is swallowed.
        disable_gc_diagnosis()
    with cluster:
        try:
            yield str(cluster.scheduler_address)
        finally:
            enable_gc_diagnosis()


@contextmanager
def _started_deaf_to_ctrl_c() -> Iterator[None]:
    """Ctrl-C is this process's to handle: threads and processes inherit the blocked signal."""
    resource_tracker.ensure_running()  # starting it unblocks the signal
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def threads_by_worker(client: Client, execution: ExecutionSettings) -> dict[str, int]:
    """How many batches each worker takes at once, by its address.

    Raises:
        WorkerError: the scheduler is gone.
    """
    try:
        threads: dict[str, int] = client.nthreads(callback_timeout=execution.wait_seconds)
    except (OSError, TimeoutError) as error:
        raise lost_scheduler() from error
    return threads


def lost_scheduler() -> WorkerError:
    """What to say when the scheduler answered once and does no more."""
    return WorkerError(
        "The Dask scheduler is gone: start it and its workers again, and repeat the command, which "
        "resumes the run."
    )


def _silence() -> None:
    """What goes wrong with a cluster is said by our errors; its own logs are on its machines."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
