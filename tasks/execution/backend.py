"""The execution backends: processes of this machine, or the workers of a Dask cluster.

The pipeline opens a pool and gives it batches. Every backend runs `tasks.execution.batch_worker`
under a `WorkerPool`, so the results are the same.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from config.errors import WorkerError
from config.settings import Settings
from tasks.execution.batch_files import read_in
from tasks.execution.worker_pool import WorkerPool


class Pool(Protocol):
    """A pool of workers; its caller runs several batches at once by calling `run` from threads."""

    def run(self, batch_file: Path) -> int:
        """Process a batch to its end and return the number of its documents."""


class Backend(Protocol):
    """A way of processing batches, chosen by the setting `execution.backend`."""

    def open_pool(
        self, settings: Settings, batches: Sequence[Path], on_document: Callable[[], None]
    ) -> AbstractContextManager[Pool]:
        """Return a pool; once it is closed, no worker works on the batches any more."""

    def require(self, settings: Settings) -> None:
        """Raise a WorkerError if the backend cannot be reached."""

    def describe(self, settings: Settings) -> str:
        """Return a line for `broadsheet doctor`, or raise a WorkerError."""


class Processes:
    """Worker processes on this machine."""

    def open_pool(
        self, settings: Settings, batches: Sequence[Path], on_document: Callable[[], None]
    ) -> AbstractContextManager[Pool]:
        """Return a pool of as many workers as the settings and the batches allow."""
        return WorkerPool(min(settings.worker_count, len(batches)), on_document)

    def require(self, settings: Settings) -> None:
        """Do nothing: worker processes can always be started."""

    def describe(self, settings: Settings) -> str:
        """Return how many workers there are."""
        return f"worker processes on this machine: {settings.worker_count}"


class Dask:
    """Workers of a Dask cluster: one that runs already, or one started on this machine.

    `distributed` takes a second to import, so it is imported only when a method needs it.
    """

    def open_pool(
        self, settings: Settings, batches: Sequence[Path], on_document: Callable[[], None]
    ) -> AbstractContextManager[Pool]:
        """Return a pool that submits all batches to the cluster at once."""
        from tasks.execution.dask_pool import DaskPool

        return DaskPool(settings, batches, on_document)

    def require(self, settings: Settings) -> None:
        """Connect to the scheduler and disconnect again, if the settings name one."""
        _require_exchange(settings)
        if settings.execution.scheduler:
            from tasks.execution.cluster import connected

            with connected(settings.execution):
                pass

    def describe(self, settings: Settings) -> str:
        """Return the scheduler's address and its workers and threads."""
        execution = settings.execution
        exchange = f"; {execution.exchange} answers" if _require_exchange(settings) else ""
        if not execution.scheduler:
            return f"dask: a cluster on this machine, workers: {settings.worker_count}{exchange}"
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
            f"threads: {sum(threads.values())}{exchange}"
        )


def _require_exchange(settings: Settings) -> bool:
    """Return whether there is an exchange; raise a BucketError if it does not answer."""
    if settings.execution.exchange:
        from warehouse.bucket.objects import open_bucket

        open_bucket(settings.execution.exchange, settings.bucket).require()
    return bool(settings.execution.exchange)


BACKENDS: Mapping[str, Backend] = {"processes": Processes(), "dask": Dask()}


def open_pool(
    settings: Settings, batches: Sequence[Path], on_document: Callable[[], None]
) -> AbstractContextManager[Pool]:
    """Return the pool of the backend that the settings name.

    Args:
        batches: all batches that the pool will be asked to run. If there are none, no cluster is
            started or connected to. With an exchange, batches that read files in the warehouse's
            folder are processed here.
        on_document: called for each document, from any thread. Dask workers report whole batches,
            so there it is called for all documents of a batch at its end.
    """
    name = settings.execution.backend
    if not batches or (settings.execution.exchange and read_in(settings.warehouse, batches)):
        name = "processes"  # no other machine has the pages that this one fetched
    return BACKENDS[name].open_pool(settings, batches, on_document)


def require_backend(settings: Settings) -> None:
    """Check that the backend can be reached, before a run changes anything.

    Raises:
        WorkerError: the scheduler does not answer.
    """
    BACKENDS[settings.execution.backend].require(settings)


def describe_backend(settings: Settings) -> str:
    """Return a line such as "dask: tcp://10.0.0.5:8786 answers; workers: 3, threads: 12".

    Raises:
        WorkerError: the scheduler does not answer, or has no workers.
    """
    return BACKENDS[settings.execution.backend].describe(settings)
