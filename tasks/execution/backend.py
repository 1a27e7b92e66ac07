"""Where batches are processed: in processes of this machine, or on a Dask cluster's workers.

The pipeline asks for a pool and gives it batches; it knows no more. Either way the work is done by
`tasks.batch_worker` under a `WorkerPool`, so the results are the same.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from config.errors import WorkerError
from config.settings import Settings
from tasks.worker_pool import WorkerPool


class Pool(Protocol):
    """Whoever processes batches."""

    def run(self, batch_file: Path) -> int:
        """Processes a batch to its end, from any thread; gives the number of its documents."""


def open_pool(
    settings: Settings, batches: Sequence[Path], on_document: Callable[[], None]
) -> AbstractContextManager[Pool]:
    """The pool that the settings ask for; at its end nobody works on the batches any more.

    Args:
        batches: what it will be asked to run; a cluster is told of all of them at once.
        on_document: called, from any thread, for each document; of a cluster, batch by batch.
    """
    if settings.execution.backend == "processes" or not batches:
        return WorkerPool(min(settings.worker_count, len(batches)), on_document)
    from tasks.execution.dask_pool import DaskPool  # distributed takes a second to import

    return DaskPool(settings, batches, on_document)


def require_backend(settings: Settings) -> None:
    """Asks whether the backend is there, before a run changes anything.

    Raises:
        WorkerError: the scheduler does not answer.
    """
    if settings.execution.backend == "dask" and settings.execution.scheduler:
        from tasks.execution.cluster import connected

        with connected(settings.execution):
            pass


def describe_backend(settings: Settings) -> str:
    """Such as "dask: tcp://10.0.0.5:8786 answers; workers: 3, threads: 12".

    Raises:
        WorkerError: the scheduler does not answer, or has no workers.
    """
    execution = settings.execution
    if execution.backend == "processes":
        return f"worker processes on this machine: {settings.worker_count}"
    if not execution.scheduler:
        return f"dask: a cluster on this machine, workers: {settings.worker_count}"
    from tasks.execution.cluster import connected, threads_by_worker

    with connected(execution) as client:
        threads = threads_by_worker(client, execution)
    if not threads:
        raise WorkerError(
            f"The Dask scheduler {execution.scheduler} has no workers: start some with "
            f"`dask worker {execution.scheduler}`."
        )
    return (
        f"dask: {execution.scheduler} answers; workers: {len(threads)}, "
        f"threads: {sum(threads.values())}"
    )
