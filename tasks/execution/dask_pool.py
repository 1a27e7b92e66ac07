"""Batches on the workers of a Dask cluster.

When a Dask worker dies, Dask itself gives the batch to another worker, which continues behind the
batch's last part. A batch under which workers keep dying is written in parts of one document until
the document at fault is known (`tasks.execution.lost_attempts`). That document is left out, and its
neighbours are loaded.

Orders are short messages that say where the batch is. Documents travel through a folder that all
machines share, or through a bucket (`tasks.execution.carriers`).
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack
from pathlib import Path
from threading import Condition, Event, Lock
from types import TracebackType
from typing import Any, Self

from distributed import Client, Future, KilledWorker
from distributed.comm.core import CommClosedError

from config.errors import WorkerError
from config.settings import Settings
from tasks.execution.carriers import POLL_SECONDS, Carrier, carrier_of
from tasks.execution.cluster import (
    connected,
    local_cluster,
    lost_scheduler_error,
    threads_by_worker,
)
from tasks.execution.identity import identity
from tasks.execution.lost_attempts import find_culprit, forget_attempts
from tasks.execution.worker_pool import Faults
from tasks.reasons import Reason

log = logging.getLogger("broadsheet.workers")

CLOSING_SECONDS = 10.0
# If workers die at more documents than this in one batch, the cluster is at fault: leaving out
# documents would throw away good ones.
MOST_CULPRITS = 3
# Each culprit takes two rounds or more; the bound ends a batch whose deaths lead to no culprit.
_MOST_ROUNDS = 20
# How often a batch is ordered again whose parts were lost in a bucket.
_MOST_LOSSES = 3


class DaskPool:
    """A pool of Dask workers; its callers use it like a `WorkerPool`.

    The threads that call `run` only wait. `_in_run` counts them, because closing the client under a
    waiting call would make that call wait for ever.
    """

    def __init__(
        self, settings: Settings, batches: Sequence[Path], on_document: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._batches = batches
        self._on_document = on_document
        self._futures: dict[Path, Future[None]] = {}
        self._one_suspect = Lock()
        self._without_workers_since: float | None = None  # by the monotonic clock
        self._closed = False
        self._in_run = 0
        self._run_ended = Condition()
        self._exit = ExitStack()
        self._address: str
        self._client: Client
        self._carrier: Carrier

    def __enter__(self) -> Self:
        execution = self._settings.execution
        with ExitStack() as stack:
            self._address = execution.scheduler or stack.enter_context(
                local_cluster(self._settings)
            )
            self._client = stack.enter_context(connected(execution, self._address))
            self._carrier = carrier_of(self._settings, self._batches, self._require_open)
            # All batches at once keep the cluster busy, however few threads here wait for results.
            try:
                self._order(self._batches)
            except BaseException:
                self._closed = True  # such as by Ctrl-C: uploads that wait for a bucket end
                raise
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True  # waiting calls notice it within POLL_SECONDS
        with self._run_ended:
            self._run_ended.wait_for(lambda: not self._in_run, CLOSING_SECONDS)
        self._exit.close()  # the scheduler then releases all tasks of this client

    def run(self, batch_file: Path) -> int:
        """Wait for a batch and return the number of its documents.

        Raises:
            WorkerError: the scheduler or its workers are gone, or a worker cannot work at all.
            BucketError: the bucket through which results come does not answer.
        """
        with self._run_ended:
            self._in_run += 1
        try:
            documents = self._documents(batch_file)
        finally:
            with self._run_ended:
                self._in_run -= 1
                self._run_ended.notify_all()
        for _ in range(documents):
            self._on_document()
        return documents

    def _documents(self, batch_file: Path) -> int:
        """Wait for a batch until its result is in the run's folder; return its documents."""
        for _ in range(1 + _MOST_LOSSES):
            self._require_open()
            if batch_file not in self._futures:
                self._order([batch_file])
            self._finish(batch_file)
            documents = self._carrier.receive(batch_file)
            if documents is not None:
                return documents
        raise WorkerError(
            f"Parts of batch {batch_file.stem} were lost in {self._settings.execution.exchange} "
            f"{1 + _MOST_LOSSES} times: check the S3 service, and repeat the command, which "
            "resumes the run."
        )

    def _finish(self, batch_file: Path) -> None:
        """Wait until a worker has finished a batch."""
        try:
            self._wait_for(self._futures.pop(batch_file))
        except KilledWorker:
            # Dask gives up on every batch that ran on too many dying workers, also on innocent
            # ones that merely shared these workers. Run one at a time, a batch dies only by itself.
            with self._one_suspect:
                self._without_culprits(batch_file)

    def _order(self, batches: Sequence[Path]) -> None:
        for path in self._carrier.sent(batches):
            self._futures[path] = self._submit(path, Faults())

    def _submit(self, batch_file: Path, faults: Faults) -> Future[None]:
        order = {
            **self._carrier.order(batch_file),
            "culprits": tuple(faults.culprits),
            "unreadable": faults.unreadable,
            "identity": identity(),
        }
        # Not pure: Dask would answer an order that looks the same from its memory.
        return self._client.submit(_function_by_value(), order, pure=False)

    def _without_culprits(self, batch_file: Path) -> None:
        """Run a batch under which workers died until it ends without the documents at fault."""
        faults, files = Faults(), self._carrier.files(batch_file)
        for _ in range(_MOST_ROUNDS):
            self._require_open()
            try:
                return self._wait_for(self._submit(batch_file, faults))
            except KilledWorker as error:
                log.warning("dask workers died batch=%s %s", batch_file.stem, error)
                if (number := find_culprit(files)) is not None:
                    blame(number, faults, batch_file)
                    forget_attempts(files)
        raise _workers_keep_dying(batch_file)

    def _wait_for(self, future: Future[None]) -> None:
        # Polled instead of waited for: `Future.result` notices neither a closed pool nor a cluster
        # that has lost all its workers.
        ended = Event()
        future.add_done_callback(lambda _: ended.set())
        while not ended.wait(POLL_SECONDS):
            self._require_workers()
        try:
            future.result(timeout=self._settings.execution.wait_seconds)
        except (CancelledError, CommClosedError, TimeoutError) as error:
            self._require_open()
            raise lost_scheduler_error() from error
        except (ImportError, AttributeError) as error:
            raise WorkerError(
                f"A Dask worker has no Broadsheet, or another one ({error}): install the same on "
                "all machines, start the workers again, and repeat the command."
            ) from error

    def _require_open(self) -> None:
        if self._closed:
            raise WorkerError("The run was stopped; the same command resumes it.")

    def _require_workers(self) -> None:
        self._require_open()
        patience = self._settings.execution.wait_seconds
        if threads_by_worker(self._client, self._settings.execution):
            self._without_workers_since = None
        elif self._without_workers_since is None:
            self._without_workers_since = time.monotonic()
        elif time.monotonic() - self._without_workers_since > patience:
            raise WorkerError(
                f"The Dask scheduler has had no worker for {patience:g} s: start some with "
                f"`dask worker {self._address}`, and repeat the command, which resumes the run."
            )


def blame(number: int, faults: Faults, batch_file: Path) -> None:
    """Record that a document took workers down, so that the next order leaves it out.

    If it was left out before and workers still die there, then reading it is what kills them, and
    the batch is read up to it only.

    Raises:
        WorkerError: leaving it out has not helped either, or too many documents are at fault.
    """
    if faults.unreadable == number or len(faults.culprits) >= MOST_CULPRITS:
        raise _workers_keep_dying(batch_file)
    if number in faults.culprits:
        faults.unreadable = number
    else:
        faults.culprits[number] = Reason.WORKER_DIED


def _workers_keep_dying(batch_file: Path) -> WorkerError:
    return WorkerError(
        f"Dask workers keep dying at batch {batch_file.stem}, whatever is left out of it: look "
        "into their logs, and repeat the command, which resumes the run."
    )


def _function_by_value() -> Callable[[Mapping[str, Any]], None]:
    """Return the function that Dask workers run, in a form that is sent as code.

    A local function is pickled by value. A function of a module is pickled by its name, and a
    worker without Broadsheet that unpickles it would end, with all its other clients' tasks. This
    one raises an ImportError there, which is a failed task like any other.
    """

    def process_batch(order: Mapping[str, Any]) -> None:
        from tasks.execution import dask_worker

        dask_worker.process_order(dask_worker.BatchOrder(**order))

    return process_batch
