"""A night: discover → select → fetch, and then the way of all archives.

Fetching holds a lock of its own, so that archives can be ingested meanwhile; the writer's lock is
taken when the new WARC files are ingested.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import orjson
import xxhash

from config.days import require_night
from config.settings import Settings
from config.sources import (
    Source,
    chosen_sources,
    resolved_headers,
    sources_file,
    with_headers,
)
from tasks.pipeline import Stages, Summary, finish, settle_others
from tasks.raw import require_room
from tasks.read.plan import Plan, plan_inputs
from tasks.runs import Run, find_run, new_run, unfinished_nights, write_plan
from warehouse.layout import FETCH_LOCK, RAW


@dataclass(frozen=True, slots=True)
class NightRequest:
    """What a person or the schedule asked for.

    Attributes:
        night: the local date of the scheduled start.
        sources: names; none: all that are enabled.
    """

    night: date
    sources: tuple[str, ...] = ()


def nightly(
    request: NightRequest, stages: Stages, *, wait: bool = False, only_fetch: bool = False
) -> Summary | None:
    """Fetches what the sources published, ingests and publishes it.

    Nights that were begun and not finished are finished first, with what they had fetched.

    Args:
        wait: wait while another night is being fetched.
        only_fetch: stop when all is fetched; the next night, or the same again, goes on from there.

    Returns:
        What the night came to; None for `only_fetch`.

    Raises:
        BroadsheetError: one sentence; what was published before is still there.
    """
    require_night(request.night)
    sources = chosen_sources(sources_file(stages.settings.sources), request.sources)
    for source in sources:
        resolved_headers(source)  # a key that is missing is said before anything is asked
    stages = stages.prepared()
    warehouse = stages.settings.warehouse
    with stages.locked("fetching", wait=wait, name=FETCH_LOCK):
        require_room(warehouse, stages.settings.fetch.free_bytes)
        key = run_key("nightly", request)
        finish_others(key, stages)
        run = find_run(warehouse, key) or new_run(
            warehouse, key, describe("nightly", request.night, sources, stages.settings)
        )
        collect(run, stages)
        return None if only_fetch else take_in(run, stages)


def finish_others(key: str, stages: Stages) -> None:
    """Finishes nights that were begun: what they had not fetched by now waits for the next."""
    for run in list(unfinished_nights(stages.settings.warehouse)):
        if not run.run_id.endswith(key):
            _complete(run, stages)


def _complete(run: Run, stages: Stages) -> None:
    from tasks.discover.stage import leave_unread
    from tasks.fetch.stage import close_fetching, logged_files

    if not run.fetched_file.is_file() and not run.targets_file.is_file():
        if logged_files(run):
            close_fetching(run)  # archives that were being copied: what is whole is taken in
        elif not leave_unread(run, sources_of(run, stages.settings)):
            run.remove()
            return
    fetch = stages.settings.fetch.model_copy(update={"night_seconds": 0})
    closing = replace(stages, settings=stages.settings.model_copy(update={"fetch": fetch}))
    night = run.night
    collect(run, closing)
    take_in(run, stages)
    stages.watcher.notice(f"The unfinished night of {night}, run {run.run_id}, was completed.")


def collect(run: Run, stages: Stages) -> None:
    """Discovers, selects and fetches, unless that is done."""
    if run.fetched_file.is_file():
        return
    from tasks.discover.select import select
    from tasks.discover.stage import discover
    from tasks.fetch.session import running_session
    from tasks.fetch.stage import fetch

    settings, watcher, call, clock = stages.settings, stages.watcher, stages.call, stages.clock
    sources = sources_of(run, settings)
    with running_session(settings) as (session, finished):

        def over_the_network(stage: Callable[..., Any]) -> None:
            finished(stage(run, sources, settings, session, watcher))

        with clock("discover"):
            call("discover", "discover", over_the_network, discover).result()
        with clock("select"):
            call("select", "select", select, run, sources, settings).result()
        with clock("fetch"):
            call("fetch", "fetch", over_the_network, fetch).result()


def take_in(run: Run, stages: Stages) -> Summary:
    """Ingests what a run fetched and publishes; waits for whoever writes to the warehouse."""
    with stages.locked(run.flow, wait=True):
        settle_others(run, stages)
        if not run.is_planned:
            write_plan(run, _plan(run, stages.settings))
        return finish(run, stages)


def describe(
    flow: str, night: date, sources: Sequence[Source], settings: Settings
) -> dict[str, Any]:
    """The `run.json` of a run that fetches; it keeps the entries of the sources as they are now."""
    return {
        "flow": flow,
        "parameters": {"night": night.isoformat(), "sources": [one.name for one in sources]},
        "inputs": [str(settings.warehouse / RAW / night.isoformat())],
        "night": night.isoformat(),
        "entries": [source.model_dump(mode="json", exclude={"headers"}) for source in sources],
        "columns": {},
        "read": settings.read.model_dump(),
        "process": settings.process.model_dump(),
    }


def sources_of(run: Run, settings: Settings) -> list[Source]:
    """Return the sources of a run as they were configured when it was begun, with today's keys."""
    entries = [Source.model_validate(entry) for entry in run.description()["entries"]]
    return with_headers(entries, sources_file(settings.sources))


def run_key(flow: str, request: object) -> str:
    """The end of a run's id, by which the same request finds it again."""
    return xxhash.xxh3_64_hexdigest(orjson.dumps([flow, request]))[:8]


def _plan(run: Run, settings: Settings) -> Plan:
    from tasks.fetch.stage import fetched_files

    files = fetched_files(run)
    if not files:
        return Plan(inputs=(), files=(), batches=(), columns={})
    return plan_inputs(files, settings.read, columns={}, limit=None, base=run.warehouse)
