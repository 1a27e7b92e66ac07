"""The pipeline: read → process → resolve → load → publish, its stages named once, in order.

How a stage is called is an argument: the command line passes plain threads, the Prefect flow
passes a task's submit. Between stages travel paths, and each stage leaves its result as files, so
that a run which was killed goes on where it was (see `tasks.runs`).
"""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, TypeVar

import orjson

from config.errors import UsageError
from config.settings import Settings
from tasks.read.plan import Plan, plan_inputs
from tasks.resolve import Resolved, read_resolved, resolve
from tasks.runs import Request, Run, start_or_resume, unfinished_runs
from tasks.worker_pool import WorkerPool
from warehouse.lake import open_lake
from warehouse.load import commit_run, is_committed, remove_files
from warehouse.lock import writer_lock
from warehouse.publish import publish, remove_unfinished_publications, take_snapshot

log = logging.getLogger("broadsheet.pipeline")

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Result(Protocol[T_co]):
    """What the call of a stage gives: its value, once it is there."""

    def result(self) -> T_co: ...


class Call(Protocol):
    """Calls one stage, now or beside others.

    `stage` is the same for all batches; `label` is what a person reads, such as "process batch 3
    of 7".
    """

    def __call__(
        self, stage: str, label: str, function: Callable[..., T], *arguments: Any
    ) -> Result[T]: ...


class Watcher:
    """Is told how a run goes on; from any thread. This one does not care."""

    def notice(self, sentence: str) -> None:
        """Something that the person who started the run should know."""

    def planned(self, batches: int, size: int) -> None:
        """So many batches of together `size` bytes are still to be processed."""

    def document(self) -> None:
        """One document was processed."""

    def batch(self, size: int) -> None:
        """A batch of `size` bytes was finished."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to: the closing table's numbers.

    Attributes:
        seconds: wall time of each stage of this call; a resumed run has those of its end only.
    """

    run_id: str
    resolved: Resolved
    published: Path
    seconds: dict[str, float]


def plan(request: Request, settings: Settings) -> Plan:
    """What a request would read, without reading it.

    Raises:
        UsageError: a path does not exist, holds nothing, or is of an unknown kind.
    """
    return plan_inputs(
        request.paths, settings.read, columns=dict(request.columns), limit=request.limit
    )


def ingest(
    request: Request, settings: Settings, call: Call, watcher: Watcher, *, wait: bool = False
) -> Summary:
    """Takes everything that the request names through all stages and publishes it.

    Args:
        call: how stages are called.
        wait: wait while another process writes to the warehouse.

    Raises:
        BroadsheetError: one sentence; what was published before is still there.
    """
    planned = plan(request, settings)  # before anything is made: bad input changes nothing
    warehouse = make_warehouse(settings.warehouse)
    clock = _Clock()
    with writer_lock(warehouse, "ingest", wait=wait):
        remove_unfinished_publications(warehouse)
        run = start_or_resume(request, planned, settings)
        _settle_others(run, settings, watcher)
        with clock("process"):
            _process(run, planned, settings, call, watcher)
        with clock("resolve"):
            resolved = call("resolve", "resolve", resolve, run, settings).result()
        with clock("load"):
            call("load", "load", load, run, settings).result()
        with clock("publish"):
            published = call("publish", "publish", publish_run, run, settings).result()
    return Summary(run.run_id, resolved, published, clock.seconds)


def make_warehouse(path: Path) -> Path:
    """The warehouse's absolute path; makes the folder.

    Raises:
        UsageError: the folder cannot be made or written to.
    """
    absolute = path.expanduser().absolute()
    try:
        (absolute / "runs").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"Cannot make the warehouse {absolute}: {error.strerror}; name another by --warehouse."
        ) from error
    return absolute


def _process(run: Run, planned: Plan, settings: Settings, call: Call, watcher: Watcher) -> None:
    sizes = {f"{batch.number:05}": batch.bytes for batch in planned.batches}
    todo = run.unfinished_batches
    watcher.planned(len(todo), sum(sizes[path.stem] for path in todo))
    with WorkerPool(min(settings.worker_count, len(todo)), watcher.document) as pool:

        def process(batch_file: Path) -> int:
            documents = pool.run(batch_file)
            watcher.batch(sizes[batch_file.stem])
            log.info("processed batch=%s documents=%d", batch_file.stem, documents)
            return documents

        label = f"process batch %d of {len(sizes)}"
        calls = [call("process", label % int(path.stem), process, path) for path in todo]
        for result in calls:
            result.result()


def load(run: Run, settings: Settings) -> None:
    """Commits a resolved run to the tables."""
    from tasks.process.extract import EXTRACTOR_VERSION  # heavy, and not needed before

    described = run.description()
    resolved = read_resolved(run)
    outcomes = ("loaded", "revised", "duplicate", "rejected", "failed")
    row = {
        "run_id": run.run_id,
        "flow": described["flow"],
        "parameters": orjson.dumps(described["parameters"]).decode(),
        "inputs": described["inputs"],
        "started_at": datetime.fromisoformat(described["started_at"]),
        "finished_at": datetime.now(UTC),
        "documents": run.documents_read(),
        **{outcome: resolved.by_outcome(outcome) for outcome in outcomes},
        "code_version": version("broadsheet"),
        "extractor_version": EXTRACTOR_VERSION,
    }
    commit_run(open_lake(run.warehouse), resolved.files, row, settings.load)


def publish_run(run: Run, settings: Settings) -> Path:
    """Publishes the tables as they are, and removes the run's folder."""
    lake = open_lake(run.warehouse)
    published = publish(run.warehouse, take_snapshot(lake), settings.publish)
    run.remove()
    return published


def _settle_others(current: Run, settings: Settings, watcher: Watcher) -> None:
    """Rolls forward other unfinished runs that had begun to commit, and drops the rest."""
    lake = open_lake(current.warehouse)
    for run in unfinished_runs(current.warehouse):
        if run.run_id == current.run_id:
            continue
        if run.resolved_file.is_file() and is_committed(lake, run.run_id):
            load(run, settings)
            publish_run(run, settings)
            watcher.notice(f"The unfinished run {run.run_id} had been committed; it was completed.")
        else:
            remove_files(lake, run.run_id)
            run.remove()
            watcher.notice(
                f"The unfinished run {run.run_id} was dropped: it asked for other input."
            )


@contextmanager
def plain_calls(workers: int) -> Iterator[Call]:
    """Stages as plain function calls in `workers` threads, for the command line."""
    with ThreadPoolExecutor(max_workers=workers) as threads:

        def call(stage: str, label: str, function: Callable[..., T], *arguments: Any) -> Result[T]:
            return threads.submit(function, *arguments)

        try:
            yield call
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - started
