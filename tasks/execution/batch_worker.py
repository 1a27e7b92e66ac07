"""The worker process: reads and processes batches, one document after the other.

It receives jobs on standard input and announces on standard output each document before it reads or
processes it, so that its supervisor knows which one killed it. The messages are described in
`tasks.execution.worker_pool`.

An alarm ends the process when a document takes too long. It has no handler: the kernel's default
action for SIGALRM kills the process even while code is stuck in C, where a Python handler would
never run.

Results go to part files, each of which is whole or absent. A new worker reads the batch again from
its beginning, because most formats cannot be entered in the middle, but it processes only what
lies behind the last part.
"""

import gc
import logging
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

import orjson

from config.errors import UnansweredError
from config.settings import ProcessSettings
from config.visible import log_to_stderr
from tasks.boilerplate.in_force import read_learned_lines
from tasks.execution.batch_files import files_of_batch
from tasks.execution.parts import count_documents, finished_parts, write_done, write_parts
from tasks.process.batch import process_batch
from tasks.process.body.fast import warm_fast
from tasks.read.batch import read_batch
from tasks.read.input_events import InputMonitor
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument
from tasks.runs.run import batch_job
from tasks.web.hosts import domain_of

# The pipe to the supervisor. `main` moves it away from standard output, see `_keep_channel`.
_channel: TextIO = sys.stdout


@dataclass(frozen=True, slots=True)
class BatchJob:
    """One batch for this worker, and what it must leave out; see `worker_pool.Faults`.

    Attributes:
        culprits: numbers of documents that killed a worker while they were processed, and how.
        limits: keys of inputs that killed a worker while they were read, and how many outcomes
            each gives before that place.
        unreadable: the number of the document at which reading of the batch ends, if any.
        part_documents: how many documents the first parts may hold.
    """

    batch_file: Path
    culprits: dict[int, Reason]
    limits: dict[str, int]
    unreadable: int | None
    part_documents: int


def main() -> None:
    """Do jobs until standard input ends, which happens when the supervisor is gone."""
    _keep_channel()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # an ignored signal is inherited
    log_to_stderr(logging.WARNING, "%(name)s %(message)s")
    for noisy in ("trafilatura", "htmldate"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    # Before "ready", so that loading counts against no document. Trafilatura is loaded by the first
    # page that needs it.
    warm_fast()
    domain_of("courier.example")
    # What was loaded stays, and a page frees what it made by itself: looking for garbage less often
    # saves 3 to 6 % of the time.
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()
    with suppress(BrokenPipeError):  # the supervisor is gone
        _send("ready")
        for line in sys.stdin:
            _do(_job_from_json(line))


def _keep_channel() -> None:
    """Keep the supervisor's pipe for messages; what libraries print goes to standard error."""
    global _channel
    _channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _job_from_json(line: str) -> BatchJob:
    fields = orjson.loads(line)
    culprits = {
        int(number): Reason[reason.upper()] for number, reason in fields["culprits"].items()
    }
    return BatchJob(
        batch_file=Path(fields["batch"]),
        culprits=culprits,
        limits=fields["limits"],
        unreadable=fields["unreadable"],
        part_documents=fields["part_documents"],
    )


def _do(job: BatchJob) -> None:
    try:
        documents = _process(job)
    except BrokenPipeError:
        raise
    except OSError as error:
        # A full or failing disk is no document's fault: the run stops here and can be resumed.
        _send_fault(f"{error.strerror or error}: {error.filename or job.batch_file}")
    except UnansweredError as error:
        _send_fault(str(error))
    else:
        _send(f"done {documents}")


def _send_fault(fault: str) -> None:
    """Tell the supervisor why this worker cannot work, in one sentence."""
    text = " ".join(fault.split())
    whole = (
        text if text.endswith(".") else f"The run stopped: {text}; mend it and repeat the command."
    )
    _send(f"error {whole}")


def _process(job: BatchJob) -> int:
    """Process what no part holds yet and return the number of documents of the whole batch."""
    batch, description = batch_job(job.batch_file)
    settings = description.process
    files = files_of_batch(job.batch_file)
    finished = finished_parts(files)
    monitor = InputMonitor(job.limits, announce=lambda key: _send(f"in {key}"))
    documents = read_batch(
        batch,
        description.read,
        description.columns,
        monitor,
        lambda: _arm(settings.read_seconds),
    )
    announced = _announced(documents, job, settings, count_documents(finished))
    learned = read_learned_lines(job.batch_file, description.source)
    processed = process_batch(announced, settings, learned)
    # Writing a part has no time limit: a slow disk must not be taken for a slow document.
    parts = write_parts(processed, files, finished, _disarm, job.part_documents)
    # The batch counts as finished from here on; a kill before this line costs the last part only.
    return write_done(files, parts, monitor.reports)


def _announced(
    documents: Iterable[RawDocument | Dropped],
    job: BatchJob,
    settings: ProcessSettings,
    finished: int,
) -> Iterator[RawDocument | Dropped]:
    """Yield the documents from number `finished` on; announce each and set its alarm.

    Everything here is lazy. While a document is being processed, this generator waits at its
    `yield`, so that the announcement before the `yield` stands for the processing, and the one
    behind it for the reading of the next document.
    """
    last: RawDocument | Dropped | None = None
    _announce("read", 0, settings.read_seconds)
    for number, document in enumerate(islice(documents, job.unreadable)):
        last = document
        if number >= finished:
            _announce("process", number, settings.page_seconds)
            yield _without_culprit(document, job.culprits.get(number))
        _announce("read", number + 1, settings.read_seconds)
    _disarm()
    if job.unreadable is not None and job.unreadable >= finished:
        yield _rest_of_batch(job, last)


def _without_culprit(
    document: RawDocument | Dropped, reason: Reason | None
) -> RawDocument | Dropped:
    """Return the document, or its ledger record if it has killed a worker before."""
    if reason is None or isinstance(document, Dropped):
        return document
    return document.dropped(reason)


def _rest_of_batch(job: BatchJob, last: RawDocument | Dropped | None) -> Dropped:
    """Return the one ledger record for the rest of a batch that cannot be read.

    Its position must be unique in the run. Where no document was read before, the negative number
    of the batch serves, for no document has a negative position.
    """
    return Dropped(
        locator=f"{last.locator if last else 'batch ' + job.batch_file.stem} (and what follows)",
        position=last.position + 1 if last else -int(job.batch_file.stem),
        outcome="failed",
        step="read",
        reason=Reason.READER_DIED.value,
        detail="reading on from here takes too long or kills the process",
    )


def _announce(stage: str, number: int, seconds: float) -> None:
    _send(f"{stage} {number}")
    _arm(seconds)


def _arm(seconds: float) -> None:
    """Kill this process after so many seconds, unless the alarm is set anew before."""
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _disarm() -> None:
    _arm(0)


def _send(message: str) -> None:
    # Flushed at once: what stays in a buffer is lost when the process dies.
    print(message, file=_channel, flush=True)
