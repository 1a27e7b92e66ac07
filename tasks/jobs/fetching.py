"""The steps that all fetching runs share: begin or resume, fetch, and ingest the WARC files.

Fetching holds a lock of its own, so that archives can be ingested at the same time. The writer lock
is taken only when the new WARC files are ingested.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, ClassVar, Protocol

import orjson
import xxhash

from config.settings import Settings
from config.sources import Source, sources_file, with_headers
from tasks.pipeline import Stages, Summary, finish, settle_others
from tasks.raw.zone import require_room
from tasks.read.plan import Plan, plan_inputs
from tasks.runs.description import Description, described
from tasks.runs.run import Run, find_run, new_run, unfinished_nights, write_plan
from warehouse.layout import FETCH_LOCK, RAW


class FetchRequest(Protocol):
    """The common part of all requests to fetch: a dataclass with the night of the run."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def night(self) -> date: ...


@dataclass(frozen=True, slots=True)
class FetchJob:
    """A fetching run that is to be begun or resumed.

    Attributes:
        name: the kind of run; together with the request it identifies an unfinished run.
        flow: `nightly` or `backfill`.
        sources: the sources whose entries are stored with the run.
    """

    name: str
    flow: str
    request: FetchRequest
    sources: Sequence[Source]


@contextmanager
def fetching_run(job: FetchJob, stages: Stages, *, wait: bool) -> Iterator[Run]:
    """Begin a fetching run, or yield the unfinished one of the same request.

    The lock of fetching is held while the context is open. Other unfinished fetching runs are
    completed first.

    Args:
        stages: as `Stages.prepared` returns them.
        wait: wait while another run fetches.

    Raises:
        BroadsheetError: the disk is nearly full, or another run fetches.
    """
    settings = stages.settings
    with stages.locked("fetching", wait=wait, name=FETCH_LOCK):
        require_room(settings.warehouse, settings.fetch.free_bytes)
        fields = asdict(job.request)
        key = run_key(job.name, fields)
        finish_others(key, stages)
        description = describe(job.flow, job.request.night, job.sources, settings)
        if job.flow != "nightly":
            description = replace(description, parameters={**description.parameters, **fields})
        yield find_run(settings.warehouse, key) or new_run(settings.warehouse, key, description)


def finish_others(key: str, stages: Stages) -> None:
    """Complete other unfinished nights; pages that they have not fetched wait for the next night.

    Args:
        key: the key of the run that is about to begin, which is left alone.
    """
    for run in list(unfinished_nights(stages.settings.warehouse)):
        if not run.run_id.endswith(key):
            _complete(run, stages)


def _complete(run: Run, stages: Stages) -> None:
    from tasks.discover.stage import mark_unread
    from tasks.fetch.stage import close_fetching, logged_files

    if not run.fetched_file.is_file() and not run.targets_file.is_file():
        if logged_files(run):
            # It was copying records of CC-NEWS: the files that are complete are loaded.
            close_fetching(run)
        elif not mark_unread(run, sources_of(run, stages.settings)):
            # It was killed before it had read any list, so there is nothing to load.
            run.remove()
            return
    # Without any time left, the pages that are not fetched yet are recorded as postponed.
    fetch = stages.settings.fetch.model_copy(update={"night_seconds": 0})
    closing = replace(stages, settings=stages.settings.model_copy(update={"fetch": fetch}))
    night = run.night
    fetch_pages(run, closing)
    load_fetched(run, stages)
    stages.listener.notice(f"The unfinished night of {night}, run {run.run_id}, was completed.")


def fetch_pages(run: Run, stages: Stages) -> None:
    """Run the stages discover, select and fetch, unless the run has finished fetching."""
    if run.fetched_file.is_file():
        return
    from tasks.discover.select import select
    from tasks.discover.stage import discover
    from tasks.fetch.session import running_session
    from tasks.fetch.stage import fetch

    settings, listener, clock = stages.settings, stages.listener, stages.clock
    run_stage = stages.run_stage
    sources = sources_of(run, settings)
    with running_session(settings) as (session, finished):

        def over_the_network(stage: Callable[..., Any]) -> None:
            finished(stage(run, sources, settings, session, listener))

        with clock("discover"):
            run_stage("discover", "discover", over_the_network, discover).result()
        with clock("select"):
            run_stage("select", "select", select, run, sources, settings).result()
        with clock("fetch"):
            run_stage("fetch", "fetch", over_the_network, fetch).result()


def load_fetched(run: Run, stages: Stages) -> Summary:
    """Ingest and publish the pages that a run fetched; wait while another process writes."""
    with stages.locked(run.flow, wait=True):
        settle_others(run, stages)
        if not run.is_planned:
            write_plan(run, _plan(run, stages.settings))
        return finish(run, stages)


def describe(flow: str, night: date, sources: Sequence[Source], settings: Settings) -> Description:
    """Return the description of a fetching run, with the entries of its sources as they are now."""
    parameters = {"night": night.isoformat(), "sources": [one.name for one in sources]}
    inputs = (str(settings.warehouse / RAW / night.isoformat()),)
    entries = [source.model_dump(mode="json", exclude={"headers"}) for source in sources]
    description = described(flow, parameters, inputs, settings)
    return replace(description, night=night, entries=tuple(entries))


def sources_of(run: Run, settings: Settings) -> list[Source]:
    """Return the sources of a run as they were configured when it was begun.

    Their headers come from the present list of sources, because keys are never stored with a run.
    """
    entries = [Source.model_validate(entry) for entry in run.description.entries]
    return with_headers(entries, sources_file(settings.sources))


def run_key(flow: str, request: object) -> str:
    """Return the last part of a run's id, by which the same request finds its unfinished run."""
    return xxhash.xxh3_64_hexdigest(orjson.dumps([flow, request]))[:8]


def _plan(run: Run, settings: Settings) -> Plan:
    from tasks.fetch.stage import fetched_files

    files = fetched_files(run)
    if not files:
        return Plan(inputs=(), files=(), batches=(), columns={})
    return plan_inputs(files, settings.read, columns={}, limit=None, base=run.warehouse)
