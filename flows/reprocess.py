"""The Prefect flow `reprocess`: run the present extractor over the stored WARC files."""

from functools import partial

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed

from config.settings import load_settings
from flows.running.artifacts import create_reprocess_artifact
from flows.running.crash import explain_or_resume
from flows.running.outcome import run_to_final_state
from flows.running.parameters import Day, File, Folder, IfLocked, Name, Workers
from flows.running.stages import TASK_RUNNER
from tasks.jobs.reprocess import ReprocessReport, ReprocessRequest
from tasks.jobs.reprocess import reprocess as run_reprocess
from tasks.jobs.stories import rebuild_stories, require_all_articles
from tasks.load.story_tables import StoriesReport
from tasks.pipeline import Stages

Report = ReprocessReport | StoriesReport


def _run_name() -> str:
    """Return the run's name, such as "reprocess Harbour Courier"."""
    return f"reprocess {runtime.flow_run.parameters.get('source') or 'all sources'}"


@flow(
    name="reprocess",
    description="Run the present extractor over the stored WARC files.",
    flow_run_name=_run_name,
    task_runner=TASK_RUNNER,
    persist_result=False,
    on_crashed=[explain_or_resume],
)
def reprocess(
    source: Name | None = None,
    fetched_from: Day | None = None,
    fetched_to: Day | None = None,
    dry_run: bool = False,
    stories: bool = False,
    warehouse: Folder | None = None,
    workers: Workers | None = None,
    if_locked: IfLocked = "wait",
    config: File | None = None,
) -> State[Report]:
    """Run the present extractor over the stored WARC files.

    If its result differs, the article gets a new version whose change_reason is `reprocess`.

    Args:
        source: Only pages that were fetched for this source. Empty: all sources.
        fetched_from: The first night whose files are read. Empty: no bound.
        fetched_to: The last night whose files are read. Empty: no bound.
        dry_run: Report what would change, and change nothing.
        stories: Only find copies and clusters of stories anew, in all articles; no page is read.
        warehouse: Absolute path of the warehouse's folder. Empty: the setting `warehouse`.
        workers: Number of worker processes. Empty: one per core.
        if_locked: If another run holds the warehouse: wait for it, or cancel this run.
        config: Absolute path of the settings file. Empty: ./broadsheet.toml.
    """

    def work(stages: Stages) -> State[Report]:
        if stories:
            require_all_articles(source, fetched_from, fetched_to, dry_run)
            found = rebuild_stories(stages, wait=if_locked == "wait")
            moved = f"{found.moved:,} articles are in another cluster"
            return Completed(message=moved, data=found)
        request = ReprocessRequest(source, fetched_from, fetched_to)
        report, summary = run_reprocess(request, stages, wait=if_locked == "wait", dry_run=dry_run)
        create_reprocess_artifact(report, summary)
        verb = "would change" if dry_run else "changed"
        line = f"{report.changed:,} {verb}, {report.same:,} the same"
        return Completed(message=line, data=report)

    load = partial(load_settings, config, warehouse=warehouse, workers=workers)
    state: State[Report] = run_to_final_state(load, "reprocess-progress", work)
    return state
