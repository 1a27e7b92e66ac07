"""Parsing lists in processes that can be killed: a hostile feed costs its own list only.

A parser that is stuck in C heeds no cancellation, so each call has a worker process
(`parse_worker`) to itself. One that takes too long or dies is replaced.
"""

import asyncio
import logging
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from config.errors import WorkerError
from tasks.discover.feeds import read_feed
from tasks.discover.links import article_links, feed_and_sitemap_links
from tasks.discover.model import How, Listing, Places
from tasks.discover.parse_worker import LENGTH, framed
from tasks.discover.sitemaps import read_sitemap

log = logging.getLogger("broadsheet.parsing")

T = TypeVar("T", Listing, Places)
HOW: dict[Callable[..., Any], How] = {
    read_feed: "feed",
    read_sitemap: "sitemap",
    article_links: "section",
}
# A feed of 50 MB takes 0.5 GB (measured with feedparser 6.0.14).
MOST_BYTES = 2_000_000_000
KILLED = "parsing killed its process"
# -P: a folder named `config` or `tasks` in the working directory must not be imported.
COMMAND = (sys.executable, "-P", "-m", "tasks.discover.parse_worker")


class Parsers:
    """`count` worker processes, started when they are first needed.

    Use it as an asynchronous context manager; at its end the workers are gone, also in the middle
    of a call.
    """

    def __init__(self, seconds: float, count: int = 2, most_bytes: int = MOST_BYTES) -> None:
        """
        Args:
            seconds: for a call.
            count: how many calls get on at once.
            most_bytes: of address space for a worker.
        """
        self._seconds = seconds
        self._command = (*COMMAND, str(seconds), str(most_bytes))
        # Last in, first out: a worker that runs is taken before another is started.
        self._idle: asyncio.LifoQueue[Process | None] = asyncio.LifoQueue()
        self._alive: set[Process] = set()
        self._closed = False
        for _ in range(count):
            self._idle.put_nowait(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the workers, whatever they are at."""
        self._closed = True
        for worker in list(self._alive):
            await self._end(worker)

    async def parse(self, function: Callable[..., T], *arguments: object) -> T:
        """What a function of a module gives, called in a worker.

        A call that takes too long or kills its worker gives a listing of nothing but that fault,
        or no places.

        Raises:
            WorkerError: workers do not start, or the parsers are closed.
        """
        job = framed((function, arguments))
        result, fault = await self._call(job)
        if fault == KILLED:  # perhaps from outside, by hand or for want of memory: once more
            result, fault = await self._call(job)
        if fault is None:
            return cast(T, result)
        log.warning("no parse function=%s fault=%s", function.__name__, fault)
        return cast(T, _nothing(function, fault))

    async def _call(self, job: bytes) -> tuple[Any, str | None]:
        """The result, or what became of the call."""
        worker = await self._idle.get()
        is_whole = False
        try:
            if worker is None or worker.returncode is not None:
                worker = await self._start()
            answer = await self._ask(worker, job)
            is_whole = worker.returncode is None
            return answer
        finally:
            # Cancelled amid an answer, a worker would give it to the next call.
            self._idle.put_nowait(worker if is_whole else None)
            if worker is not None and not is_whole:
                await self._end(worker)

    async def _start(self) -> Process:
        if self._closed:
            raise WorkerError("The run was stopped; the same command resumes it.")
        # A session of its own: Ctrl-C is ours to handle.
        worker = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, start_new_session=True
        )
        self._alive.add(worker)
        if await _read(worker) != "ready":
            await self._end(worker)
            raise WorkerError(
                f"A worker process does not start ({' '.join(self._command)}): "
                "run `broadsheet doctor`, and install Broadsheet again."
            )
        return worker

    async def _ask(self, worker: Process, job: bytes) -> tuple[Any, str | None]:
        assert worker.stdin is not None
        with suppress(BrokenPipeError, ConnectionResetError):  # it died: its output ends, as below
            worker.stdin.write(job)
            await worker.stdin.drain()
        answer = await _read(worker)
        if answer is not None:
            return cast(tuple[Any, str | None], answer)
        if await worker.wait() == -signal.SIGALRM:
            return None, f"parsing took longer than {self._seconds:g} s"
        return None, KILLED

    async def _end(self, worker: Process) -> None:
        self._alive.discard(worker)
        with suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()


async def _read(worker: Process) -> Any:
    """The next answer; None where the output ends before it."""
    assert worker.stdout is not None
    try:
        (length,) = LENGTH.unpack(await worker.stdout.readexactly(LENGTH.size))
        return pickle.loads(await worker.stdout.readexactly(length))
    except asyncio.IncompleteReadError:
        return None


def _nothing(function: Callable[..., Any], fault: str) -> Listing | Places:
    if function is feed_and_sitemap_links:
        return Places()
    return Listing(HOW.get(function, "feed"), fault=fault)
