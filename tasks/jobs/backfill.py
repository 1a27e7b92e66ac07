"""Backfill of one source: pages that its sitemaps date to some days are fetched and ingested."""

from dataclasses import dataclass, replace
from datetime import date

from config.days import require_days
from config.settings import Settings
from config.sources import chosen_sources, sources_file
from tasks.jobs.fetching import FetchJob, fetch_pages, fetching_run, load_fetched
from tasks.pipeline import Stages, Summary

# Stands for "no limit" where the settings limit the pages and sitemaps of a night.
UNBOUNDED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """A request to fetch a source's pages of some days.

    Attributes:
        source: the name of a configured source.
        published_from, published_to: first and last day of publication, as sitemaps or addresses
            date the pages.
        night: the local date under which the WARC files are stored.
        limit: fetch at most so many pages; None for all.
    """

    source: str
    published_from: date
    published_to: date
    night: date
    limit: int | None = None


def backfill(request: BackfillRequest, stages: Stages, *, wait: bool = False) -> Summary:
    """Fetch the pages that a source's sitemaps date to some days, and ingest and publish them.

    Raises:
        BroadsheetError: one sentence; what was published before is still there.
    """
    require_days(request.published_from, request.published_to)
    sources = [
        source.model_copy(update={"max_per_night": None})
        for source in chosen_sources(sources_file(stages.settings.sources), [request.source])
    ]
    stages = replace(stages, settings=unbounded(stages.settings, request.limit)).prepared()
    job = FetchJob("backfill", "backfill", request, sources)
    with fetching_run(job, stages, wait=wait) as run:
        fetch_pages(run, stages)
        return load_fetched(run, stages)


def unbounded(settings: Settings, limit: int | None) -> Settings:
    """Return settings without the limits of a night.

    Args:
        limit: fetch at most so many pages of a source; None for all.
    """
    fetch = {"max_per_night": limit or UNBOUNDED}
    return settings.model_copy(
        update={
            "fetch": settings.fetch.model_copy(update=fetch),
            "discover": settings.discover.model_copy(update={"sitemap_files": UNBOUNDED}),
        }
    )
