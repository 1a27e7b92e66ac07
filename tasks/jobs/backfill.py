"""The past of one source: its sitemaps by date, fetched and ingested as a night's pages are."""

from dataclasses import asdict, dataclass, replace
from datetime import date

from config.days import require_days
from config.sources import chosen_sources, sources_file
from tasks.nightly import collect, describe, finish_others, run_key, take_in
from tasks.pipeline import Stages, Summary
from tasks.raw import require_room
from tasks.runs import find_run, new_run
from warehouse.layout import FETCH_LOCK

# Bounds of a night, which the past does not have.
UNBOUNDED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """Which past to fetch.

    Attributes:
        published_from, published_to: days, both included, as sitemaps or addresses give them.
        limit: fetch so many pages at most; None: all.
        night: the local date, under which the files lie.
    """

    source: str
    published_from: date
    published_to: date
    night: date
    limit: int | None = None


def backfill(request: BackfillRequest, stages: Stages, *, wait: bool = False) -> Summary:
    """Fetches what a source's sitemaps date to some days, ingests and publishes it.

    Raises:
        BroadsheetError: one sentence; what was published before is still there.
    """
    require_days(request.published_from, request.published_to)
    sources = [
        source.model_copy(update={"max_per_night": None})
        for source in chosen_sources(sources_file(stages.settings.sources), [request.source])
    ]
    settings = stages.settings
    fetch = {"max_per_night": request.limit or UNBOUNDED}
    unbounded = settings.model_copy(
        update={
            "fetch": settings.fetch.model_copy(update=fetch),
            "discover": settings.discover.model_copy(update={"sitemap_files": UNBOUNDED}),
        }
    )
    stages = replace(stages, settings=unbounded).prepared()
    warehouse = stages.settings.warehouse
    with stages.locked("fetching", wait=wait, name=FETCH_LOCK):
        require_room(warehouse, settings.fetch.free_bytes)
        key = run_key("backfill", asdict(request))
        finish_others(key, stages)
        described = describe("backfill", request.night, sources, stages.settings)
        described["parameters"] |= asdict(request)
        run = find_run(warehouse, key) or new_run(warehouse, key, described)
        collect(run, stages)
        return take_in(run, stages)
