"""Building the search index anew, from all articles of the tables."""

from config.errors import UsageError
from tasks.load.commit import finish_if_committed, publish_tables
from tasks.pipeline import Stages
from tasks.runs.run import unfinished_runs
from warehouse.folder import absolute
from warehouse.layout import LAKE, PUBLISHED, SEARCH
from warehouse.query import opened
from warehouse.restoring import require_restored
from warehouse.search.folders import IndexState, read_state


def rebuild_index(stages: Stages, *, wait: bool = False) -> IndexState:
    """Index all articles, and publish the tables with that index.

    A run that had begun to commit is completed first. Readers of the index before keep it. After a
    kill, what was published before stays, and the same command begins anew.

    Args:
        wait: wait while another process writes to the warehouse.

    Raises:
        UsageError: there is no warehouse, the settings want no index, or it could not be built.
    """
    warehouse = absolute(stages.settings.warehouse)
    require_restored(warehouse)
    if not (warehouse / LAKE).is_dir():
        raise UsageError(f"There is no warehouse at {warehouse}: name it by --warehouse.")
    if not stages.settings.search.index:
        raise UsageError("The setting search.index is false: set it to true to have an index.")
    stages = stages.prepared()
    settings = stages.settings
    with stages.locked("reprocess --search", wait=wait):
        for run in list(unfinished_runs(settings.warehouse)):
            if notice := finish_if_committed(run, settings):
                stages.listener.notice(notice)
        publish_tables(settings.warehouse, settings, index_anew=True)
        with opened(settings.warehouse) as connection:
            [(folder,)] = connection.execute("select search from publication").fetchall()
        state = read_state(settings.warehouse / (folder or SEARCH))
        if state is None:
            raise UsageError(
                f"{settings.warehouse / PUBLISHED} was published without a search index, which "
                "could not be written: look for the reason in the log, and at the free disk space."
            )
        return state
