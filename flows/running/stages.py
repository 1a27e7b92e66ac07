"""Stages as task runs, and the pipeline's log as the run's log."""

import logging
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging.handlers import APILogHandler
from prefect.task_runners import ThreadPoolTaskRunner

from tasks.pipeline import Call, Result

T = TypeVar("T")


# How many run at once is bounded by `calls_as_tasks`.
TASK_RUNNER: Any = ThreadPoolTaskRunner()


def calls_as_tasks(at_once: int) -> Call:
    """Calls each stage as a Prefect task run; at most so many are running, the others wait unseen.

    Our own files say what is done, so nothing is cached.
    """
    places = BoundedSemaphore(at_once)

    def call(stage: str, label: str, function: Callable[..., T], *arguments: Any) -> Result[T]:
        @task(name=stage, task_run_name=label, cache_policy=NO_CACHE, persist_result=False)
        def stage_task() -> T:
            try:
                return function(*arguments)
            finally:
                places.release()

        places.acquire()
        return stage_task.submit()

    return call


def log_to_run() -> None:
    """Our log lines become the flow run's, and those of the task run that they come from."""
    ours = logging.getLogger("broadsheet")
    ours.setLevel(logging.INFO)
    if not any(isinstance(handler, APILogHandler) for handler in ours.handlers):
        ours.addHandler(APILogHandler())
