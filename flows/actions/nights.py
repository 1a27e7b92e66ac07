"""What the commands that fetch do, once their arguments are parsed."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from config.errors import StoppedError
from config.settings import Settings
from flows.screen import screen
from flows.terminal import ProgressWatcher, closing_table, night_table
from tasks.account import visits_of
from tasks.nightly import NightRequest
from tasks.pipeline import Stages, Summary

console = screen()

T = TypeVar("T")


def night_command(
    request: NightRequest, settings: Settings, *, wait: bool, prefect: bool, config: Path | None
) -> None:
    """Runs a night, plain or as a Prefect flow run, and prints its tables."""
    run = partial(_night_as_flow, config=config) if prefect else _night_plainly
    summary = stoppable(settings, lambda: run(request, settings, wait=wait))
    show_night(console, summary)


def show_night(out: Console, summary: Summary) -> None:
    """The closing tables of a night: its sources, then its documents."""
    out.print(night_table(visits_of(summary)))
    out.print()
    out.print(closing_table(summary))


def fetch_command(request: NightRequest, settings: Settings, *, wait: bool) -> None:
    """Fetches a night and says where its bytes lie."""
    from tasks.nightly import nightly

    plainly(
        settings,
        lambda stages: nightly(request, stages, wait=wait, only_fetch=True),
    )
    console.print(
        f"The night of {request.night} is fetched into {settings.warehouse / 'raw'}; "
        "`broadsheet nightly` loads it."
    )


def plainly(settings: Settings, run: Callable[[Stages], T]) -> T:
    """Runs stages as plain calls with progress bars.

    Raises:
        StoppedError: after Ctrl-C.
    """
    from tasks.pipeline import plain_calls

    def work() -> T:
        progress = ProgressWatcher(screen(stderr=True))
        with progress as watcher, plain_calls(settings.worker_count) as call:
            return run(Stages(settings, call, watcher))

    return stoppable(settings, work)


def stoppable(settings: Settings, work: Callable[[], T]) -> T:
    """What `work` gives.

    Raises:
        StoppedError: after Ctrl-C.
    """
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s %(message)s")
    try:
        return work()
    except KeyboardInterrupt as error:
        raise StoppedError("Stopped; the same command resumes the run.") from error


def _night_plainly(request: NightRequest, settings: Settings, *, wait: bool) -> Summary:
    from tasks.nightly import nightly

    def run(stages: Stages) -> Summary:
        summary = nightly(request, stages, wait=wait)
        assert summary is not None
        return summary

    return plainly(settings, run)


def _night_as_flow(
    request: NightRequest, settings: Settings, *, wait: bool, config: Path | None
) -> Summary:
    from flows.prefect_environment import prepare

    prepare(settings.warehouse)
    from flows.nightly import run_as_flow

    return run_as_flow(request, settings, wait=wait, config=config)
