"""The Prefect flow `backfill`: fetch the past, from sitemaps, from CC-NEWS or from a list."""

from datetime import date
from functools import partial
from pathlib import Path

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed

from config.errors import UsageError
from config.settings import load_settings
from flows.nightly import night_of
from flows.running.artifacts import create_ingest_artifacts
from flows.running.crash import explain_or_resume
from flows.running.outcome import run_to_final_state
from flows.running.parameters import (
    Day,
    File,
    Folder,
    IfLocked,
    InputPath,
    Limit,
    Name,
    Names,
    Workers,
)
from flows.running.stages import TASK_RUNNER
from tasks.jobs.backfill import BackfillRequest
from tasks.jobs.backfill import backfill as run_backfill
from tasks.jobs.ccnews import CcnewsRequest, take_ccnews
from tasks.jobs.report import summary_line
from tasks.jobs.url_list import UrlList
from tasks.jobs.urls import UrlsRequest, open_list, request_of, take_urls
from tasks.pipeline import Stages, Summary


def _run_name() -> str:
    """Return the run's name, such as "backfill Harbour Courier"."""
    parameters = runtime.flow_run.parameters
    named = (parameters.get(name) for name in ("source", "ccnews", "urls"))
    return f"backfill {next(filter(None, named), '')}".strip()


@flow(
    name="backfill",
    description="Fetch the past: a source's sitemaps, CC-NEWS archives, or a list of addresses.",
    flow_run_name=_run_name,
    task_runner=TASK_RUNNER,
    persist_result=False,
    on_crashed=[explain_or_resume],
)
def backfill(
    source: Name | None = None,
    published_from: Day | None = None,
    published_to: Day | None = None,
    ccnews: InputPath | None = None,
    fetched_from: Day | None = None,
    fetched_to: Day | None = None,
    domains: Names | None = None,
    urls: File | None = None,
    limit: Limit | None = None,
    warehouse: Folder | None = None,
    workers: Workers | None = None,
    if_locked: IfLocked = "wait",
    config: File | None = None,
) -> State[Summary]:
    """Fetch the past: a source's sitemaps, CC-NEWS archives, or a list of addresses.

    Give either source and published_from, or ccnews, or urls. Start it again with the same
    parameters on the same day to resume it.

    Args:
        source: Name of the source whose sitemaps are read.
        published_from: With source: the first day of publication, by sitemap or address.
        published_to: With source: the last day of publication. Empty: today.
        ccnews: CC-NEWS instead: a WARC file, a folder of them, or a list of paths or addresses.
        fetched_from: With ccnews: the first day of fetching, in UTC. Empty: no bound.
        fetched_to: With ccnews: the last day of fetching, in UTC. Empty: no bound.
        domains: With ccnews: keep these registered domains only. Empty: those of the sources.
        urls: Absolute path of a list of addresses: a line each, or a column of CSV or JSON.
        limit: The greatest number of pages to fetch, or of archives to read.
        warehouse: Absolute path of the warehouse's folder. Empty: the setting `warehouse`.
        workers: Number of worker processes. Empty: one per core.
        if_locked: If another run holds the warehouse: wait for it, or cancel this run.
        config: Absolute path of the settings file. Empty: ./broadsheet.toml.
    """
    today = night_of(runtime.flow_run.scheduled_start_time)
    wait = if_locked == "wait"

    def work(stages: Stages) -> State[Summary]:
        account: tuple[str, ...] = ()
        if source and published_from and not (ccnews or urls):
            days = (published_from, published_to or today)
            summary = run_backfill(BackfillRequest(source, *days, today, limit), stages, wait=wait)
        elif urls and not (source or ccnews):
            summary, report = take_urls(*_opened(urls, today, limit, stages), wait=wait)
            account = (str(report),)
        elif ccnews and not (source or urls):
            kept = (tuple(domains or ()), fetched_from, fetched_to)
            summary = take_ccnews(CcnewsRequest(ccnews, *kept, today, limit), stages, wait=wait)
        else:
            raise UsageError("Give a source with published_from, or ccnews, or urls: one of them.")
        create_ingest_artifacts(summary, account)
        return Completed(message=summary_line(summary) or "nothing new", data=summary)

    load = partial(load_settings, config, warehouse=warehouse, workers=workers)
    state: State[Summary] = run_to_final_state(load, "backfill-progress", work)
    return state


def _opened(
    path: Path, today: date, limit: int | None, stages: Stages
) -> tuple[UrlsRequest, UrlList, Stages]:
    """Return the request to fetch a list, and its content."""
    listed = open_list(path, stages.settings, limit)
    return request_of(str(path), listed, today, limit), listed, stages
