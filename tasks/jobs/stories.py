"""Making the tables of stories anew, after a change of method or for articles of older versions."""

from datetime import UTC, datetime

from config.errors import UsageError
from tasks.load.commit import publish_run, run_row
from tasks.load.story_tables import StoriesReport, make_story_tables
from tasks.pipeline import Stages, settle_others
from tasks.runs.description import described
from tasks.runs.run import Run, new_run
from warehouse.lake import open_lake
from warehouse.layout import RUNS_FOLDER
from warehouse.load import commit_run

STORIES_FLOW = "stories"


def require_all_articles(*choices: object) -> None:
    """Refuse choices of some pages, because stories and the search index are of all articles.

    Raises:
        UsageError: one of the choices was made.
    """
    if any(choices):
        raise UsageError(
            "--stories and --search each concern all articles: give one of them, without a source, "
            "nights or a dry run."
        )


def rebuild_stories(stages: Stages, *, wait: bool = False) -> StoriesReport:
    """Compute fingerprints, copies and clusters of all articles, and publish them.

    The result is the same as if all nights were loaded again. After a kill, the same command begins
    anew; what was published before stays readable.

    Args:
        wait: wait while another process writes to the warehouse.

    Raises:
        BroadsheetError: one sentence; what was published before is still there.
    """
    stages = stages.prepared()
    settings = stages.settings
    with stages.locked(STORIES_FLOW, wait=wait):
        folder = settings.warehouse / RUNS_FOLDER / STORIES_FLOW
        settle_others(Run(STORIES_FLOW, folder), stages)  # before: it removes runs without a plan
        started_at = datetime.now(UTC)
        description = described(STORIES_FLOW, {}, (), settings)
        run = new_run(settings.warehouse, STORIES_FLOW, description)
        lake = open_lake(settings.warehouse)
        report = make_story_tables(lake, run.run_id, run.folder, settings)
        row = run_row(run.run_id, STORIES_FLOW, started_at)
        commit_run(lake, {}, row, settings.load)
        publish_run(run, settings)
    return report
