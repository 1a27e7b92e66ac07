"""The pipeline: read → process → resolve → load → publish, its stages named once, in order.

How a stage is called is an argument: the command line passes plain threads, the Prefect flow
passes a task's submit. Between stages travel paths, and each stage leaves its result as files, so
that a run which was killed goes on where it was (see `tasks.runs`).
"""

import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from config.errors import UsageError
from config.learning import load_overrides
from config.settings import Settings
from tasks.execution.backend import open_pool, require_backend
from tasks.learned_lines import remember_learned
from tasks.read.plan import batch_from_json
from tasks.runs import Request, Run, plan, remove_unplanned_runs, start_or_resume, unfinished_runs
from tasks.unfinished import require_resumable
from tasks.watching import Watcher
from warehouse.layout import LOCK, RUNS
from warehouse.lock import writer_lock
from warehouse.opening import require_openable, require_repaired

if TYPE_CHECKING:
    from tasks.resolve import Resolved

log = logging.getLogger("broadsheet.pipeline")

# DuckDB takes these for patterns in the names of files; lone surrogates stand for bytes that are no
# UTF-8, and no view can name them.
UNUSABLE = re.compile(r"[?*\[\ud800-\udfff]")
REPAIR = "repair"  # the flow of `broadsheet repair`

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


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to: the closing table's numbers.

    Attributes:
        seconds: wall time of each stage of this call; a resumed run has those of its end only.
    """

    run_id: str
    resolved: "Resolved"
    published: Path
    seconds: dict[str, float]


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
    require_backend(settings)
    stages = Stages(settings, call, watcher).prepared()
    with stages.locked("ingest", wait=wait):
        run = start_or_resume(request, planned, stages.settings)
        settle_others(run, stages)
        return finish(run, stages)


@dataclass(frozen=True, slots=True)
class Stages:
    """How a run's stages are called, and who is told."""

    settings: Settings
    call: Call
    watcher: Watcher
    clock: "Clock" = field(default_factory=lambda: Clock())

    def prepared(self) -> "Stages":
        """The same for a warehouse whose folder is there and named by its absolute path.

        What is wrong with it or its boilerplate.toml is said now, before anything is changed, and
        not at the end of a night's fetching.

        Raises:
            BroadsheetError: it is of a newer format, or damaged.
        """
        require_openable(absolute(self.settings.warehouse))
        require_repaired(absolute(self.settings.warehouse))
        settings = with_warehouse(self.settings)
        load_overrides(settings.warehouse)
        return replace(self, settings=settings)

    @contextmanager
    def locked(self, what: str, *, wait: bool, name: str = LOCK) -> Iterator[None]:
        """The warehouse's lock; the watcher is told for whom it waits.

        Raises:
            DamagedWarehouseError: what unfinished runs left cannot be read.
        """
        told = self.watcher.notice
        with writer_lock(self.settings.warehouse, what, wait=wait, name=name, told=told):
            if what != REPAIR:
                require_resumable(self.settings.warehouse, with_lake=name == LOCK)
            yield


def finish(run: Run, stages: Stages) -> Summary:
    """Takes a run whose batches are planned through all stages; the writer's lock is held."""
    process(run, stages)
    return load_and_publish(run, stages)


def load_and_publish(run: Run, stages: Stages) -> Summary:
    """The stages behind processing."""
    settings, call, clock = stages.settings, stages.call, stages.clock
    from tasks.load import load, publish_run
    from tasks.resolve import resolve

    with clock("resolve"):
        resolved = call("resolve", "resolve", resolve, run, settings).result()
        while resolved is None:
            _read_stored(run, stages)
            resolved = call("resolve", "resolve", resolve, run, settings).result()
    if resolved.healed:
        stages.watcher.notice(str(resolved.healed))
    with clock("load"):
        call("load", "load", load, run, settings).result()
    with clock("publish"):
        published = call("publish", "publish", publish_run, run, settings).result()
    return Summary(run.run_id, resolved, published, clock.seconds)


def settle_others(current: Run, stages: Stages) -> None:
    """Ends other unfinished runs: completed where they had begun to commit, else dropped."""
    remove_unplanned_runs(current.warehouse)
    for run in unfinished_runs(current.warehouse):
        if run.run_id != current.run_id:
            from tasks.load import settle

            if said := settle(run, stages.settings):
                stages.watcher.notice(said)


def with_warehouse(settings: Settings) -> Settings:
    """The settings with the warehouse's absolute path, for views name such; makes its folder."""
    return settings.model_copy(update={"warehouse": make_warehouse(settings.warehouse)})


def make_warehouse(path: Path) -> Path:
    """The warehouse's absolute path; makes the folder.

    Raises:
        UsageError: the folder cannot be made or written to, or its path cannot be used.
    """
    folder = absolute(path)
    if unusable := UNUSABLE.search(str(folder)):
        raise UsageError(
            f"The warehouse {folder} cannot have {unusable[0]!r} in its path, which DuckDB reads "
            "as a pattern: name another by --warehouse."
        )
    try:
        (folder / RUNS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"Cannot make the warehouse {folder}: {error.strerror}; name another by --warehouse."
        ) from error
    return folder


def absolute(path: Path) -> Path:
    """The path that views and tables name a warehouse by."""
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 (resolve() follows links)


def process(run: Run, stages: Stages) -> None:
    """Processes the batches that are not done; after other unfinished runs were settled."""
    with stages.clock("process"):
        remember_learned(run, stages.settings)
        _process(run, stages, "process batch")


def _read_stored(run: Run, stages: Stages) -> None:
    """Reads stored pages again that a run's pages are to be compared with."""
    from tasks.stored_texts import unread_runs

    for part in unread_runs(run):
        _process(part, stages, "read stored pages, batch")


def _process(run: Run, stages: Stages, label: str) -> None:
    batches, todo = run.batches, run.unfinished_batches
    sizes = {path: batch_from_json(path.read_bytes()).bytes for path in todo}
    stages.watcher.planned(len(todo), sum(sizes.values()))
    with open_pool(stages.settings, todo, stages.watcher.document) as pool:

        def process(batch_file: Path) -> int:
            documents = pool.run(batch_file)
            stages.watcher.batch(sizes[batch_file])
            log.info("processed batch=%s documents=%d", batch_file.stem, documents)
            return documents

        calls = [
            stages.call("process", f"{label} {int(path.stem) + 1} of {len(batches)}", process, path)
            for path in todo
        ]
        import_module("tasks.load")  # pyiceberg takes a second to import; the workers are busy now
        for result in calls:
            result.result()


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


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - started
