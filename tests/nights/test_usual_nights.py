"""A night is compared with earlier nights of the same sources, and with no others."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import load_settings
from tasks.jobs.nightly import NightRequest, nightly
from tasks.jobs.report import NightReport, report_night
from tasks.pipeline import Stages, thread_runner
from tasks.runs.progress import ProgressListener
from tests.nights.night import FIRST, Desk
from tests.sites.many import ManySites

pytestmark = pytest.mark.slow

NEW = 3  # articles of each publisher in each night after the first


class Newsroom:
    """Three publishers that publish the same number of articles every night."""

    def __init__(self, folder: Path, site: ManySites) -> None:
        self.desk = Desk(folder, site)
        self.nights = 0

    def night(self, *sources: str) -> NightReport:
        """Run the next night of all or some sources and return its account."""
        night = FIRST + timedelta(days=self.nights)
        if self.nights:
            self.desk.site.next_night(new=NEW, revised=0)
        self.nights += 1
        settings = load_settings(self.desk.config, warehouse=self.desk.warehouse, workers=1)
        with thread_runner(1) as run_stage:
            summary = nightly(
                NightRequest(night, sources), Stages(settings, run_stage, ProgressListener())
            )
        assert summary is not None
        return report_night(summary, night, 0.5)


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Return a newsroom that has had four nights of all sources."""
    with ManySites(3, 6) as site:
        made = Newsroom(tmp_path_factory.mktemp("usual"), site)
        for _ in range(4):
            made.night()
        yield made


def test_nights_of_some_sources_and_of_all_are_not_compared(newsroom: Newsroom) -> None:
    """Check all cases in one test, because each night builds on those before."""
    for _ in range(3):
        some = newsroom.night("press-00")
        assert [loaded for _, loaded in some.history[:4]] == [NEW] * 4
        assert some.thin is None
    every = newsroom.night()
    days = [night for night, _ in every.history]
    assert days == [FIRST + timedelta(days=day) for day in (7, 3, 2, 1, 0)]
    assert [loaded for _, loaded in every.history[1:4]] == [3 * NEW] * 3


def test_a_new_source_does_not_exclude_earlier_nights_from_the_comparison(
    newsroom: Newsroom,
) -> None:
    listed = newsroom.desk.listed
    listed.write_text(listed.read_text().replace("press-02", "press-02 renamed"))
    after = newsroom.night()
    assert len(after.history) > 3
    assert after.thin is None
