"""The stage `discover`: reads the lists of all sources, and writes one file of results per source.

The file of a source is written when all its lists are read. A run that was killed reads the lists
again of the sources without a file.
"""

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
from tasks.discover.model import ListedPage
from tasks.discover.parsing import Parsers
from tasks.discover.sitemap_walk import Window
from tasks.discover.source import FoundPage, SourceDiscovery, discover_past, discover_source
from tasks.fetch.attempts import attempt_log
from tasks.fetch.long_waits import OtherWork
from tasks.fetch.session import REQUESTER, Requester, Session
from tasks.fetch.together import run_together
from tasks.runs.progress import ProgressListener
from tasks.runs.run import Run
from warehouse.files import write_bytes
from warehouse.lake import open_lake
from warehouse.reading import create_view
from warehouse.schema import DISCOVERIES, FETCHES
from warehouse.snapshots import take_snapshot
from warehouse.statements import statement
from warehouse.working import working_connection

log = logging.getLogger("broadsheet.discover")


async def discover(
    run: Run,
    sources: Sequence[Source],
    settings: Settings,
    session: Session,
    listener: ProgressListener,
) -> None:
    """Read the lists of every source that has no result yet.

    A source that fails has a result that says so; it does not stop the others.
    """
    states = read_states(run, settings)
    todo = [source for source in sources if not discovered_file(run, source).is_file()]
    (run.folder / "discovered").mkdir(exist_ok=True)
    listener.discovering(len(todo))
    # Answers arrive faster than they are parsed, and wait in memory; this limits their number.
    turns = asyncio.Semaphore(2 * settings.fetch.connections)
    other_work = OtherWork(len(todo), most_waiting=settings.fetch.connections)
    deadline = time.monotonic() + settings.discover.night_seconds

    async def discover_one(source: Source) -> None:
        log_file = run.attempts_file(f"{source.slug}~lists")
        async with turns:
            with attempt_log(log_file, session.files) as attempts:
                REQUESTER.set(Requester(source.name, attempts.add))
                reader = ListReader(
                    session.fetcher, source, states, settings, attempts.add, other_work, deadline
                )
                found = await _discover_or_report_defect(reader, parsers, run)
            write_bytes(discovered_file(run, source), orjson.dumps(found))
        other_work.finish()
        listener.discovered(source.name, len(found.found))

    async with Parsers(settings.discover.parse_seconds) as parsers:
        await run_together(discover_one(source) for source in todo)


async def _discover_or_report_defect(
    reader: ListReader, parsers: Parsers, run: Run
) -> SourceDiscovery:
    """Discover a source's pages; turn a defect in our code into a result that says so."""
    try:
        if run.flow == "nightly":
            return await discover_source(reader, parsers, run.night)
        parameters = run.description.parameters
        window = Window(
            date.fromisoformat(parameters["published_from"]),
            date.fromisoformat(parameters["published_to"]),
            undated=False,
        )
        return await discover_past(reader, parsers, window)
    except Exception as error:
        # A defect at one source must not end the night of the others; its result says so.
        log.exception("defect source=%s", reader.source.name)
        problem = f"internal error: {type(error).__name__}: {error}"[:200]
        return SourceDiscovery((), (), (), read=0, unread=1, problems=(problem,))


def mark_unread(run: Run, sources: Sequence[Source]) -> bool:
    """Write a result without pages for the sources whose lists a killed night had not read.

    The pages that the other sources listed are kept, because later lists may not name them again.

    Returns:
        Whether any list was read.
    """
    unread = [source for source in sources if not discovered_file(run, source).is_file()]
    if len(unread) == len(sources):
        return False
    problem = "the night was killed before its lists were read"
    result = SourceDiscovery((), (), (), read=0, unread=1, problems=(problem,))
    for source in unread:
        write_bytes(discovered_file(run, source), orjson.dumps(result))
    return True


def discovered_file(run: Run, source: Source) -> Path:
    """Return the path of a source's result."""
    return run.folder / "discovered" / f"{source.slug}.json"


def read_discovered(run: Run, source: Source) -> SourceDiscovery:
    """Read the result of the stage for a source."""
    fields: dict[str, Any] = orjson.loads(discovered_file(run, source).read_bytes())
    found = tuple(_found_page(page) for page in fields.pop("found"))
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return SourceDiscovery(found=found, **{**fields, **lists})


def _found_page(fields: dict[str, Any]) -> FoundPage:
    listed = fields["listed"]
    page = ListedPage(**{**listed, "authors": tuple(listed["authors"])})
    found_at = datetime.fromisoformat(fields["found_at"])
    return FoundPage(**{**fields, "listed": page, "found_at": found_at})


def read_states(run: Run, settings: Settings) -> dict[str, ListState]:
    """Return the last answer of every list, by its address."""
    snapshot = take_snapshot(open_lake(run.warehouse))
    with working_connection(settings, run.folder / "spill") as connection:
        for table in (FETCHES, DISCOVERIES):
            create_view(connection, table.name, snapshot.files[table.name], table.arrow)
        rows = connection.execute(statement("list_states")).fetchall()
    return {
        url: ListState(etag, modified, digest, night, unmodified, frozenset(items or ()))
        for url, etag, modified, digest, night, unmodified, items in rows
    }
