"""Stages as task runs, and the pipeline's log as the run's log."""

import logging
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging.handlers import APILogHandler
from prefect.task_runners import ThreadPoolTaskRunner

from config.errors import BroadsheetError, disk_fault
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
    """Sends our log lines to the flow run's log, and to that of the task run they come from."""
    ours = logging.getLogger("broadsheet")
    ours.setLevel(logging.INFO)
    if not any(isinstance(handler, APILogHandler) for handler in ours.handlers):
        ours.addHandler(APILogHandler())
    for name in ("prefect.task_runs", "prefect.flow_runs"):
        logging.getLogger(name).addFilter(_in_a_sentence)


def _in_a_sentence(record: logging.LogRecord) -> bool:
    """Puts a fault that is expected in place of the traceback that Prefect logs for it."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, BroadsheetError | OSError):
        said = disk_fault(error) if isinstance(error, OSError) else str(error)
        record.msg, record.args, record.exc_info = "failed: %s", (said,), None
    return True
