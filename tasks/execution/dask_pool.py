"""Batches on the workers of a Dask cluster, which share the warehouse's folder with this machine.

A Dask worker that dies costs its batch another attempt, by Dask's own retries, behind the batch's
last part. A batch under which workers keep dying is split, until the document at fault is known
(`tasks.execution.deaths`); it is left out, and its neighbours are loaded.
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

import orjson
from distributed import Client, Future, KilledWorker
from distributed.comm.core import CommClosedError

from config.errors import WorkerError
from config.settings import Settings
from tasks.execution.cluster import connected, local_cluster, lost_scheduler, threads_by_worker
from tasks.execution.deaths import culprit, forget_attempts
from tasks.execution.identity import identity
from tasks.worker_pool import Faults

log = logging.getLogger("broadsheet.workers")

POLL_SECONDS = 1.0
CLOSING_SECONDS = 10.0
# NFS clients may not see a new file for a minute (acdirmax).
SHARED_SECONDS = 90.0
# A cluster whose workers die at everything is not the documents' fault.
MOST_CULPRITS = 3
MOST_ROUNDS = 20


class DaskPool:
    """Dask workers, wherever they are; the same for its callers as a `WorkerPool`."""

    def __init__(
        self, settings: Settings, batches: Sequence[Path], on_document: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._batches = batches
        self._on_document = on_document
        self._futures: dict[Path, Future[str]] = {}
        self._suspects = Lock()
        self._without_workers: float | None = None
        self._closed = False
        self._waiting = 0
        self._left = Condition()
        self._exit = ExitStack()
        self._address: str
        self._client: Client

    def __enter__(self) -> Self:
        execution = self._settings.execution
        with ExitStack() as stack:
            self._address = execution.scheduler or stack.enter_context(
                local_cluster(self._settings)
            )
            self._client = stack.enter_context(connected(execution, self._address))
            # All at once: the cluster is busy however few threads wait here for the results.
            self._futures = {path: self._submit(path, Faults()) for path in self._batches}
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True
        with self._left:  # a call that asks a closed client waits for ever
            self._left.wait_for(lambda: not self._waiting, CLOSING_SECONDS)
        self._exit.close()  # the scheduler takes back what the client no longer waits for

    def run(self, batch_file: Path) -> int:
        """Waits for a batch; gives the number of its documents.

        Raises:
            WorkerError: the scheduler or its workers are gone, or a worker cannot work at all.
        """
        with self._left:
            self._waiting += 1
        try:
            done = self._done(batch_file)
        finally:
            with self._left:
                self._waiting -= 1
                self._left.notify_all()
        documents = self._documents(Path(done))
        for _ in range(documents):
            self._on_document()
        return documents

    def _done(self, batch_file: Path) -> str:
        self._require_open()
        try:
            return self._result(self._futures.pop(batch_file))
        except KilledWorker:
            # One after the other: of batches that died together, most were bystanders.
            with self._suspects:
                return self._without_culprits(batch_file)

    def _submit(self, batch_file: Path, faults: Faults) -> Future[str]:
        order = {
            "batch_file": str(batch_file),
            "culprits": tuple(faults.culprits),
            "unreadable": faults.unreadable,
            "identity": identity(),
        }
        return self._client.submit(_portable(), order, pure=False)

    def _without_culprits(self, batch_file: Path) -> str:
        """Runs a batch under which workers died, and finds out at which documents."""
        faults = Faults()
        for _ in range(MOST_ROUNDS):
            self._require_open()
            try:
                return self._result(self._submit(batch_file, faults))
            except KilledWorker as error:
                log.warning("dask workers died batch=%s %s", batch_file.stem, error)
                if (number := culprit(batch_file)) is not None:
                    blame(number, faults, batch_file)
                    forget_attempts(batch_file)
        raise _hopeless(batch_file)

    def _result(self, future: Future[str]) -> str:
        ended = Event()
        future.add_done_callback(lambda _: ended.set())
        while not ended.wait(POLL_SECONDS):
            self._require_workers()
        try:
            return future.result(timeout=self._settings.execution.wait_seconds)
        except (CancelledError, CommClosedError, TimeoutError) as error:
            self._require_open()
            raise lost_scheduler() from error
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
            self._without_workers = None
        elif self._without_workers is None:
            self._without_workers = time.monotonic()
        elif time.monotonic() - self._without_workers > patience:
            raise WorkerError(
                f"The Dask scheduler has had no worker for {patience:g} s: start some with "
                f"`dask worker {self._address}`, and repeat the command, which resumes the run."
            )

    def _documents(self, done: Path) -> int:
        deadline = time.monotonic() + SHARED_SECONDS
        while not done.is_file():
            self._require_open()
            if time.monotonic() > deadline:
                raise WorkerError(
                    f"A Dask worker wrote {done}, which is not there on this machine: the "
                    "warehouse must lie in a folder that all machines share under the same path."
                )
            time.sleep(POLL_SECONDS)
        return int(orjson.loads(done.read_bytes())["documents"])


def blame(number: int, faults: Faults, batch_file: Path) -> None:
    """Leaves a document out; when that does not help, reading it is what kills."""
    if faults.unreadable == number or len(faults.culprits) >= MOST_CULPRITS:
        raise _hopeless(batch_file)
    if number in faults.culprits:
        faults.unreadable = number
    else:
        faults.culprits[number] = "worker_died"


def _hopeless(batch_file: Path) -> WorkerError:
    return WorkerError(
        f"Dask workers keep dying at batch {batch_file.stem}, whatever is left out of it: look "
        "into their logs, and repeat the command, which resumes the run."
    )


def _portable() -> Callable[[Mapping[str, Any]], str]:
    """What is sent to workers: a local function travels by its code.

    One that is named by its module would end a worker that has no Broadsheet, whoever it works for.
    """

    def process_batch(order: Mapping[str, Any]) -> str:
        from tasks.execution import dask_worker

        return dask_worker.process_batch(dask_worker.Order(**order))

    return process_batch
