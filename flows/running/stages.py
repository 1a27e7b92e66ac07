"""Stages as Prefect task runs, and the pipeline's log as the log of the flow run."""

import logging
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging.handlers import APILogHandler
from prefect.task_runners import ThreadPoolTaskRunner

from config.errors import BroadsheetError, os_error_message
from config.visible import escape_log_lines
from tasks.pipeline import StageFuture, StageRunner

T = TypeVar("T")


# Unbounded: `calls_as_tasks` limits the number of stages that run at once.
TASK_RUNNER: Any = ThreadPoolTaskRunner()


def calls_as_tasks(at_once: int) -> StageRunner:
    """Return a stage runner that calls each stage as a Prefect task run.

    A task is submitted only when a slot is free. A large archive has thousands of batches, and as
    waiting task runs they would fill the UI. Nothing is cached by Prefect, because the run's folder
    records what is done.

    Args:
        at_once: the most stages that run at the same time.
    """
    slots = BoundedSemaphore(at_once)

    def call(stage: str, label: str, function: Callable[..., T], *arguments: Any) -> StageFuture[T]:
        @task(name=stage, task_run_name=label, cache_policy=NO_CACHE, persist_result=False)
        def stage_task() -> T:
            try:
                return function(*arguments)
            finally:
                slots.release()

        slots.acquire()
        return stage_task.submit()

    return call


def log_to_run() -> None:
    """Send Broadsheet's log lines to the logs of the flow run and of its task runs."""
    logger = logging.getLogger("broadsheet")
    logger.setLevel(logging.INFO)
    if not any(isinstance(handler, APILogHandler) for handler in logger.handlers):
        logger.addHandler(APILogHandler())
    for name in ("prefect.task_runs", "prefect.flow_runs"):
        logging.getLogger(name).addFilter(_replace_traceback)
    escape_log_lines()


def _replace_traceback(record: logging.LogRecord) -> bool:
    """Replace the traceback that Prefect logs for an expected error by the error's sentence."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, BroadsheetError | OSError):
        sentence = os_error_message(error) if isinstance(error, OSError) else str(error)
        record.msg, record.args, record.exc_info = "failed: %s", (sentence,), None
    return True
