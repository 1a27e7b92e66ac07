"""The stage `fetch`: requests the targets of a run politely and stores the answers.

Each source has its own queue of targets, log of attempts and WARC files, so a source that fails or
stalls does not hold up the others.

A page's WARC record is written before its line in the log. A run that was killed at any line
therefore reads its log, cuts off the WARC bytes behind the last logged record, and continues with
the targets that have no final attempt. At worst a page whose line was not written is fetched twice.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import orjson

from config.settings import Settings
from config.sources import Source
from tasks.fetch.attempts import (
    Attempt,
    attempt_log,
    attempt_of_error,
    drop_lost_attempts,
    read_attempts,
    warc_ends,
)
from tasks.fetch.long_waits import OtherWork
from tasks.fetch.model import FetchError
from tasks.fetch.page import PageFetcher, logged_request
from tasks.fetch.retries import NOT_TONIGHT, most_tries, pause
from tasks.fetch.session import REQUESTER, Requester, Session
from tasks.fetch.target import Target, read_targets
from tasks.fetch.together import run_together
from tasks.raw.archived import NOTE_SUFFIX
from tasks.raw.open_files import OpenFiles
from tasks.raw.warc_files import WarcFiles
from tasks.raw.zone import source_files, source_of
from tasks.reasons import FetchReason
from tasks.runs.progress import ProgressListener
from tasks.runs.run import Run
from tasks.runs.taken_down import TakenPages
from warehouse.files import write_bytes
from warehouse.lake import open_lake
from warehouse.schema import TAKEDOWNS

QueueItem = tuple[Target, int]


async def fetch(
    run: Run,
    sources: Sequence[Source],
    settings: Settings,
    session: Session,
    listener: ProgressListener,
) -> None:
    """Fetch the run's targets; each attempt gets a line in a log.

    After `night_seconds` the remaining targets are postponed, each with a line. So are targets of
    hosts with long delays once all other work is done.
    """
    by_name = {source.name: source for source in sources}
    unfinished = _unfinished_files(run)
    deadline = time.monotonic() + settings.fetch.night_seconds
    queues = [
        _SourceFetch(
            by_name[name], run, settings, list(group), unfinished.get(by_name[name].slug, ())
        )
        for name, group in groupby(read_targets(run), key=lambda target: target.source)
    ]
    other_work = OtherWork(sum(len(queue.todo) for queue in queues))
    listener.fetching(sum(len(queue.todo) for queue in queues))
    taken = TakenPages(open_lake(run.warehouse).files(TAKEDOWNS))
    await run_together(
        queue.work(session, listener, deadline, other_work, taken) for queue in queues
    )
    close_fetching(run)


def files_of_other_runs(run: Run) -> list[str]:
    """Return the files that other runs of the same night had fetched before this run began.

    The list is written once, before the first file of this run, so that a resumed run can tell its
    own files from theirs.
    """
    listed = run.folder / "raw-before.json"
    if not listed.is_file():
        run.raw_folder.mkdir(parents=True, exist_ok=True)
        # The name of a file that was archived and removed is not used again.
        present = {path.name.removesuffix(NOTE_SUFFIX) for path in run.raw_folder.iterdir()}
        write_bytes(listed, orjson.dumps(sorted(present)))
    names: list[str] = orjson.loads(listed.read_bytes())
    return names


def _unfinished_files(run: Run) -> dict[str, list[Path]]:
    """Return the files that this run had begun before it was killed, by the source's slug."""
    before = frozenset(files_of_other_runs(run))
    files: dict[str, list[Path]] = {}
    for path in source_files(run.raw_folder, None):
        slug = source_of(path)
        if slug is not None and path.name not in before:
            files.setdefault(slug, []).append(path)
    return files


def fetched_files(run: Run) -> list[str]:
    """Return the absolute paths of the run's WARC files, in order."""
    names: list[str] = orjson.loads(run.fetched_file.read_bytes())
    return [str(run.warehouse / name) for name in names]


def close_fetching(run: Run) -> None:
    """Write the list of the run's WARC files, which marks its fetching as complete."""
    write_bytes(run.fetched_file, orjson.dumps(logged_files(run)))


def logged_files(run: Run) -> list[str]:
    """Return the WARC files in the run's logs, relative to the warehouse, in order."""
    logs = (run.folder / "attempts").glob("*.jsonl")
    return sorted({name for log in logs for name in warc_ends(read_attempts(log))})


class _SourceFetch:
    """The fetching of one source's targets.

    Attributes:
        todo: targets that are not done, each with the number of its next attempt.
    """

    def __init__(
        self,
        source: Source,
        run: Run,
        settings: Settings,
        targets: Sequence[Target],
        files: Sequence[Path],
    ) -> None:
        self._source = source
        self._run = run
        self._settings = settings.fetch
        self._log = run.attempts_file(source.slug)
        # The order matters after a kill: the log is reduced to what is in the WARC files, the files
        # without a logged page are removed, and the rest is cut at `_kept` when it is opened.
        logged = drop_lost_attempts(self._log, run.warehouse)
        self._kept = {Path(name).name: end for name, end in warc_ends(logged).items()}
        self._remove_unlogged(files)
        self.todo = list(_unfinished(targets, logged, settings.fetch.tries))
        self._open = len(self.todo)
        self._queue: asyncio.Queue[QueueItem | None] = asyncio.Queue()
        self._waiting: set[asyncio.Task[None]] = set()

    async def work(
        self,
        session: Session,
        listener: ProgressListener,
        deadline: float,
        other_work: OtherWork,
        taken: TakenPages,
    ) -> None:
        """Fetch until every target is done.

        Workers take targets from a queue. A target comes back to the queue for another attempt, or
        when the wait for its host is over. When the last target is done, each worker gets None.
        """
        for item in self.todo:
            self._queue.put_nowait(item)
        workers = min(self._settings.host_connections, len(self.todo))
        folder = self._run.raw_folder
        with attempt_log(self._log, session.files) as log, self._files(session.files) as files:
            REQUESTER.set(Requester(self._source.name, log.add))
            relative = folder.relative_to(self._run.warehouse).as_posix()
            pages = PageFetcher(
                self._source, self._settings, session.fetcher, files, relative, taken
            )

            async def worker() -> None:
                while item := await self._queue.get():
                    attempt = await self._attempt(pages, item, deadline, other_work)
                    if attempt is None:
                        continue
                    # The WARC record is written by now, so the line never names a missing one.
                    log.add(attempt)
                    if self._requeue_if_passing(item[0], attempt):
                        continue
                    listener.fetched(attempt.outcome, attempt.bytes or 0)
                    self._finish_one(workers)
                    other_work.finish()

            try:
                await run_together(worker() for _ in range(workers))
            finally:
                # After an error, waiting targets must not come back to a queue without workers.
                for waiting in self._waiting:
                    waiting.cancel()

    async def _attempt(
        self, pages: PageFetcher, item: QueueItem, deadline: float, other_work: OtherWork
    ) -> Attempt | None:
        """Make an attempt; return None if the target waits for a host with a long delay."""
        target, number = item
        if time.monotonic() >= deadline:
            return _postponed(target)
        try:
            return await pages.attempt(target, number)
        except FetchError as error:
            if other_work.is_done:
                return attempt_of_error(logged_request(target), number, error)
            seconds = min(error.retry_after or 0.0, deadline - time.monotonic())
            waiting = asyncio.create_task(self._wait(item, seconds, other_work))
            self._waiting.add(waiting)
            waiting.add_done_callback(self._waiting.discard)
            return None

    async def _wait(self, item: QueueItem, seconds: float, other_work: OtherWork) -> None:
        """Put a target back into the queue when its host is free, or all other work is done."""
        await other_work.wait(item, seconds)
        self._queue.put_nowait(item)

    def _requeue_if_passing(self, target: Target, attempt: Attempt) -> bool:
        """Put the target back into the queue, after a pause, if another attempt may succeed."""
        if _is_final(attempt, self._settings.tries):
            return False
        again = (target, attempt.attempt + 1)
        seconds = pause(attempt.attempt, self._settings)
        asyncio.get_running_loop().call_later(seconds, self._queue.put_nowait, again)
        return True

    def _finish_one(self, workers: int) -> None:
        """Count a target as done, and stop the workers after the last one."""
        self._open -= 1
        # Targets may still come back to the queue until the last one is done; only then do the
        # workers stop.
        if not self._open:
            for _ in range(workers):
                self._queue.put_nowait(None)

    def _files(self, files: OpenFiles) -> WarcFiles:
        """Open the WARC files: behind the last logged record, or at the next new file."""
        most_bytes = self._settings.warc_bytes
        return WarcFiles(self._run.raw_folder, self._source.slug, most_bytes, self._kept, files)

    def _remove_unlogged(self, files: Sequence[Path]) -> None:
        """Remove files of this run of which no page was logged before it was killed."""
        for path in files:
            if path.name not in self._kept:
                path.unlink()


def _unfinished(
    targets: Iterable[Target], attempts: Iterable[Attempt], tries: int
) -> Iterator[QueueItem]:
    """Yield the targets without a final attempt, each with the number of its next attempt."""
    last = {attempt.url_key: attempt for attempt in attempts if attempt.kind == "article"}
    for target in targets:
        attempt = last.get(target.url_key)
        if attempt is None:
            yield target, 1
        elif not _is_final(attempt, tries):
            yield target, attempt.attempt + 1


def _is_final(attempt: Attempt, tries: int) -> bool:
    """Return whether no other attempt is made tonight."""
    if not attempt.passing or attempt.reason in NOT_TONIGHT:
        return True
    return attempt.attempt >= most_tries(attempt.reason, attempt.status, tries)


def _postponed(target: Target) -> Attempt:
    """Return the attempt for a target that is left when the night's time is over."""
    error = FetchError(FetchReason.NIGHT_OVER, "the night's time was over (fetch.night_seconds)")
    return attempt_of_error(logged_request(target), 0, error)
