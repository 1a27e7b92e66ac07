"""The stage `discover`: the lists of all sources, each source by itself, its result as a file."""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from config.settings import Settings
from config.sources import Source
from tasks.discover.lists import ListReader, ListState
from tasks.discover.model import Listed
from tasks.discover.sitemap_walk import Window
from tasks.discover.source import Discovered, Found, discover_past, discover_source
from tasks.fetch.attempts import attempt_log
from tasks.fetch.others import Others
from tasks.fetch.session import ASKING, Asking, Session
from tasks.fetch.together import together
from tasks.runs import Run
from tasks.watching import Watcher
from warehouse.files import write_bytes
from warehouse.lake import open_lake
from warehouse.publish import take_snapshot
from warehouse.reading import create_view
from warehouse.schema import DISCOVERIES, FETCHES
from warehouse.statements import statement
from warehouse.working import working_connection

log = logging.getLogger("broadsheet.discover")


async def discover(
    run: Run, sources: Sequence[Source], settings: Settings, session: Session, watcher: Watcher
) -> None:
    """Reads the lists of every source whose result is not there yet.

    A source that fails has a result, too, which says so; it does not stop others.
    """
    states = read_states(run, settings)
    todo = [source for source in sources if not discovered_file(run, source).is_file()]
    (run.folder / "discovered").mkdir(exist_ok=True)
    watcher.discovering(len(todo))
    # Lists come faster than they are parsed, and wait in memory.
    turns = asyncio.Semaphore(2 * settings.fetch.connections)
    others = Others(len(todo), most_waiting=settings.fetch.connections)
    deadline = time.monotonic() + settings.discover.night_seconds

    async def one(source: Source) -> None:
        log_file = run.attempts_file(f"{source.slug}~lists")
        async with turns:
            with attempt_log(log_file, session.files) as attempts:
                ASKING.set(Asking(source.name, attempts.add))
                reader = ListReader(
                    session.fetcher, source, states, settings, attempts.add, others, deadline
                )
                found = await _guarded(reader, session, run)
            write_bytes(discovered_file(run, source), orjson.dumps(found))
        others.finish()
        watcher.discovered(source.name, len(found.found))

    await together(one(source) for source in todo)


async def _guarded(reader: ListReader, session: Session, run: Run) -> Discovered:
    try:
        if run.flow == "nightly":
            return await discover_source(reader, session.parsers, run.night)
        asked = run.description()["parameters"]
        window = Window(
            date.fromisoformat(asked["published_from"]),
            date.fromisoformat(asked["published_to"]),
            undated=False,
        )
        return await discover_past(reader, session.parsers, window)
    except Exception as error:
        log.exception("defect source=%s", reader.source.name)
        problem = f"internal error: {type(error).__name__}: {error}"[:200]
        return Discovered((), (), (), read=0, unread=1, problems=(problem,))


def leave_unread(run: Run, sources: Sequence[Source]) -> bool:
    """Mark the sources whose lists a killed night had not read as unread.

    What the lists of the other sources named is kept, because later lists may not name it again.

    Returns:
        Whether any list was read.
    """
    unread = [source for source in sources if not discovered_file(run, source).is_file()]
    if len(unread) == len(sources):
        return False
    problem = "the night was killed before its lists were read"
    nothing = Discovered((), (), (), read=0, unread=1, problems=(problem,))
    for source in unread:
        write_bytes(discovered_file(run, source), orjson.dumps(nothing))
    return True


def discovered_file(run: Run, source: Source) -> Path:
    return run.folder / "discovered" / f"{source.slug}.json"


def read_discovered(run: Run, source: Source) -> Discovered:
    """What the stage found for a source."""
    fields: dict[str, Any] = orjson.loads(discovered_file(run, source).read_bytes())
    found = tuple(
        Found(
            **{
                **one,
                "listed": Listed(**{**one["listed"], "authors": tuple(one["listed"]["authors"])}),
                "found_at": datetime.fromisoformat(one["found_at"]),
            }
        )
        for one in fields.pop("found")
    )
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return Discovered(found=found, **{**fields, **lists})


def read_states(run: Run, settings: Settings) -> dict[str, ListState]:
    """What every list answered when it was last read, by its address."""
    snapshot = take_snapshot(open_lake(run.warehouse))
    with working_connection(settings, run.folder / "spill") as connection:
        for table in (FETCHES, DISCOVERIES):
            create_view(connection, table.name, snapshot.files[table.name], table.arrow)
        rows = connection.execute(statement("list_states")).fetchall()
    return {
        url: ListState(etag, modified, digest, night, unmodified, frozenset(items or ()))
        for url, etag, modified, digest, night, unmodified, items in rows
    }
