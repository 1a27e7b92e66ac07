"""The stage `fetch`: every target of the run is asked for, politely, and its bytes are kept.

Each source has a queue of targets, a log of attempts and WARC files of its own, so that one that
fails or stalls holds up no other. What is in the log is in the WARC: a run that was killed reads
the log, cuts off what is behind its last record, and goes on with what is not done.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import orjson

from config.settings import Settings
from config.sources import Source
from tasks.discover.select import read_targets
from tasks.fetch.attempts import (
    Attempt,
    attempt_log,
    failed,
    forget_lost,
    read_attempts,
    warc_ends,
)
from tasks.fetch.model import FetchError, Reason
from tasks.fetch.open_files import OpenFiles
from tasks.fetch.others import Others
from tasks.fetch.page import PageFetcher, asked_for
from tasks.fetch.patience import NOT_TONIGHT, most_tries, pause
from tasks.fetch.session import ASKING, Asking, Session
from tasks.fetch.target import Target
from tasks.fetch.together import together
from tasks.fetch.warc_files import WarcFiles
from tasks.raw import source_files, source_of
from tasks.runs import Run
from tasks.watching import Watcher
from warehouse.files import write_bytes

Item = tuple[Target, int]


async def fetch(
    run: Run, sources: Sequence[Source], settings: Settings, session: Session, watcher: Watcher
) -> None:
    """Asks for the run's targets; every attempt has its line in a log.

    After `night_seconds` what is left is postponed, with a line each; so is what waits for hosts
    with long delays when all else is done.
    """
    by_name = {source.name: source for source in sources}
    left = _files_left(run)
    deadline = time.monotonic() + settings.fetch.night_seconds
    queues = [
        _SourceFetch(by_name[name], run, settings, list(group), left.get(by_name[name].slug, ()))
        for name, group in groupby(read_targets(run), key=lambda target: target.source)
    ]
    others = Others(sum(len(queue.todo) for queue in queues))
    watcher.fetching(sum(len(queue.todo) for queue in queues))
    await together(queue.work(session, watcher, deadline, others) for queue in queues)
    close_fetching(run)


def files_before(run: Run) -> list[str]:
    """What other runs of the same night had fetched before this one began to."""
    listed = run.folder / "raw-before.json"
    if not listed.is_file():
        run.raw_folder.mkdir(parents=True, exist_ok=True)
        write_bytes(listed, orjson.dumps(sorted(path.name for path in run.raw_folder.iterdir())))
    names: list[str] = orjson.loads(listed.read_bytes())
    return names


def _files_left(run: Run) -> dict[str, list[Path]]:
    """The files that this run had begun before it was killed, by the source's slug."""
    before = frozenset(files_before(run))
    left: dict[str, list[Path]] = {}
    for path in source_files(run.raw_folder, None):
        slug = source_of(path)
        if slug is not None and path.name not in before:
            left.setdefault(slug, []).append(path)
    return left


def fetched_files(run: Run) -> list[str]:
    """The run's WARC files, absolute, in order."""
    names: list[str] = orjson.loads(run.fetched_file.read_bytes())
    return [str(run.warehouse / name) for name in names]


def close_fetching(run: Run) -> None:
    """Says that the run's WARC files are whole and which they are."""
    write_bytes(run.fetched_file, orjson.dumps(logged_files(run)))


def logged_files(run: Run) -> list[str]:
    """The WARC files that the run's logs name, within the warehouse's folder, in order."""
    logs = (run.folder / "attempts").glob("*.jsonl")
    return sorted({name for log in logs for name in warc_ends(read_attempts(log))})


class _SourceFetch:
    """One source's targets on their way.

    Attributes:
        todo: targets that are not done, each with the number of its next attempt.
    """

    def __init__(
        self,
        source: Source,
        run: Run,
        settings: Settings,
        targets: Sequence[Target],
        left: Sequence[Path],
    ) -> None:
        self._source = source
        self._run = run
        self._settings = settings.fetch
        self._log = run.attempts_file(source.slug)
        logged = forget_lost(self._log, run.warehouse)
        self._kept = {Path(name).name: end for name, end in warc_ends(logged).items()}
        self._remove_unlogged(left)
        self.todo = list(_unfinished(targets, logged, settings.fetch.tries))
        self._open = len(self.todo)
        self._queue: asyncio.Queue[Item | None] = asyncio.Queue()
        self._waiting: set[asyncio.Task[None]] = set()

    async def work(
        self, session: Session, watcher: Watcher, deadline: float, others: Others
    ) -> None:
        """Works until every target is done."""
        for item in self.todo:
            self._queue.put_nowait(item)
        workers = min(self._settings.host_connections, len(self.todo))
        folder = self._run.raw_folder
        with attempt_log(self._log, session.files) as log, self._files(session.files) as files:
            ASKING.set(Asking(self._source.name, log.add))
            relative = folder.relative_to(self._run.warehouse).as_posix()
            pages = PageFetcher(self._source, self._settings, session.fetcher, files, relative)

            async def worker() -> None:
                while item := await self._queue.get():
                    attempt = await self._attempt(pages, item, deadline, others)
                    if attempt is None:
                        continue
                    log.add(attempt)
                    if self._is_repeated(item[0], attempt):
                        continue
                    watcher.fetched(attempt.outcome, attempt.bytes or 0)
                    self._finish_one(workers)
                    others.finish()

            try:
                await together(worker() for _ in range(workers))
            finally:
                for waiting in self._waiting:
                    waiting.cancel()

    async def _attempt(
        self, pages: PageFetcher, item: Item, deadline: float, others: Others
    ) -> Attempt | None:
        """Make an attempt; return None where the target waits for a host that wants a pause."""
        target, number = item
        if time.monotonic() >= deadline:
            return _postponed(target)
        try:
            return await pages.attempt(target, number)
        except FetchError as error:
            if others.are_done:
                return failed(asked_for(target), number, error)
            seconds = min(error.retry_after or 0.0, deadline - time.monotonic())
            waiting = asyncio.create_task(self._wait(item, seconds, others))
            self._waiting.add(waiting)
            waiting.add_done_callback(self._waiting.discard)
            return None

    async def _wait(self, item: Item, seconds: float, others: Others) -> None:
        """Put a target back in line when its host is free, or when all other work is done."""
        await others.wait(item, seconds)
        self._queue.put_nowait(item)

    def _is_repeated(self, target: Target, attempt: Attempt) -> bool:
        """Puts the target back in line, after a pause, where that may help."""
        if _is_final(attempt, self._settings.tries):
            return False
        again = (target, attempt.attempt + 1)
        seconds = pause(attempt.attempt, self._settings)
        asyncio.get_running_loop().call_later(seconds, self._queue.put_nowait, again)
        return True

    def _finish_one(self, workers: int) -> None:
        self._open -= 1
        if not self._open:
            for _ in range(workers):
                self._queue.put_nowait(None)

    def _files(self, files: OpenFiles) -> WarcFiles:
        """Goes on behind the last record that is in the log, or with the next new file."""
        most_bytes = self._settings.warc_bytes
        return WarcFiles(self._run.raw_folder, self._source.slug, most_bytes, self._kept, files)

    def _remove_unlogged(self, left: Sequence[Path]) -> None:
        """Removes files of this run of which no page was logged before it was killed."""
        for path in left:
            if path.name not in self._kept:
                path.unlink()


def _unfinished(
    targets: Iterable[Target], attempts: Iterable[Attempt], tries: int
) -> Iterator[Item]:
    last = {attempt.url_key: attempt for attempt in attempts if attempt.kind == "article"}
    for target in targets:
        attempt = last.get(target.url_key)
        if attempt is None:
            yield target, 1
        elif not _is_final(attempt, tries):
            yield target, attempt.attempt + 1


def _is_final(attempt: Attempt, tries: int) -> bool:
    """Whether nothing more is tried tonight."""
    if not attempt.passing or attempt.reason in NOT_TONIGHT:
        return True
    return attempt.attempt >= most_tries(attempt.reason, attempt.status, tries)


def _postponed(target: Target) -> Attempt:
    error = FetchError(Reason.NIGHT_OVER, "the night's time was over (fetch.night_seconds)")
    return failed(asked_for(target), 0, error)
