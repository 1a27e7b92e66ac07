"""The Prefect flow `reprocess`: the present extractor over the stored WARC files."""

from functools import partial

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed

from config.settings import load_settings
from flows.running.crash import explain_or_resume
from flows.running.outcome import told
from flows.running.parameters import Day, File, Folder, IfLocked, Name, Workers
from flows.running.stages import TASK_RUNNER
from flows.running.story import tell_reprocess
from tasks.pipeline import Stages
from tasks.reprocess import Report, ReprocessRequest
from tasks.reprocess import reprocess as run_reprocess


def _name() -> str:
    """Such as "reprocess Harbour Courier"."""
    return f"reprocess {runtime.flow_run.parameters.get('source') or 'all sources'}"


@flow(
    name="reprocess",
    description="Runs the present extractor over the stored WARC files.",
    flow_run_name=_name,
    task_runner=TASK_RUNNER,
    persist_result=False,
    on_crashed=[explain_or_resume],
)
def reprocess(
    source: Name | None = None,
    fetched_from: Day | None = None,
    fetched_to: Day | None = None,
    dry_run: bool = False,
    warehouse: Folder | None = None,
    workers: Workers | None = None,
    if_locked: IfLocked = "wait",
    config: File | None = None,
) -> State[Report]:
    """Runs the present extractor over the stored WARC files.

    Where the result differs, the article gets a new version whose change_reason is `reprocess`.

    Args:
        source: Only what was fetched for this source; empty: all.
        fetched_from: The first night whose files are read; empty: no bound.
        fetched_to: The last night whose files are read; empty: no bound.
        dry_run: Report what would change, and change nothing.
        warehouse: Absolute path of the tables' folder; empty: as the settings say.
        workers: Worker processes; empty: one per core.
        if_locked: When another run holds the warehouse: wait for it, or cancel this run.
        config: Absolute path of a settings file instead of ./broadsheet.toml.
    """

    def work(stages: Stages) -> State[Report]:
        request = ReprocessRequest(source, fetched_from, fetched_to)
        report, summary = run_reprocess(request, stages, wait=if_locked == "wait", dry_run=dry_run)
        tell_reprocess(report, summary)
        verb = "would change" if dry_run else "changed"
        line = f"{report.changed:,} {verb}, {report.same:,} the same"
        return Completed(message=line, data=report)

    load = partial(load_settings, config, warehouse=warehouse, workers=workers)
    state: State[Report] = told(load, "reprocess-progress", work)
    return state
