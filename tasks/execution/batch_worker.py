"""The worker process: reads and processes batches, one document after the other.

It is given jobs on standard input and says on standard output which document it is at, so that
its supervisor (`worker_pool`) knows which one killed it. Its own alarm ends it when a document
takes too long: the kernel's default for SIGALRM needs no cooperation from code that is stuck in C.
Results go to part files; a new worker goes on after the last of them.
"""

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

from config.settings import ProcessSettings, ReadSettings
from tasks.learned_lines import learned_of
from tasks.parts import documents_in, finished_parts, write_done, write_parts
from tasks.process.batch import process_batch
from tasks.process.body.lanes import warm
from tasks.read.batch import read_batch
from tasks.read.reasons import Reason
from tasks.read.watch import Watch
from tasks.records import Dropped, RawDocument
from tasks.runs import batch_job

# The supervisor's pipe is ours alone: what a library prints goes to standard error.
_channel: TextIO = sys.stdout


@dataclass(frozen=True, slots=True)
class Job:
    """One batch for this worker.

    Attributes:
        culprits: documents, by their number within the batch, that killed a worker; and how.
        limits: inputs at which reading killed a worker, each with the outcomes before that.
        unreadable: the number of the document at which reading is to end altogether, if any.
        part_documents: how large its first parts may be.
    """

    batch_file: Path
    culprits: dict[int, str]
    limits: dict[str, int]
    unreadable: int | None
    part_documents: int


def main() -> None:
    """Answers jobs until standard input ends, which it does when the supervisor is gone."""
    _keep_channel()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    logging.basicConfig(level=logging.WARNING, format="%(name)s %(message)s")
    for noisy in ("trafilatura", "htmldate"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    warm()
    with suppress(BrokenPipeError):  # the supervisor is gone
        _say("ready")
        for line in sys.stdin:
            _answer(_job(line))


def _keep_channel() -> None:
    global _channel
    _channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _job(line: str) -> Job:
    fields = orjson.loads(line)
    culprits = {int(number): reason for number, reason in fields["culprits"].items()}
    return Job(
        batch_file=Path(fields["batch"]),
        culprits=culprits,
        limits=fields["limits"],
        unreadable=fields["unreadable"],
        part_documents=fields["part_documents"],
    )


def _answer(job: Job) -> None:
    try:
        documents = _work(job)
    except BrokenPipeError:
        raise
    except OSError as error:
        # A full or failing disk is no document's fault: the run stops here and can be resumed.
        _say(f"error {error.strerror or error}: {error.filename or job.batch_file}")
    else:
        _say(f"done {documents}")


def _work(job: Job) -> int:
    batch, described = batch_job(job.batch_file)
    settings = ProcessSettings.model_validate(described["process"])
    read_settings = ReadSettings.model_validate(described["read"])
    finished = finished_parts(job.batch_file)
    watch = Watch(job.limits, announce=lambda key: _say(f"in {key}"))
    documents = read_batch(
        batch,
        read_settings,
        described["columns"],
        watch,
        lambda: _arm(settings.read_seconds),
    )
    watched = _watched(documents, job, settings, documents_in(finished))
    learned = learned_of(job.batch_file, described["parameters"].get("source"))
    processed = process_batch(watched, settings, learned)
    parts = write_parts(processed, job.batch_file, finished, _disarm, job.part_documents)
    return write_done(job.batch_file, parts)


def _watched(
    documents: Iterable[RawDocument | Dropped],
    job: Job,
    settings: ProcessSettings,
    finished: int,
) -> Iterator[RawDocument | Dropped]:
    """The documents from number `finished` on, each announced and put under its alarm."""
    last: RawDocument | Dropped | None = None
    _announce("read", 0, settings.read_seconds)
    for number, document in enumerate(islice(documents, job.unreadable)):
        last = document
        if number >= finished:
            _announce("process", number, settings.page_seconds)
            yield _spared(document, job.culprits.get(number))
        _announce("read", number + 1, settings.read_seconds)
    _disarm()
    if job.unreadable is not None and job.unreadable >= finished:
        yield _rest(job, last)


def _spared(document: RawDocument | Dropped, reason: str | None) -> RawDocument | Dropped:
    if reason is None or isinstance(document, Dropped):
        return document
    return document.dropped("failed", reason)


def _rest(job: Job, last: RawDocument | Dropped | None) -> Dropped:
    """The ledger row for the rest of a batch at which whole machines die."""
    return Dropped(
        locator=f"{last.locator if last else 'batch ' + job.batch_file.stem} (and what follows)",
        position=last.position + 1 if last else -int(job.batch_file.stem),
        outcome="failed",
        step="read",
        reason=Reason.READER_DIED.value,
        detail="reading on from here takes too long or kills the process",
    )


def _announce(what: str, number: int, seconds: float) -> None:
    _say(f"{what} {number}")
    _arm(seconds)


def _arm(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _disarm() -> None:
    _arm(0)


def _say(message: str) -> None:
    print(message, file=_channel, flush=True)


if __name__ == "__main__":
    main()
