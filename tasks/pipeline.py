"""The stages of the pipeline in their order: read → process → resolve → load → publish → compact.

How a stage is run is an argument: the command line passes a runner that uses threads, the Prefect
flow one that submits tasks. Stages pass paths to each other, and each stage leaves its result as
files, so that a run which was killed continues where it stopped (see `tasks.runs.run`).
"""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from config.learning import load_overrides
from config.settings import Settings
from tasks.boilerplate.in_force import write_learned_lines
from tasks.execution.backend import open_pool
from tasks.execution.exchanged_runs import remove_exchanged
from tasks.read.plan import batch_from_json
from tasks.runs.progress import ProgressListener, watch_of
from tasks.runs.run import Run, remove_unplanned_runs, unfinished_runs
from tasks.runs.unfinished import require_resumable
from warehouse.folder import absolute, make_warehouse
from warehouse.format_file import moved_from
from warehouse.layout import LOCK, TAKEDOWN_JOURNAL
from warehouse.lock import writer_lock
from warehouse.opening import require_openable, require_repaired
from warehouse.restoring import require_restored

if TYPE_CHECKING:
    from tasks.load.resolve import Resolved

log = logging.getLogger("broadsheet.pipeline")

REPAIR_FLOW = "repair"  # the flow of `broadsheet repair`

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class StageFuture(Protocol[T_co]):
    """The result of a stage that may still be running."""

    def result(self) -> T_co:
        """Wait for the stage and return its value, or raise its error."""


class StageRunner(Protocol):
    """A way of running stages: in threads, or as tasks of Prefect."""

    def __call__(
        self, stage: str, label: str, function: Callable[..., T], *arguments: Any
    ) -> StageFuture[T]:
        """Start a stage and return its future result.

        Args:
            stage: the name of the stage, the same for all batches.
            label: the name of this call for people, such as "process batch 3 of 7".
            function: what to call with the arguments.
        """


@dataclass(frozen=True, slots=True)
class Summary:
    """The result of a finished run, with the numbers of the closing table.

    Attributes:
        seconds: the wall time of each stage. Of a resumed run only the stages since it was resumed.
        compaction: a sentence on the files that were merged; "" if none were.
    """

    run_id: str
    resolved: "Resolved"
    published: Path
    seconds: dict[str, float]
    compaction: str = ""


@dataclass(frozen=True, slots=True)
class Stages:
    """The context in which the stages of a run are executed.

    Attributes:
        run_stage: runs each stage.
        listener: receives the progress of the run.
        clock: measures the wall time of each stage.
    """

    settings: Settings
    run_stage: StageRunner
    listener: ProgressListener
    clock: "Clock" = field(default_factory=lambda: Clock())

    def prepared(self) -> "Stages":
        """Return the same context for a warehouse whose folder exists, by its absolute path.

        The format of the warehouse and its boilerplate.toml are checked here, so that a fault is
        reported before anything is changed, and not at the end of a night's fetching. If the
        warehouse was moved, its paths are repaired.

        Raises:
            BroadsheetError: the warehouse is of a newer format, or damaged.
        """
        self.relocate_if_moved()
        require_openable(absolute(self.settings.warehouse))
        require_repaired(absolute(self.settings.warehouse))
        settings = with_warehouse(self.settings)
        complete_if_interrupted(settings, self.listener.notice)
        load_overrides(settings.warehouse)
        return replace(self, settings=settings)

    def relocate_if_moved(self, *, damaged: bool = False) -> None:
        """Let the files of a moved warehouse name their present place, with a notice.

        Args:
            damaged: leave damaged files as they are, because a repair follows.
        """
        require_restored(absolute(self.settings.warehouse))
        if moved_from(absolute(self.settings.warehouse)) is not None:
            from tasks.load.relocate import relocate_if_moved

            folder = make_warehouse(self.settings.warehouse)
            relocate_if_moved(folder, self.listener.notice, damaged=damaged)

    @contextmanager
    def locked(self, purpose: str, *, wait: bool, name: str = LOCK) -> Iterator[None]:
        """Hold a lock of the warehouse, and for writing its lake in a bucket, in the context.

        Args:
            purpose: what the lock is held for; other processes that wait show it.
            wait: wait for the present holder, which is named to the listener, instead of failing.
            name: the lock's file.

        Raises:
            WarehouseLockedError: another process, on this machine or another, holds it.
            DamagedWarehouseError: files of an unfinished run cannot be read.
        """
        notify = self.listener.notice
        with writer_lock(self.settings.warehouse, purpose, wait=wait, name=name, notify=notify):
            # A repair is what sets such files aside.
            if purpose != REPAIR_FLOW:
                require_resumable(self.settings.warehouse, with_lake=name == LOCK)
            with ExitStack() as stack:
                if name == LOCK and self.settings.lake:
                    from warehouse.bucket.step import kept_in_step

                    watch = watch_of(self.listener)
                    step = kept_in_step(self.settings, purpose, watch, wait=wait, notify=notify)
                    stack.enter_context(step)
                yield


def finish(run: Run, stages: Stages) -> Summary:
    """Take a run whose batches are planned through all stages; the caller holds the writer lock."""
    process(run, stages)
    return load_and_publish(run, stages)


def load_and_publish(run: Run, stages: Stages) -> Summary:
    """Run the stages behind processing: resolve, load, publish, and at night compact.

    The run ends last. If it is killed while files are merged, its own command resumes it.
    """
    settings, run_stage, clock = stages.settings, stages.run_stage, stages.clock
    from tasks.load.commit import end_run, load, publish_tables
    from tasks.load.compaction import compact_after_run
    from tasks.load.resolve import resolve

    with clock("resolve"):
        resolved = run_stage("resolve", "resolve", resolve, run, settings).result()
        # None: some pages must be compared with texts that only the stored bytes give. These are
        # read and processed first, then the run is resolved again.
        while resolved is None:
            read_stored_pages(run, stages)
            resolved = run_stage("resolve", "resolve", resolve, run, settings).result()
    if resolved.healed:
        stages.listener.notice(str(resolved.healed))
    with clock("load"):
        run_stage("load", "load", load, run, settings).result()
    with clock("publish"):
        publishing = run_stage("publish", "publish", publish_tables, run.warehouse, settings)
        published = publishing.result()
    merged = ""
    if run.fetches and settings.compact.seconds:
        with clock("compact"):
            merged = run_stage("compact", "compact", compact_after_run, run, settings).result()
    if merged:
        stages.listener.notice(merged)
    end_run(run, settings)
    return Summary(run.run_id, resolved, published, clock.seconds, merged)


def settle_others(current: Run, stages: Stages) -> None:
    """End all other unfinished runs: complete those that had begun to commit, drop the others.

    A run is resolved against the tables as they are, so that no second run may be half committed.
    """
    remove_unplanned_runs(current.warehouse)
    for run in unfinished_runs(current.warehouse):
        if run.run_id != current.run_id:
            from tasks.load.commit import finish_or_drop_run

            if notice := finish_or_drop_run(run, stages.settings):
                stages.listener.notice(notice)
    remove_exchanged(current.warehouse, stages.settings.bucket)


def complete_if_interrupted(settings: Settings, notify: Callable[[str], None]) -> None:
    """Complete a takedown that was interrupted: the pages must be gone before anything is read."""
    if (settings.warehouse / TAKEDOWN_JOURNAL).is_file():
        from tasks.takedown.takedown import complete_takedown

        complete_takedown(settings.warehouse, settings, notify)


def with_warehouse(settings: Settings) -> Settings:
    """Make the warehouse's folder and return the settings with its absolute path.

    The published views name files by that path.
    """
    return settings.model_copy(update={"warehouse": make_warehouse(settings.warehouse)})


def process(run: Run, stages: Stages) -> None:
    """Process the batches that are not finished; other unfinished runs must be settled before."""
    with stages.clock("process"):
        write_learned_lines(run, stages.settings)
        _process_batches(run, stages, "process batch")


def read_stored_pages(run: Run, stages: Stages) -> None:
    """Process the stored pages again that a run's pages are to be compared with."""
    from tasks.load.stored_texts import unread_runs

    for part in unread_runs(run):
        _process_batches(part, stages, "read stored pages, batch")


def _process_batches(run: Run, stages: Stages, label: str) -> None:
    batches, unfinished = run.batches, run.unfinished_batches
    sizes = {path: batch_from_json(path.read_bytes()).bytes for path in unfinished}
    stages.listener.planned(len(unfinished), sum(sizes.values()))
    with open_pool(stages.settings, unfinished, stages.listener.document) as pool:

        def process(batch_file: Path) -> int:
            documents = pool.run(batch_file)
            stages.listener.batch(sizes[batch_file])
            log.info("processed batch=%s documents=%d", batch_file.stem, documents)
            return documents

        futures = [
            stages.run_stage(
                "process", f"{label} {int(path.stem) + 1} of {len(batches)}", process, path
            )
            for path in unfinished
        ]
        # pyiceberg takes a second to import. Now is the time, while the workers are busy.
        import_module("tasks.load.commit")
        for future in futures:
            future.result()


@contextmanager
def thread_runner(workers: int) -> Iterator[StageRunner]:
    """Yield a runner that calls stages in a pool of `workers` threads, for the command line."""
    with ThreadPoolExecutor(max_workers=workers) as threads:

        def run_stage(
            stage: str, label: str, function: Callable[..., T], *arguments: Any
        ) -> StageFuture[T]:
            return threads.submit(function, *arguments)

        try:
            yield run_stage
        except BaseException:
            # Leaving the executor waits for its calls: those that are only queued are dropped.
            threads.shutdown(wait=False, cancel_futures=True)
            raise


class Clock:
    """A stopwatch for the stages of a run.

    Attributes:
        seconds: the wall time of each stage that has ended, by its name.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Measure a stage, which runs while the context is open."""
        started = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - started
