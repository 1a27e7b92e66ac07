"""Nights in any order, with kills and a reprocess between: the clusters are as from scratch."""

import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.command import ask, run, start
from tests.pipeline.test_kills import kill
from tests.stories.planting import planted
from tests.trials import seeds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
NIGHTS = 6
ORDERS = 4
STATE = (
    "select article_id, cluster_id from articles order by all",
    "select * exclude (run_id) from text_pairs order by all",
    "select * exclude (run_id) from fingerprints order by all",
    "select * from stories order by all",
)


def state(warehouse: Path) -> list[list[dict[str, Any]]]:
    return [ask(warehouse, query) for query in STATE]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Six files of articles; the copies of a story are in different ones."""
    folder = tmp_path_factory.mktemp("nights")
    rows = [
        {
            "url": f"https://site-{number % 5}.example/{one.name}",
            "title": f"Title of {one.name}",
            "date": f"{one.day}T06:00:00Z",
            "text": one.text,
        }
        for number, one in enumerate(planted(180, seed=9, days=6))
    ]
    files = []
    for night in range(NIGHTS):
        files.append(folder / f"night-{night}.jsonl")
        lines = (json.dumps(row) for row in rows[night::NIGHTS])
        files[-1].write_text("\n".join(lines), "utf-8")
    return files


@pytest.fixture(scope="module")
def scratch(nights: Sequence[Path], tmp_path_factory: pytest.TempPathFactory) -> Any:
    warehouse = tmp_path_factory.mktemp("scratch") / "w"
    run("ingest", *nights, "--warehouse", warehouse)
    found = state(warehouse)
    assert all(found)
    assert len({row["cluster_id"] for row in found[0]}) < len(found[0])
    return found


def disturbed(
    chance: random.Random, seconds: float, *command: str | Path, **environment: str
) -> float:
    """Kill a command at a random moment, run it again to its end, and return how long that took."""
    process = start(*command, **environment)
    time.sleep(chance.uniform(0.2, seconds))
    kill(process)
    begun = time.monotonic()
    run(*command, status=0, **environment)
    return time.monotonic() - begun


@pytest.mark.parametrize("seed", seeds(2, ORDERS))
def test_nights_in_any_order_with_kills_and_a_reprocess_give_the_clusters_of_one_load(
    nights: Sequence[Path], scratch: Any, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    warehouse = tmp_path / "w"
    seconds = 3.0
    for number, night in enumerate(chance.sample(nights, NIGHTS)):
        seconds = disturbed(chance, seconds, "ingest", night, "--warehouse", warehouse)
        if number == 2:
            disturbed(chance, seconds, "reprocess", "--stories", "--warehouse", warehouse)
    assert state(warehouse) == scratch
    run("reprocess", "--stories", "--warehouse", warehouse)
    assert state(warehouse) == scratch
