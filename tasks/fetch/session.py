"""What discovery and fetching share for a night: one fetcher, one loop, one log per source."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, TypeVar

from config.settings import Settings
from tasks.discover.parsing import Parsers
from tasks.fetch.attempts import Asked, Attempt, answered, failed
from tasks.fetch.fetcher import Fetcher, user_agent
from tasks.fetch.model import Answer, FetchError, Kind
from tasks.fetch.open_files import OpenFiles

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]


@dataclass(frozen=True, slots=True)
class Asking:
    """On whose behalf a task asks: robots.txt and tdmrep.json are logged with the first asker."""

    source: str
    note: Callable[[Attempt], None]


ASKING: ContextVar[Asking] = ContextVar("asking")


@dataclass(frozen=True, slots=True)
class Session:
    """Open for a night.

    Attributes:
        files: logs and WARC files of all sources.
    """

    fetcher: Fetcher
    parsers: Parsers
    files: OpenFiles = field(default_factory=OpenFiles)


@asynccontextmanager
async def opened_session(settings: Settings) -> AsyncIterator[Session]:
    """A fetcher and parsers, closed at the end."""
    agent = user_agent(settings.fetch.contact)
    async with (
        Fetcher(settings.fetch, user_agent=agent, observer=_observe) as fetcher,
        Parsers(settings.discover.parse_seconds) as parsers,
    ):
        yield Session(fetcher, parsers)


def _observe(kind: Kind, url: str, result: Answer | FetchError) -> None:
    asking = ASKING.get(None)
    if asking is not None:
        asked = Asked(source=asking.source, kind=kind, url=url)
        if isinstance(result, Answer):
            asking.note(answered(asked, 1, result, None))
        else:
            asking.note(failed(asked, 1, result))


@contextmanager
def running_session(settings: Settings) -> Iterator[tuple[Session, Callable[..., Any]]]:
    """A session on a loop in a thread of its own, and what runs coroutines there.

    Stages are plain functions that any thread may call; connections and what is known of hosts
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
            future.cancel()
            raise

    context = opened_session(settings)
    try:
        session = run(context.__aenter__())
        try:
            yield session, run
        finally:
            run(_cancel_others())
            run(context.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _cancel_others() -> None:
    """Ends what still runs after an error or Ctrl-C, so that files are closed."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
