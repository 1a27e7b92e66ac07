"""Killed nights end like an uninterrupted one, and no page is fetched twice."""

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.flows.test_prefect import free_port
from tests.nights.night import Desk, kill
from tests.raw.warc_readers import check
from tests.sites.many import ManySites
from tests.trials import seeds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ARTICLES = (
    "select url_key, version, content_hash, title, published_at from articles order by url_key"
)
OUTCOMES = """
    select url, arg_max(outcome, (started_at, attempt)) as outcome
    from fetches where kind = 'article' group by url order by url
"""
LEDGER = "select url, outcome, reason from documents order by url, outcome"


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with ManySites(4, 12, faults=0.2) as site:
        desk = Desk(tmp_path_factory.mktemp("uninterrupted"), site)
        desk.night()
        yield {query: desk.ask(query) for query in (ARTICLES, OUTCOMES, LEDGER)}


def kill_at(desk: Desk, night: int, seconds: float) -> bool:
    """Kill a night some seconds after its run has begun; return whether it was still running."""
    process = desk.start(night)
    began = None
    while process.poll() is None:
        if began is None and list((desk.warehouse / "runs").glob("*/run.json")):
            began = time.monotonic()
        if began is not None and time.monotonic() - began >= seconds:
            break
        time.sleep(0.01)
    was_running = process.poll() is None
    kill(process)
    return was_running


def assert_like_uninterrupted(desk: Desk, uninterrupted: dict[str, Any]) -> None:
    for query, rows in uninterrupted.items():
        assert desk.ask(query) == rows
    fetched_twice = desk.ask(
        "select url from fetches where kind = 'article' and outcome = 'fetched' "
        "group by url having count(*) > 1"
    )
    assert fetched_twice == []
    files = sorted((desk.warehouse / "raw").rglob("*.warc.gz"))
    named = {
        row["f"] for row in desk.ask("select distinct warc_file as f from fetches") if row["f"]
    }
    assert {path.relative_to(desk.warehouse).as_posix() for path in files} == named
    check(*files)
    assert not list((desk.warehouse / "runs").iterdir())


def test_a_night_killed_at_four_moments_ends_like_an_uninterrupted_one(
    tmp_path: Path, uninterrupted: dict[str, Any]
) -> None:
    with ManySites(4, 12, faults=0.2, latency=0.03) as site:
        desk = Desk(tmp_path, site, delay=0.01)
        moments = (0.3, 1.2, 2.0, 2.6)
        assert [kill_at(desk, 0, moment) for moment in moments].count(True) >= 2
        desk.night()
    assert_like_uninterrupted(desk, uninterrupted)


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_a_night_killed_at_ten_random_moments_ends_like_an_uninterrupted_one(
    tmp_path: Path, uninterrupted: dict[str, Any], seed: int
) -> None:
    random = Random(seed)
    with ManySites(4, 12, faults=0.2, latency=0.05) as site:
        desk = Desk(tmp_path, site, delay=0.02)
        for _ in range(10):
            kill_at(desk, 0, random.uniform(0.1, 4.0))
        desk.night()
    assert_like_uninterrupted(desk, uninterrupted)


def test_a_killed_night_is_completed_by_the_next_one_and_its_rest_is_carried_over(
    tmp_path: Path,
) -> None:
    with ManySites(2, 12, latency=0.05) as site:
        desk = Desk(tmp_path, site, delay=0.05)
        process = desk.start(0)
        desk.wait_for_requests(process, 12)
        kill(process)
        assert "was completed" in desk.night(1)
        assert desk.texts() == site.expected()
    rows = desk.ask("select night, sum(loaded)::int as n from nights group by night order by night")
    assert [str(row["night"]) for row in rows] == ["2025-03-11", "2025-03-12"]
    assert all(row["n"] for row in rows)
    waited = "select count(*) > 0 as some from fetches where reason = 'night_over'"
    assert desk.ask(waited) == [{"some": True}]


def test_addresses_of_a_killed_night_are_carried_over_if_some_lists_were_not_read(
    tmp_path: Path,
) -> None:
    with ManySites(2, 6, latency=0.2) as site:
        site.hosts["press-01.example"] = f"127.0.0.1:{free_port()}"  # it is away
        desk = Desk(tmp_path, site)
        desk.settings["fetch"] |= {"retry_seconds": 20.0}
        process = desk.start(0)
        while not list(desk.warehouse.glob("runs/*/discovered/*.json")):
            assert process.poll() is None, process.communicate()
        kill(process)
        desk.settings["fetch"] |= {"retry_seconds": 0.1}
        assert "was completed" in desk.night(1)
    query = "select source, found, discovery, problem from nights where night = '2025-03-11'"
    rows = {row.pop("source"): row for row in desk.ask(query)}
    assert rows["press-00"].pop("found") >= 6
    assert rows["press-00"] == {"discovery": "ok", "problem": None}
    assert rows["press-01"] == {
        "found": 0,
        "discovery": "failed",
        "problem": "the night was killed before its lists were read",
    }
    assert len(desk.texts()) == 6
