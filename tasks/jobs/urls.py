"""Backfill of a list of addresses: each is fetched, ingested and accounted for."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import orjson

from config.settings import Settings
from config.sources import load_sources, sources_file
from config.wording import counted
from tasks.discover.model import ListedPage
from tasks.discover.source import FoundPage, SourceDiscovery
from tasks.discover.stage import discovered_file
from tasks.fetch.attempts import LoggedRequest, attempt_log, attempt_of_error, read_attempts
from tasks.fetch.model import FetchError
from tasks.jobs.backfill import unbounded
from tasks.jobs.fetching import FetchJob, fetch_pages, fetching_run, load_fetched
from tasks.jobs.url_list import UrlList, read_url_list
from tasks.pipeline import Stages, Summary
from tasks.runs.run import Run
from warehouse.files import write_bytes
from warehouse.query import opened, rows
from warehouse.statements import statement

HOW = "list"
_NAME = "urls"  # stands for a source in the attempts of bad lines
_LOG = f"{_NAME}~left-out"  # no slug of a source has a "~"
_MOST_NOTICES = 5


@dataclass(frozen=True, slots=True)
class UrlsRequest:
    """A request to fetch the addresses of a list.

    Attributes:
        urls: the list, as it was named.
        digest: a hash of its content.
        addresses, repeated, left_out: how many lines it has of each sort.
        night: the local date under which the WARC files are stored.
        limit: the list was cut after so many addresses.
    """

    urls: str
    digest: str
    addresses: int
    repeated: int
    left_out: int
    night: date
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ListReport:
    """Counts what became of the addresses of a list.

    Attributes:
        states: pairs of a state, such as "fetched", and the number of addresses; each address is
            counted once.
    """

    listed: UrlList
    states: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        listed = self.listed
        states = ", ".join(f"{count:,} {state}" for state, count in self.states)
        beside = [f"{listed.repeated:,} repeated"] if listed.repeated else []
        beside += [f"{len(listed.bad):,} left out, see `fetches`"] if listed.bad else []
        addresses = counted(listed.addresses, "address", "addresses")
        lines = f"{counted(listed.lines, 'line')}: {addresses}"
        return f"{', '.join([lines, *beside])}. Of the addresses: {states or 'none'}."


def open_list(path: Path, settings: Settings, limit: int | None) -> UrlList:
    """Read a list, with the configured sources of its domains.

    Raises:
        UsageError: the list, or the list of sources, cannot be read.
    """
    sources = sources_file(settings.sources)
    configured = load_sources(sources) if sources.is_file() else []
    return read_url_list(path, configured, settings, limit)


def request_of(name: str, listed: UrlList, night: date, limit: int | None) -> UrlsRequest:
    """Return the request to fetch a list that was named so."""
    counts = (listed.addresses, listed.repeated, len(listed.bad))
    return UrlsRequest(name, listed.digest, *counts, night, limit)


def take_urls(
    request: UrlsRequest, listed: UrlList, stages: Stages, *, wait: bool = False
) -> tuple[Summary, ListReport]:
    """Fetch the addresses of a list that are not known, and ingest and publish them.

    Raises:
        BroadsheetError: one sentence; what was published before is still there.
    """
    stages = replace(stages, settings=unbounded(stages.settings, None)).prepared()
    job = FetchJob(_NAME, "backfill", request, list(listed.sources.values()))
    with fetching_run(job, stages, wait=wait) as run:
        if not run.fetched_file.is_file():
            _write_lists(run, request, listed)
            _refuse_bad_lines(run, listed, stages)
        fetch_pages(run, stages)
        summary = load_fetched(run, stages)
    return summary, _report(summary, listed)


def _write_lists(run: Run, request: UrlsRequest, listed: UrlList) -> None:
    """Write the addresses as the result of discovery, which `select` reads."""
    (run.folder / "discovered").mkdir(exist_ok=True)
    now = datetime.now(UTC)
    for name, urls in listed.pages.items():
        path = discovered_file(run, listed.sources[name])
        if not path.is_file():
            found = tuple(FoundPage(ListedPage(url), HOW, request.urls, now) for url in urls)
            discovery = SourceDiscovery(found, (), (), read=1, unread=0, problems=())
            write_bytes(path, orjson.dumps(discovery))


def _refuse_bad_lines(run: Run, listed: UrlList, stages: Stages) -> None:
    """Log each line that is left out as a refused attempt, with a notice for the first ones."""
    path = run.attempts_file(_LOG)
    logged = sum(1 for _ in read_attempts(path))
    with attempt_log(path) as log:
        for one in listed.bad[logged:]:
            asked = LoggedRequest(_NAME, "article", one.text, how=HOW)
            log.add(attempt_of_error(asked, 0, FetchError(one.reason, one.detail)))
    for one in listed.bad[:_MOST_NOTICES]:
        stages.listener.notice(f"Left out: {one.text} ({one.detail}).")
    if (more := len(listed.bad) - _MOST_NOTICES) > 0:
        stages.listener.notice(f"{more:,} more lines were left out; `fetches` lists them all.")


def _report(summary: Summary, listed: UrlList) -> ListReport:
    with opened(summary.published.parent) as connection:
        values = {"run_id": summary.run_id}
        found = rows(connection, statement("list_account"), values)[1]
    return ListReport(listed, tuple((state, count) for state, count in found))
