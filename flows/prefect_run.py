"""What the flows share: stages as task runs, and the pipeline's log as the run's log."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging.handlers import APILogHandler

from tasks.pipeline import Result
from tasks.watching import Watcher

log = logging.getLogger("broadsheet.flow")

T = TypeVar("T")


class LogWatcher(Watcher):
    """Notices go to the run's log."""

    def notice(self, sentence: str) -> None:
        log.warning(sentence)

    def planned(self, batches: int, size: int) -> None:
        log.info("planned batches=%d bytes=%d", batches, size)

    def discovering(self, sources: int) -> None:
        log.info("discovering sources=%d", sources)

    def discovered(self, source: str, found: int) -> None:
        log.info("discovered source=%s found=%d", source, found)

    def fetching(self, pages: int) -> None:
        log.info("fetching pages=%d", pages)


def call_as_task(stage: str, label: str, function: Callable[..., T], *arguments: Any) -> Result[T]:
    """Calls a stage as a Prefect task run; our own files say what is done, so nothing is cached."""

    @task(name=stage, task_run_name=label, cache_policy=NO_CACHE, persist_result=False)
    def stage_task() -> T:
        return function(*arguments)

    return stage_task.submit()


def log_to_run() -> None:
    """Our log lines become the flow run's, and those of the task run that they come from."""
    ours = logging.getLogger("broadsheet")
    ours.setLevel(logging.INFO)
    if not any(isinstance(handler, APILogHandler) for handler in ours.handlers):
        ours.addHandler(APILogHandler())
