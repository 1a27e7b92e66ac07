"""Worker processes under supervision: a document that kills one becomes a ledger row.

A plain process pool breaks as a whole when a worker dies. Here each call to `run` borrows one
worker for one batch, and when the worker dies, a new one goes on behind its last part; the
document at fault is left out. Callers bring the concurrency: threads of the command line, tasks
of Prefect, threads of a Dask worker.
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
from tasks.parts import PART_DOCUMENTS

log = logging.getLogger("broadsheet.workers")

# A worker that dies without its alarm may have been killed from outside (by hand, or for want of
# memory): the document is at fault when it happens twice.
CRASHES_ALLOWED = 1
# There is a worker for each core: threads of numpy's would only be in each other's way.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# -P: a folder named `config` or `tasks` in the working directory must not be imported.
COMMAND = (sys.executable, "-P", "-m", "tasks.batch_worker")


@dataclass(slots=True)
class Faults:
    """What is known of a batch's documents that killed workers.

    Attributes:
        culprits: such documents, by their number within the batch, and how.
        limits: files and members at which reading killed a worker, by their key, each with the
            number of outcomes that it gives before.
        unreadable: the number of the document at which reading is to end altogether, if any.
        part_documents: how large the batch's first parts may be, to narrow down another culprit.
    """

    culprits: dict[int, str] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    unreadable: int | None = None
    part_documents: int = PART_DOCUMENTS
    crashes: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def blame(self, at: "Position", status: int) -> None:
        """Note where a worker died, once it is certain that it did not die of something else."""
        timed_out = status == -signal.SIGALRM
        place = (at.stage, at.key, at.number)
        self.crashes[place] += 1
        if not timed_out and self.crashes[place] <= CRASHES_ALLOWED:
            return
        if at.stage == "process":
            self.culprits[at.number] = "timeout" if timed_out else "worker_died"
        elif at.key:
            self.limits[at.key] = at.number - at.begins[at.key]
        else:
            self.unreadable = at.number


@dataclass(slots=True)
class Position:
    """How far a worker has come with a batch, by what it said.

    Attributes:
        stage: "read" or "process".
        number: of the document within the batch.
        key: of the input that is read, a file or the member of one; "" before the first.
        begins: by key, the number of the first document behind an input's beginning.
    """

    stage: str = "read"
    number: int = 0
    key: str = ""
    begins: dict[str, int] = field(default_factory=dict)

    def enter(self, key: str) -> None:
        """Note that an input is read from now on."""
        self.key = key
        self.begins.setdefault(key, self.number)


class WorkerPool:
    """`count` worker processes, started when they are first needed.

    Use it as a context manager; at its end the workers are gone, also in the middle of a batch.
    """

    def __init__(self, count: int, on_document: Callable[[], None] = lambda: None) -> None:
        """
        Args:
            count: how many processes, and how many calls to `run` get on at once.
            on_document: called, from any thread, after each document.
        """
        self._on_document = on_document
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
        self._closed = True
        for worker in list(self._alive):
            worker.kill()
            worker.wait()

    def run(
        self, batch_file: Path, faults: Faults | None = None, call: Hashable | None = None
    ) -> int:
        """Reads and processes one batch to its end; gives the number of its documents.

        Args:
            faults: what is known of the batch already.
            call: a name for `stop`.

        Raises:
            WorkerError: the worker cannot work at all: it does not start, or the disk is full.
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
        """Ends a call of `run`, from another thread, with a WorkerError."""
        self._stopped.add(call)
        if worker := self._calls.get(call):
            worker.kill()

    def _start(self) -> subprocess.Popen[str]:
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
            f"A worker process does not start ({' '.join(COMMAND)}): "
            "run `broadsheet doctor`, and install Broadsheet again."
        )

    def _spawn(self) -> subprocess.Popen[str]:
        # Ctrl-C is ours to handle: a worker inherits the blocked signal from its first instant.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            worker = subprocess.Popen(
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env=os.environ | ONE_THREAD,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        self._alive.add(worker)
        if self._closed:  # while it started
            worker.kill()
        return worker

    def _attempt(
        self, worker: subprocess.Popen[str], batch_file: Path, faults: Faults, call: Hashable
    ) -> int | None:
        """Lets the worker do the batch; None when it died and the fault was noted."""
        assert worker.stdin is not None
        assert worker.stdout is not None
        self._calls[call] = worker
        if call in self._stopped:  # before it began
            worker.kill()
        job = {
            "batch": str(batch_file),
            "culprits": {str(number): reason for number, reason in faults.culprits.items()},
            "limits": faults.limits,
            "unreadable": faults.unreadable,
            "part_documents": faults.part_documents,
        }
        at = Position()
        with suppress(BrokenPipeError):  # it died while idle: its output ends, as below
            worker.stdin.write(orjson.dumps(job).decode() + "\n")
            worker.stdin.flush()
        for line in worker.stdout:
            what, _, value = line.rstrip("\n").partition(" ")
            if what == "done":
                return int(value)
            if what == "error":
                raise WorkerError(f"The run stopped: {value}; mend it and repeat the command.")
            if what == "in":
                at.enter(value)
                continue
            if what == "read" and at.stage == "process":
                self._on_document()
            at.stage, at.number = what, int(value)
        status = worker.wait()
        if not self._closed and call not in self._stopped:
            log.warning(
                "worker died batch=%s stage=%s document=%d status=%d",
                *(batch_file.stem, at.stage, at.number, status),
            )
            faults.blame(at, status)
        return None
