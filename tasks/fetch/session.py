"""The fetching session that discovery and fetching share: one fetcher on one event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, TypeVar

from config.settings import Settings
from tasks.fetch.attempts import Attempt, LoggedRequest, attempt_of_answer, attempt_of_error
from tasks.fetch.fetcher import Fetcher, user_agent
from tasks.fetch.model import FetchError, RequestKind
from tasks.raw.open_files import OpenFiles
from tasks.web.exchange import Answer

T = TypeVar("T")
_Run = Callable[[Coroutine[Any, Any, T]], T]


@dataclass(frozen=True, slots=True)
class Requester:
    """The source on whose behalf a task makes requests, and the log to write to.

    A request for a robots.txt or tdmrep.json is logged with the source that needed it first.
    """

    source: str
    add_attempt: Callable[[Attempt], None]


REQUESTER: ContextVar[Requester] = ContextVar("requester")


@dataclass(frozen=True, slots=True)
class Session:
    """A fetcher, and the files that all sources of a night write to.

    Attributes:
        files: logs and WARC files of all sources.
    """

    fetcher: Fetcher
    files: OpenFiles = field(default_factory=OpenFiles)


@asynccontextmanager
async def opened_session(settings: Settings) -> AsyncIterator[Session]:
    """Open a fetcher, which is closed at the end."""
    agent = user_agent(settings.fetch.contact)
    async with Fetcher(settings.fetch, user_agent=agent, observer=_observe) as fetcher:
        yield Session(fetcher)


def _observe(kind: RequestKind, url: str, result: Answer | FetchError) -> None:
    """Log a request for a site's file with the source that caused it."""
    requester = REQUESTER.get(None)
    if requester is not None:
        request = LoggedRequest(source=requester.source, kind=kind, url=url)
        if isinstance(result, Answer):
            requester.add_attempt(attempt_of_answer(request, 1, result, None))
        else:
            requester.add_attempt(attempt_of_error(request, 1, result))


@contextmanager
def running_session(settings: Settings) -> Iterator[tuple[Session, Callable[..., Any]]]:
    """Run a session on an event loop in its own thread; yield it and a function to run coroutines.

    Stages are plain functions that any thread may call, while connections and the state of hosts
    outlive them.
    """
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="broadsheet-fetch", daemon=True)
    thread.start()

    def run(coroutine: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(coroutine, loop)
        try:
            return future.result()
        except BaseException:
            # Ctrl-C arrives in this thread: the coroutine on the other one must end, too.
            future.cancel()
            raise

    context = opened_session(settings)
    try:
        session = run(context.__aenter__())
        try:
            yield session, run
        finally:
            # Tasks first: they still use the connections that the session closes.
            run(_cancel_tasks())
            run(context.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _cancel_tasks() -> None:
    """Cancel the tasks that still run after an error or Ctrl-C, so that files are closed."""
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
