"""The code that runs in a Dask worker: it processes a batch.

The Dask worker does not process pages itself. It has worker processes of its own
(`tasks.execution.batch_worker`) under the same supervision as on a single machine, so that a page
which hangs or crashes its parser costs the Dask worker nothing. These processes are kept between
batches. They end after a minute without work, or when the Dask worker ends.
"""

import shutil
import socket
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Timer
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker
from distributed.utils import sync

from config.errors import WorkerError
from tasks.execution.batch_files import files_of_batch
from tasks.execution.identity import difference, identity
from tasks.execution.lost_attempts import recorded_attempt
from tasks.execution.worker_pool import Faults, WorkerPool
from tasks.reasons import Reason

_IDLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """One batch for a Dask worker.

    Attributes:
        batch_file: path of the batch in the shared folder, or its name if there is an exchange.
        culprits: numbers of documents that took whole Dask workers down.
        unreadable: number of the document at which reading took them down.
        identity: versions on the machine that gives the order, see `tasks.execution.identity`.
        exchange: fields of the `ExchangeAddress` of the run; None if all machines share its folder.
    """

    batch_file: str
    culprits: tuple[int, ...]
    unreadable: int | None
    identity: dict[str, str]
    exchange: dict[str, Any] | None = None


def process_order(order: BatchOrder) -> None:
    """Process a batch to its end.

    Dask may give the same order twice, such as after it has lost a worker that is still alive. A
    batch that is finished is not processed again.

    Raises:
        WorkerError: this machine has other versions, lacks the batch or its input, or cannot work
            at all.
        BucketError: it does not reach the bucket, or has no keys.
    """
    if found := difference(order.identity, identity()):
        raise WorkerError(
            f"{_here()} has {found}: install the same Broadsheet on all machines, start the "
            "workers again, and repeat the command, which resumes the run."
        )
    worker = get_worker()
    with _processes.borrowed(worker) as pool, _batch_of(order, worker) as batch_file:
        files = files_of_batch(batch_file)
        if files.is_done():
            return
        # From here to the end of the context a death of this Dask worker leaves a record behind.
        with recorded_attempt(files) as part_documents:
            culprits = dict.fromkeys(order.culprits, Reason.WORKER_DIED)
            faults = Faults(culprits, unreadable=order.unreadable, part_documents=part_documents)
            pool.run(batch_file, faults, worker.get_current_task())


def _here() -> str:
    return f"The Dask worker on {socket.gethostname()}"


@contextmanager
def _batch_of(order: BatchOrder, worker: Worker) -> Iterator[Path]:
    """Yield the path of the batch file, which lies beside copies of the run's files."""
    if order.exchange is None:
        batch_file = Path(order.batch_file)
        if not batch_file.is_file():
            raise WorkerError(
                f"{_here()} does not see {batch_file}: the warehouse must lie in a folder that all "
                "machines share under the same path, or set execution.exchange to a bucket."
            )
        yield batch_file
        return
    from tasks.execution.received_batches import received_batch

    with received_batch(order.exchange, order.batch_file, _copies(worker)) as batch_file:
        yield batch_file


def _copies(worker: Worker) -> Path:
    """Return the folder for copies of the runs' files, which Dask removes with the worker's own."""
    return Path(worker.local_directory) / "broadsheet-runs"


class _StopReleased(WorkerPlugin):
    """A plugin that stops batches which were cancelled, or whose client is gone.

    Dask releases such a task, but does not interrupt the thread that works on it.
    """

    def transition(self, key: Hashable, start: str, finish: str, **_: Any) -> None:
        """Stop the batch of a task that is released while it is executed."""
        if start == "executing" and finish == "released":
            _processes.stop(key)


class _KeptProcesses:
    """The worker processes of this Dask worker, kept between batches.

    Starting one takes seconds, and the batches of a run follow on each other closely. The last
    borrower that returns the pool starts a timer, which closes it unless another batch comes.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._pool: WorkerPool | None = None
        self._copies = Path()
        self._borrowers = 0
        self._timer: Timer | None = None

    @contextmanager
    def borrowed(self, worker: Worker) -> Iterator[WorkerPool]:
        """Yield the pool, which has one process for each thread of the Dask worker."""
        with self._lock:
            self._borrowers += 1
            if self._timer:
                self._timer.cancel()
            if self._pool is None:
                self._pool = WorkerPool(worker.state.nthreads)
                self._copies = _copies(worker)
                sync(worker.loop, worker.plugin_add, _StopReleased(), "broadsheet-stopping")
            pool = self._pool
        try:
            yield pool
        finally:
            with self._lock:
                self._borrowers -= 1
                if not self._borrowers:
                    self._timer = Timer(_IDLE_SECONDS, self._close)
                    self._timer.daemon = True
                    self._timer.start()

    def stop(self, call: Hashable) -> None:
        """End the call of `WorkerPool.run` with this name."""
        if self._pool is not None:
            self._pool.stop(call)

    def _close(self) -> None:
        with self._lock:
            # A batch may have come after the timer fired and before it had the lock.
            if self._pool is not None and not self._borrowers:
                self._pool.__exit__(None, None, None)
                self._pool = None
                shutil.rmtree(self._copies, ignore_errors=True)


_processes = _KeptProcesses()
