"""Repair killed at random: the next one ends it, and the warehouse is whole as if nothing was."""

import os
import random
import time

import pytest

from tests.nights.night import kill
from tests.pipeline.command import run, start
from tests.repair.newsroom import Newsroom, damage
from tests.trials import seeds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
# Losses that repair heals by reading stored bytes, from other tables, and from metadata.
LOSSES = (
    *(("article_versions", 0, "cut"), ("article_versions", 2, "empty"), ("documents", 1, "delete")),
    *(("superseded", 0, "rubbish"), ("links", 0, "cut"), ("revisions", 0, "delete")),
    ("fingerprints", 1, "empty"),
)


@pytest.fixture(scope="module")
def steps(built: Newsroom) -> int:
    """The number of changes in the folder of the warehouse that one repair makes."""
    lose(built)
    before = files_of(built)
    built.repair()
    return len(files_of(built) - before)


def files_of(room: Newsroom) -> set[str]:
    """The files of the warehouse, while a process adds and removes some."""
    walked = os.walk(room.warehouse)  # it passes over folders that are gone
    return {f"{folder}/{name}" for folder, _, names in walked for name in names}


def lose(room: Newsroom) -> None:
    """Damage files of several tables, and the catalog."""
    room.put_back()
    for table, number, kind in LOSSES:
        damage(room.data(table, number), kind)
    damage(room.warehouse / "catalog.db", "rubbish")


@pytest.mark.parametrize("seed", seeds(5, 10))
def test_a_repair_that_is_killed_at_random_is_ended_by_the_next_one(
    built: Newsroom, steps: int, seed: int
) -> None:
    room = built
    lose(room)
    before = files_of(room)
    enough = random.Random(seed).randrange(steps)
    command = ("repair", "-w", room.warehouse, "--config", room.desk.config)
    process = start(*command)
    while len(files_of(room) - before) < enough and process.poll() is None:
        time.sleep(0.0005)
    kill(process)
    run(*command)
    assert room.rows() == room.whole
    assert not room.faults()
    recorded = room.ask('select "table", rows, healed from repairs where rows > 0')
    assert {row["table"] for row in recorded} >= {table for table, *_ in LOSSES}
    assert all(row["rows"] == row["healed"] for row in recorded)
    after = room.tree()
    assert not room.repair().files, "a second repair finds nothing"
    assert room.tree() == after
