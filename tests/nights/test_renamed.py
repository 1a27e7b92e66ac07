"""A renamed source stays the same source; impossible nights and days are refused."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from config.days import require_days
from config.errors import UsageError
from config.sources import load_sources
from tests.nights.night import Desk
from tests.nights.paper import entry, published
from tests.pipeline.command import run
from tests.sites.many import ManySites

pytestmark = pytest.mark.timeout(240)
FEED = "http://paper.example/feed.xml"
STORIES = [f"http://paper.example/2025/03/10/story-{number}" for number in range(3)]
GAZETTE = entry("paper").replace("name = 'paper'", "name = 'The Gazette'\nformerly = ['paper']")


@pytest.mark.slow
def test_a_renamed_source_keeps_its_history(tmp_path: Path) -> None:
    with published(tmp_path) as (papers, desk):
        desk.settings["fetch"] |= {"revisit_days": [1], "max_per_night": 2}
        papers.feed(FEED, *STORIES)
        for number, url in enumerate(STORIES):
            papers.story(url, number)
        desk.quick_night(0)
        desk.listed.write_text(GAZETTE)
        papers.feed(FEED)
        desk.settings["fetch"] |= {"max_per_night": 10}
        desk.quick_night(1)
        assert [len(papers.asked(url)) for url in STORIES] == [2, 2, 1]
    assert desk.ask(
        "select night - date '2025-03-11' as n, source, why from fetches "
        "where kind = 'article' order by all"
    ) == [
        {"n": 0, "source": "The Gazette", "why": "new"},
        {"n": 0, "source": "The Gazette", "why": "new"},
        {"n": 1, "source": "The Gazette", "why": "carried"},
        {"n": 1, "source": "The Gazette", "why": "revisit"},
        {"n": 1, "source": "The Gazette", "why": "revisit"},
    ]
    for table in ("articles", "documents", "discoveries", "visits", "nights", "coverage"):
        assert desk.ask(f"select distinct source from {table}") == [{"source": "The Gazette"}]
    assert desk.ask("select source, nights, articles from sources") == [
        {"source": "The Gazette", "nights": 2, "articles": 3}
    ]
    again = ("--source", "The Gazette", "-w", desk.warehouse, "--config", desk.config)
    assert "3 the same" in run("reprocess", *again, "--dry-run").stdout


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        (entry("paper") + GAZETTE.replace("http://paper", "http://www.paper"), "in the list"),
        (GAZETTE.replace("['paper']", "['paper', 'paper']"), "also a former name"),
        (GAZETTE.replace("['paper']", "['The Gazette']"), "in the list"),
        (GAZETTE + GAZETTE.replace("name = 'The", "name = 'A"), "a former name of The Gazette"),
    ],
)
def test_a_rename_that_can_be_read_in_two_ways_is_refused(
    tmp_path: Path, entries: str, problem: str
) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(entries)
    with pytest.raises(UsageError, match=rf"the key 'formerly' is refused: .*{problem}"):
        load_sources(path)


@pytest.mark.parametrize("night", ["2099-01-01", "0205-03-11"])
def test_an_impossible_night_is_refused(tmp_path: Path, night: str) -> None:
    with ManySites(1, 1) as site:
        desk = Desk(tmp_path, site)
        for command in ("nightly", "fetch"):
            asked = (command, "--night", night, "-w", desk.warehouse, "--config", desk.config)
            output = run(*asked, status=2).stderr
            assert f"The night {night} cannot be" in " ".join(output.split())
        assert not site.requests
    assert not desk.warehouse.exists()


def test_an_empty_range_of_days_is_refused() -> None:
    today = date.today()
    require_days(today - timedelta(days=400), today)
    require_days(None, today + timedelta(days=1))
    with pytest.raises(UsageError, match="later than the last"):
        require_days(today, today - timedelta(days=1))
    with pytest.raises(UsageError, match="later than tomorrow"):
        require_days(today + timedelta(days=3), None)
