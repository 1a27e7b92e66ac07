"""Backups, restores and snapshots within the process of a test."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from config.settings import load_settings
from tasks.keep.backup import BackedUp, BackupRequest, back_up
from tasks.keep.restore import Restored, RestoreRequest, restore
from tasks.pipeline import Stages, thread_runner
from tasks.runs.progress import ProgressListener
from tests.articles import article
from tests.pipeline.command import ask
from tests.pipeline.nights import Nights

PAGE = "https://courier.example/{}"
TABLES_COMPARED = ("articles", "article_versions", "documents", "nights", "fetches", "runs")

T = TypeVar("T")


def in_stages(warehouse: Path, job: Callable[[Stages], T]) -> T:
    """Call a job with the stages of a warehouse."""
    with thread_runner(1) as run_stage:
        return job(Stages(load_settings(warehouse=warehouse), run_stage, ProgressListener()))


def backed_up(warehouse: Path, folder: Path, **options: bool) -> BackedUp:
    return in_stages(warehouse, lambda stages: back_up(BackupRequest(folder, **options), stages))


def restored(folder: Path, warehouse: Path, takedowns: Path | None = None) -> Restored:
    request = RestoreRequest(folder, takedowns)
    return in_stages(warehouse, lambda stages: restore(request, stages))


def load_one(nights: Nights, number: int, text: str | None = None) -> None:
    text = text or f"The basin opens at {number} on Monday, the council said."
    nights.load(article(PAGE.format(number), text, position=number, day=11))


def rows_of(warehouse: Path) -> dict[str, list[str]]:
    return {name: sorted(map(str, ask(warehouse, f"from {name}"))) for name in TABLES_COMPARED}
