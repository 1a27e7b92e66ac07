"""The commands `nightly` and `fetch`, and the frame in which other commands run a job."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from config.errors import stopped_by_ctrl_c
from config.settings import Settings
from config.visible import log_to_stderr
from flows.terminal.screen import screen
from flows.terminal.tables import ProgressBars, closing_table, night_table
from tasks.jobs.nightly import NightRequest
from tasks.jobs.report import visits_of_run, watched_in_run
from tasks.pipeline import Stages, Summary
from tasks.report.corpus_report import report_after_night

console = screen()

T = TypeVar("T")


def night_command(
    request: NightRequest, settings: Settings, *, wait: bool, prefect: bool, config: Path | None
) -> None:
    """Run a night, in this process or as a Prefect flow run, and print its tables.

    Args:
        request: the night and its sources.
        settings: the settings of the run.
        wait: wait while another run writes to the warehouse.
        prefect: run it as a Prefect flow run.
        config: the settings file that the flow run reads.
    """
    run = partial(_night_as_flow, config=config) if prefect else _night_in_process
    summary = run_interruptibly(settings, lambda: run(request, settings, wait=wait))
    show_night(console, summary)
    if not prefect and (path := report_after_night(settings)):
        console.print(f"\nThe corpus as a page: {path}", soft_wrap=True)


def show_night(out: Console, summary: Summary) -> None:
    """Print the closing tables of a night: first its sources, then its documents."""
    out.print(night_table(visits_of_run(summary)))
    out.print()
    out.print(closing_table(summary))
    for one in watched_in_run(summary):
        articles = "1 article is" if one.articles == 1 else f"{one.articles:,} articles are"
        out.print(f"{articles} new for the watch {one.watch}: {'; '.join(one.titles)}")


def fetch_command(request: NightRequest, settings: Settings, *, wait: bool) -> None:
    """Fetch a night without loading it, and print where its WARC files are."""
    from tasks.jobs.nightly import nightly

    run_with_progress(
        settings,
        lambda stages: nightly(request, stages, wait=wait, only_fetch=True),
    )
    console.print(
        f"The night of {request.night} is fetched into {settings.warehouse / 'raw'}; "
        "`broadsheet nightly` loads it."
    )


def run_with_progress(settings: Settings, run: Callable[[Stages], T]) -> T:
    """Run a job in this process, with progress bars, and return its result.

    Raises:
        StoppedError: Ctrl-C was pressed.
    """
    from tasks.pipeline import thread_runner

    def work() -> T:
        progress = ProgressBars(screen(stderr=True))
        with progress as listener, thread_runner(settings.worker_count) as run_stage:
            return run(Stages(settings, run_stage, listener))

    return run_interruptibly(settings, work)


def run_interruptibly(settings: Settings, work: Callable[[], T]) -> T:
    """Return the result of `work`, and turn Ctrl-C into an error with a sentence.

    Raises:
        StoppedError: Ctrl-C was pressed.
    """
    log_to_stderr(settings.log_level, "%(levelname)s %(name)s %(message)s")
    with stopped_by_ctrl_c("Stopped; the same command resumes the run."):
        return work()


def _night_in_process(request: NightRequest, settings: Settings, *, wait: bool) -> Summary:
    from tasks.jobs.nightly import nightly

    def run(stages: Stages) -> Summary:
        summary = nightly(request, stages, wait=wait)
        assert summary is not None
        return summary

    return run_with_progress(settings, run)


def _night_as_flow(
    request: NightRequest, settings: Settings, *, wait: bool, config: Path | None
) -> Summary:
    from flows.prefect_environment import prepare

    prepare(settings.warehouse)
    from flows.nightly import run_as_flow

    return run_as_flow(request, settings, wait=wait, config=config)
