"""Ingest of archives and folders: all stages of the pipeline, without fetching."""

from tasks.execution.backend import require_backend
from tasks.pipeline import Stages, Summary, finish, settle_others
from tasks.runs.run import IngestRequest, plan, start_or_resume


def ingest(request: IngestRequest, stages: Stages, *, wait: bool = False) -> Summary:
    """Read, process, load and publish everything that the request names.

    Args:
        wait: wait while another process writes to the warehouse.

    Raises:
        BroadsheetError: one sentence; what was published before is still there.
    """
    # First plan, then check the backend: if either fails, nothing was made or changed.
    planned = plan(request, stages.settings)
    require_backend(stages.settings)
    if planned.notice:
        stages.listener.notice(planned.notice)
    stages = stages.prepared()
    with stages.locked("ingest", wait=wait):
        run = start_or_resume(request, planned, stages.settings)
        settle_others(run, stages)
        return finish(run, stages)
