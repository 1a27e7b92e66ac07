"""Parsing of lists in processes that can be killed, so a hostile feed costs its own list only.

A parser that is stuck in C cannot be cancelled, so each call has a worker process (`parse_worker`)
to itself. A worker that takes too long or dies is replaced.
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
from tasks.discover.model import How, ListAddresses, Listing
from tasks.discover.parse_worker import LENGTH, pack_message
from tasks.discover.sitemaps import read_sitemap

log = logging.getLogger("broadsheet.parsing")

T = TypeVar("T", Listing, ListAddresses)
LIST_KINDS: dict[Callable[..., Any], How] = {
    read_feed: "feed",
    read_sitemap: "sitemap",
    article_links: "section",
}
# A feed of 50 MB takes 0.5 GB (measured with feedparser 6.0.14).
_MOST_BYTES = 2_000_000_000
KILLED = "parsing killed its process"
# -P: a folder named `config` or `tasks` in the working directory must not be imported.
_COMMAND = (sys.executable, "-P", "-m", "tasks.discover.parse_worker")


class Parsers:
    """A pool of `count` worker processes, which are started when they are first needed.

    Use it as an asynchronous context manager. At its end the workers are killed, even in the middle
    of a call.
    """

    def __init__(self, seconds: float, count: int = 2, most_bytes: int = _MOST_BYTES) -> None:
        """Make a pool without processes.

        Args:
            seconds: limit of a call.
            count: number of calls that run at once.
            most_bytes: limit of a worker's address space.
        """
        self._seconds = seconds
        self._command = (*_COMMAND, str(seconds), str(most_bytes))
        # None is a free place without a process. Last in, first out: an idle worker is used before
        # another one is started.
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
        """Kill the workers, whatever they are doing."""
        self._closed = True
        for worker in list(self._alive):
            await self._end(worker)

    async def parse(self, function: Callable[..., T], *arguments: object) -> T:
        """Call a function of a module in a worker and return its result.

        A call that takes too long or kills its worker gives a listing with that fault and no
        entries, or no addresses.

        Raises:
            WorkerError: workers do not start, or the pool is closed.
        """
        job = pack_message((function, arguments))
        result, fault = await self._call(job)
        if fault == KILLED:  # perhaps from outside, such as by the OOM killer: try again
            result, fault = await self._call(job)
        if fault is None:
            return cast(T, result)
        log.warning("no parse function=%s fault=%s", function.__name__, fault)
        return cast(T, _empty_result(function, fault))

    async def _call(self, job: bytes) -> tuple[Any, str | None]:
        """Return the result of a call, or the fault that ended it."""
        worker = await self._idle.get()
        is_reusable = False
        try:
            if worker is None or worker.returncode is not None:
                worker = await self._start()
            answer = await self._ask(worker, job)
            is_reusable = worker.returncode is None
            return answer
        finally:
            # A worker whose call was cancelled would give its answer to the next call.
            self._idle.put_nowait(worker if is_reusable else None)
            if worker is not None and not is_reusable:
                await self._end(worker)

    async def _start(self) -> Process:
        """Start a worker, and wait until it is ready.

        Raises:
            WorkerError: it does not start, or the pool is closed.
        """
        if self._closed:
            raise WorkerError("The run was stopped; the same command resumes it.")
        # In a session of its own, so that Ctrl-C reaches this process only.
        worker = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, start_new_session=True
        )
        self._alive.add(worker)
        if await _read_answer(worker) != "ready":
            await self._end(worker)
            raise WorkerError(
                f"A worker process does not start ({' '.join(self._command)}): "
                "run `broadsheet doctor`, and install Broadsheet again."
            )
        return worker

    async def _ask(self, worker: Process, job: bytes) -> tuple[Any, str | None]:
        """Send a job to a worker; return its answer, or None and the reason of the worker's end."""
        assert worker.stdin is not None
        # If the worker has died, its output has ended, too, which is handled below.
        with suppress(BrokenPipeError, ConnectionResetError):
            worker.stdin.write(job)
            await worker.stdin.drain()
        answer = await _read_answer(worker)
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


async def _read_answer(worker: Process) -> Any:
    """Return the next answer; None if the output ends before it."""
    assert worker.stdout is not None
    try:
        (length,) = LENGTH.unpack(await worker.stdout.readexactly(LENGTH.size))
        return pickle.loads(await worker.stdout.readexactly(length))
    except asyncio.IncompleteReadError:
        return None


def _empty_result(function: Callable[..., Any], fault: str) -> Listing | ListAddresses:
    """Return the result for a call that failed."""
    if function is feed_and_sitemap_links:
        return ListAddresses()
    return Listing(LIST_KINDS.get(function, "feed"), fault=fault)
