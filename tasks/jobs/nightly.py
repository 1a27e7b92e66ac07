"""A nightly run: discover → select → fetch, and then the stages of an ingest."""

from dataclasses import dataclass
from datetime import date

from config.days import require_night
from config.sources import chosen_sources, resolved_headers, sources_file
from config.watches import watches_file
from tasks.jobs.fetching import FetchJob, fetch_pages, fetching_run, load_fetched
from tasks.pipeline import Stages, Summary


@dataclass(frozen=True, slots=True)
class NightRequest:
    """A request for a nightly run, from a person or the schedule.

    Attributes:
        night: the local date of the scheduled start.
        sources: names of sources; () for all that are enabled.
    """

    night: date
    sources: tuple[str, ...] = ()


def nightly(
    request: NightRequest, stages: Stages, *, wait: bool = False, only_fetch: bool = False
) -> Summary | None:
    """Fetch the pages that the sources have published, and ingest and publish them.

    Other nights that are unfinished are completed first, with the pages that they had fetched.

    Args:
        wait: wait while another night is being fetched.
        only_fetch: stop after fetching. The same command without it, or the next night, loads the
            pages.

    Returns:
        The summary of the run; None for `only_fetch`.

    Raises:
        BroadsheetError: one sentence; what was published before is still there.
    """
    require_night(request.night)
    sources = chosen_sources(sources_file(stages.settings.sources), request.sources)
    for source in sources:
        resolved_headers(source)  # raises for a missing key before anything is fetched
    stages = stages.prepared()
    if watches_file(stages.settings.sources).exists():
        from tasks.load.watches import require_watches

        require_watches(stages.settings)
    job = FetchJob("nightly", "nightly", request, sources)
    with fetching_run(job, stages, wait=wait) as run:
        fetch_pages(run, stages)
        return None if only_fetch else load_fetched(run, stages)
