"""Warehouses from which tests take articles down."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from config.settings import Settings
from tasks.jobs.takedown import TakedownReport, TakedownRequest, takedown
from tasks.pipeline import Stages, thread_runner
from tasks.records import Article
from tasks.runs.progress import ProgressListener
from tasks.stories.fingerprints import with_fingerprints
from tasks.takedown.survey import Survey
from tasks.web.fingerprint import article_id
from tasks.web.urls import url_key
from tests.articles import article


def article_at(
    url: str, text: str, *, position: int, day: int | None = None, **changes: Any
) -> Article:
    """An article with the keys and the id that its address makes."""
    key = url_key(url)
    assert key
    made = article(url, text, position=position, day=day)
    identified = replace(made, article_id=article_id(key), url_key=key, own_key=key, **changes)
    return with_fingerprints(identified)


def sentences(text: str) -> list[str]:
    """Return pieces of a text by which it is found: each of its sentences."""
    return [one.strip() for line in text.split("\n") for one in line.split(". ") if one.strip()]


def with_stages(settings: Settings, work: Callable[[Stages], Any]) -> Any:
    with thread_runner(1) as run_stage:
        return work(Stages(settings, run_stage, ProgressListener()))


def take_down(
    settings: Settings,
    *names: str,
    confirm: Callable[[Survey], bool] = lambda _: True,
    **options: Any,
) -> TakedownReport:
    """Take articles down within the process of the test, as the command does."""
    request = TakedownRequest(names, options.pop("reason", "court order 12"), **options)
    found: TakedownReport = with_stages(settings, lambda stages: takedown(request, stages, confirm))
    return found
