"""The Prefect flow `backfill`: the past of one source by its sitemaps, or of many by CC-NEWS."""

from functools import partial

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed

from config.errors import UsageError
from config.settings import load_settings
from flows.nightly import night_of
from flows.running.crash import explain_or_resume
from flows.running.outcome import told
from flows.running.parameters import (
    Day,
    File,
    Folder,
    IfLocked,
    Limit,
    Name,
    Names,
    Place,
    Workers,
)
from flows.running.stages import TASK_RUNNER
from flows.running.story import tell_ingest
from tasks.account import one_line
from tasks.backfill import BackfillRequest
from tasks.backfill import backfill as run_backfill
from tasks.ccnews import CcnewsRequest, take_ccnews
from tasks.pipeline import Stages, Summary


def _name() -> str:
    """Such as "backfill Harbour Courier"."""
    asked = runtime.flow_run.parameters
    return f"backfill {asked.get('source') or asked.get('ccnews') or ''}".strip()


@flow(
    name="backfill",
    description="Fetches the past: a source's sitemaps by publication day, or CC-NEWS archives.",
    flow_run_name=_name,
    task_runner=TASK_RUNNER,
    persist_result=False,
    on_crashed=[explain_or_resume],
)
def backfill(
    source: Name | None = None,
    published_from: Day | None = None,
    published_to: Day | None = None,
    ccnews: Place | None = None,
    fetched_from: Day | None = None,
    fetched_to: Day | None = None,
    domains: Names | None = None,
    limit: Limit | None = None,
    warehouse: Folder | None = None,
    workers: Workers | None = None,
    if_locked: IfLocked = "wait",
    config: File | None = None,
) -> State[Summary]:
    """Fetches the past: a source's sitemaps by publication day, or CC-NEWS archives.

    Give a source with published_from, or ccnews. The same again on the same day resumes.

    Args:
        source: A source by name, whose sitemaps are walked.
        published_from: With source: the first day of publication, as sitemap or address give it.
        published_to: With source: the last day of publication; empty: today.
        ccnews: CC-NEWS instead: a WARC file, a folder of them, or a list of paths or addresses.
        fetched_from: With ccnews: the first day on which CC-NEWS fetched, in UTC; empty: no bound.
        fetched_to: With ccnews: the last such day; empty: no bound.
        domains: With ccnews: keep these registered domains; empty: those of the sources.
        limit: Fetch so many pages, or read so many archives, at most.
        warehouse: Absolute path of the tables' folder; empty: as the settings say.
        workers: Worker processes; empty: one per core.
        if_locked: When another run holds the warehouse: wait for it, or cancel this run.
        config: Absolute path of a settings file instead of ./broadsheet.toml.
    """
    today = night_of(runtime.flow_run.scheduled_start_time)
    wait = if_locked == "wait"

    def work(stages: Stages) -> State[Summary]:
        if source and published_from and not ccnews:
            days = (published_from, published_to or today)
            summary = run_backfill(BackfillRequest(source, *days, today, limit), stages, wait=wait)
        elif ccnews and not source:
            kept = (tuple(domains or ()), fetched_from, fetched_to)
            summary = take_ccnews(CcnewsRequest(ccnews, *kept, today, limit), stages, wait=wait)
        else:
            raise UsageError("Give a source with published_from, or ccnews, and not both.")
        tell_ingest(summary)
        return Completed(message=one_line(summary) or "nothing new", data=summary)

    load = partial(load_settings, config, warehouse=warehouse, workers=workers)
    state: State[Summary] = told(load, "backfill-progress", work)
    return state
