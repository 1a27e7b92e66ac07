"""What a Dask worker does: a batch, by a worker process of its own, in the shared folder.

The worker processes are the same as on a single machine (`tasks.batch_worker`), under the same
supervision; so a page that hangs or crashes its parser costs the Dask worker nothing. They are kept
between batches, and end when there is nothing to do or the Dask worker is gone.
"""

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
from tasks.execution.deaths import attempt
from tasks.execution.identity import difference, identity
from tasks.parts import done_file
from tasks.worker_pool import Faults, WorkerPool

IDLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Order:
    """One batch for a Dask worker.

    Attributes:
        culprits: documents, by number, that took Dask workers with them.
        unreadable: the document at which reading did.
        identity: of the machine that gives the order.
    """

    batch_file: str
    culprits: tuple[int, ...]
    unreadable: int | None
    identity: dict[str, str]


def process_batch(order: Order) -> str:
    """Processes a batch to its end; gives the path of the file that says so.

    Raises:
        WorkerError: this machine is not set up as the other one, or cannot work at all.
    """
    batch_file = Path(order.batch_file)
    _require_same(order)
    done = done_file(batch_file)
    if not done.is_file():
        worker = get_worker()
        with attempt(batch_file) as part_documents, _kept.borrowed(worker) as pool:
            culprits = dict.fromkeys(order.culprits, "worker_died")
            faults = Faults(culprits, unreadable=order.unreadable, part_documents=part_documents)
            pool.run(batch_file, faults, worker.get_current_task())
    return str(done)


def _require_same(order: Order) -> None:
    here = f"The Dask worker on {socket.gethostname()}"
    if found := difference(order.identity, identity()):
        raise WorkerError(
            f"{here} has {found}: install the same Broadsheet on all machines, start the workers "
            "again, and repeat the command, which resumes the run."
        )
    if not Path(order.batch_file).is_file():
        raise WorkerError(
            f"{here} does not see {order.batch_file}: the warehouse must lie in a folder that all "
            "machines share under the same path."
        )


class _Stopping(WorkerPlugin):
    """Ends the work on batches that nobody waits for any more: cancelled, or their client gone."""

    def transition(self, key: Hashable, start: str, finish: str, **_: Any) -> None:
        if start == "executing" and finish == "released":
            _kept.stop(key)


class _KeptProcesses:
    """The worker processes of this Dask worker."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pool: WorkerPool | None = None
        self._borrowers = 0
        self._timer: Timer | None = None

    @contextmanager
    def borrowed(self, worker: Worker) -> Iterator[WorkerPool]:
        """The pool, with a process for each thread of the Dask worker."""
        with self._lock:
            self._borrowers += 1
            if self._timer:
                self._timer.cancel()
            if self._pool is None:
                self._pool = WorkerPool(worker.state.nthreads)
                sync(worker.loop, worker.plugin_add, _Stopping(), "broadsheet-stopping")
            pool = self._pool
        try:
            yield pool
        finally:
            with self._lock:
                self._borrowers -= 1
                if not self._borrowers:
                    self._timer = Timer(IDLE_SECONDS, self._close)
                    self._timer.daemon = True
                    self._timer.start()

    def stop(self, call: Hashable) -> None:
        if self._pool is not None:
            self._pool.stop(call)

    def _close(self) -> None:
        with self._lock:
            if self._pool is not None and not self._borrowers:
                self._pool.__exit__(None, None, None)
                self._pool = None


_kept = _KeptProcesses()
