"""Worker processes under supervision: a document that kills one becomes a ledger row.

A plain process pool breaks as a whole when a worker dies. Here each call to `run` borrows one
worker for one batch. When that worker dies, the call starts a new one, which continues behind the
last finished part and leaves out the document at fault. Callers bring the concurrency: threads of
the command line, tasks of Prefect, threads of a Dask worker.

Protocol between this supervisor and a worker (`tasks.execution.batch_worker`), one message a line:

    supervisor → worker   a job as JSON: the batch file, and the documents and inputs to leave out
    worker → supervisor   ready           it has loaded its libraries (once, at its start)
                          read N          it reads document N of the batch
                          in KEY          the reader has opened this file or archive member
                          process N       it processes document N
                          done COUNT      the batch is finished; it waits for the next job
                          error SENTENCE  it cannot work, such as on a full disk

A worker announces each step before it takes it. So the last line that it wrote before it died names
the document, or the input, at fault. End of output without `done` or `error` means that it died.
"""

import logging
import os
import queue
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from config.errors import WorkerError
from tasks.execution.parts import PART_DOCUMENTS
from tasks.reasons import Reason

log = logging.getLogger("broadsheet.workers")

# A worker that dies before its alarm may have been killed from outside: by hand, or by the kernel
# for want of memory. The document is at fault only if a second worker dies at the same place.
CRASHES_ALLOWED = 1
# There is one worker per core, so numpy's own threads would only compete with the other workers.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# -P keeps the working directory off the module path: a folder named `config` or `tasks` in it must
# not be imported instead of ours.
# Python does not look for garbage while it imports; `main` allows it again. The last argument names
# the process in `ps`.
_START = "import gc; gc.disable(); from tasks.execution.batch_worker import main; main()"
_COMMAND = (sys.executable, "-P", "-c", _START, "tasks.execution.batch_worker")


@dataclass(slots=True)
class Faults:
    """Documents and inputs of one batch that killed workers, and that the next worker leaves out.

    Attributes:
        culprits: documents that killed a worker while they were processed: their numbers within the
            batch, and how the worker died.
        limits: files and archive members that killed a worker while they were read: their keys, and
            how many outcomes each gives before that place.
        unreadable: the number of the document at which reading of the batch ends, if no single
            input can be blamed.
        part_documents: how many documents the first parts may hold. Small parts narrow down a
            culprit that takes the whole machine with it.
        crashes: how many workers died at each place, as stage, key of the input, and number.
    """

    culprits: dict[int, Reason] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    unreadable: int | None = None
    part_documents: int = PART_DOCUMENTS
    crashes: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def blame(self, at: "Position", status: int) -> None:
        """Record where a worker died, and blame that place once it is certain to be at fault.

        A worker that its own alarm ended has proof enough: the document took too long. After any
        other death the same place gets a second chance, see CRASHES_ALLOWED.

        Args:
            at: what the worker had announced last.
            status: its exit status; negative for a signal, as `Popen.wait` gives it.
        """
        timed_out = status == -signal.SIGALRM
        place = (at.stage, at.key, at.number)
        self.crashes[place] += 1
        if not timed_out and self.crashes[place] <= CRASHES_ALLOWED:
            return
        if at.stage == "process":
            self.culprits[at.number] = Reason.TIMEOUT if timed_out else Reason.WORKER_DIED
        elif at.key:
            # Documents are numbered within the batch, limits are counted within the input.
            self.limits[at.key] = at.number - at.begins[at.key]
        else:
            # It died before it had opened any input, or in a reader that announces none.
            self.unreadable = at.number


@dataclass(slots=True)
class Position:
    """The place in a batch that a worker announced last.

    Attributes:
        stage: "read" or "process".
        number: the document's number within the batch.
        key: the file or archive member that is being read; "" before the first one.
        begins: for each key, the number of the first document of that input.
    """

    stage: str = "read"
    number: int = 0
    key: str = ""
    begins: dict[str, int] = field(default_factory=dict)

    def enter(self, key: str) -> None:
        """Record that the worker now reads this input."""
        self.key = key
        # A reader may return to an outer archive after a member: its first beginning counts.
        self.begins.setdefault(key, self.number)


class WorkerPool:
    """A fixed number of worker processes, each started when it is first needed.

    Use it as a context manager. When the context ends, the workers are killed, even in the middle
    of a batch: finished parts are on disk, and the next run continues behind them.
    """

    def __init__(self, count: int, on_document: Callable[[], None] = lambda: None) -> None:
        """Make a pool whose workers are yet to be started.

        Args:
            count: the number of processes, and of calls to `run` that work at the same time.
            on_document: called after each processed document, from any thread.
        """
        self._on_document = on_document
        # One entry per process; None stands for one that is not started or that died.
        self._idle: queue.SimpleQueue[subprocess.Popen[str] | None] = queue.SimpleQueue()
        self._alive: set[subprocess.Popen[str]] = set()
        self._calls: dict[Hashable, subprocess.Popen[str]] = {}
        self._stopped: set[Hashable] = set()
        self._closed = False
        for _ in range(count):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True  # first, so that no call takes these deaths for a document's fault
        for worker in list(self._alive):
            worker.kill()
            worker.wait()

    def run(
        self, batch_file: Path, faults: Faults | None = None, call: Hashable | None = None
    ) -> int:
        """Read and process one batch to its end and return the number of its documents.

        The loop ends, because each death either adds a document or input to `faults`, or counts as
        the one crash that its place may have.

        Args:
            faults: what is known of the batch already.
            call: a name by which `stop` can end this call.

        Raises:
            WorkerError: the worker cannot work at all (it does not start, or the disk is full), the
                pool was closed, or the call was stopped.
        """
        worker = self._idle.get()
        faults = faults or Faults()
        try:
            while True:
                worker = worker or self._start()
                documents = self._attempt(worker, batch_file, faults, call)
                if documents is not None:
                    return documents
                self._alive.discard(worker)
                worker = None
                if call in self._stopped:
                    raise WorkerError("The batch was taken back.")
        finally:
            self._calls.pop(call, None)
            self._stopped.discard(call)
            self._idle.put(worker)

    def stop(self, call: Hashable) -> None:
        """End a call of `run` from another thread; that call raises a WorkerError."""
        self._stopped.add(call)  # before the kill, so that the call does not blame a document
        if worker := self._calls.get(call):
            worker.kill()

    def _start(self) -> subprocess.Popen[str]:
        """Start a worker and wait until it is ready, with a second try if the first one dies."""
        for _ in range(1 + CRASHES_ALLOWED):
            if self._closed:
                break
            worker = self._spawn()
            assert worker.stdout is not None
            if worker.stdout.readline().strip() == "ready":
                return worker
            self._alive.discard(worker)
            worker.kill()
            status = worker.wait()
            if not self._closed:
                log.warning("worker died while it started status=%d", status)
        if self._closed:
            raise WorkerError("The run was stopped; the same command resumes it.")
        raise WorkerError(
            f"A worker process does not start ({' '.join(_COMMAND)}): "
            "run `broadsheet doctor`, and install Broadsheet again."
        )

    def _spawn(self) -> subprocess.Popen[str]:
        # Ctrl-C reaches the whole process group, but this process alone handles it. A worker
        # inherits the blocked signal, so that it is deaf to Ctrl-C from its first instruction on.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            worker = subprocess.Popen(
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env=os.environ | ONE_THREAD,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        self._alive.add(worker)
        if self._closed:  # `__exit__` may have gone through `_alive` before this worker was in it
            worker.kill()
        return worker

    def _attempt(
        self, worker: subprocess.Popen[str], batch_file: Path, faults: Faults, call: Hashable
    ) -> int | None:
        """Give a worker the batch; return its number of documents, or None if the worker died.

        After a death `faults` says where it happened, unless the pool or the call was stopped.
        """
        self._calls[call] = worker
        if call in self._stopped:  # `stop` came before there was a worker that it could kill
            worker.kill()
        _send_job(worker, batch_file, faults)
        at = Position()
        documents = self._follow(worker, at)
        if documents is not None:
            return documents
        status = worker.wait()
        if not self._closed and call not in self._stopped:
            log.warning(
                "worker died batch=%s stage=%s document=%d status=%d",
                *(batch_file.stem, at.stage, at.number, status),
            )
            faults.blame(at, status)
        return None

    def _follow(self, worker: subprocess.Popen[str], at: Position) -> int | None:
        """Keep `at` up to date with the worker's messages until it is done or its output ends."""
        assert worker.stdout is not None
        for line in worker.stdout:
            message, _, value = line.rstrip("\n").partition(" ")
            if message == "done":
                return int(value)
            if message == "error":
                raise WorkerError(value)
            if message == "in":
                at.enter(value)
                continue
            if message == "read" and at.stage == "process":
                self._on_document()
            at.stage, at.number = message, int(value)
        return None


def _send_job(worker: subprocess.Popen[str], batch_file: Path, faults: Faults) -> None:
    assert worker.stdin is not None
    job = {
        "batch": str(batch_file),
        "culprits": {str(number): reason for number, reason in faults.culprits.items()},
        "limits": faults.limits,
        "unreadable": faults.unreadable,
        "part_documents": faults.part_documents,
    }
    # A worker that died while it was idle is noticed when its output is read.
    with suppress(BrokenPipeError):
        worker.stdin.write(orjson.dumps(job).decode() + "\n")
        worker.stdin.flush()
