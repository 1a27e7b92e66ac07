"""Compaction killed at random, with readers open: as if nothing had happened."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.compaction.compacting import (
    Reader,
    after_the_grace_time,
    all_rows,
    reading,
    shows_the_present_files,
)
from tests.nights.night import kill
from tests.pipeline.command import Started, run, start
from tests.repair.newsroom import Newsroom
from tests.trials import seeds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def files_in(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def wait_for(process: Started, reached: Callable[[], bool]) -> None:
    while not reached() and process.poll() is None:
        time.sleep(0.0005)


@pytest.fixture
def reader(room: Newsroom) -> Iterator[Reader]:
    with reading(room.warehouse) as process:
        yield process


@pytest.mark.parametrize("seed", seeds(5, 10))
def test_a_kill_at_random_changes_no_row_and_disturbs_no_reader(
    room: Newsroom, reader: Reader, seed: int
) -> None:
    rows, before = all_rows(room.warehouse), reader.answer()
    lake = room.warehouse / "lake"
    old = files_in(lake)
    # A compaction of this warehouse makes about 70 files, some of them for a moment.
    enough = random.Random(seed).randrange(55)
    command = ("compact", "-w", room.warehouse, "--config", room.desk.config)
    process = start(*command)
    wait_for(process, lambda: len(files_in(lake) - old) >= enough)
    kill(process)
    assert reader.answer() == before
    assert all_rows(room.warehouse) == rows
    assert not room.faults()
    run(*command)
    assert reader.answer() == before
    assert all_rows(room.warehouse) == rows
    assert shows_the_present_files(room.warehouse)
    size = sum(path.stat().st_size for path in lake.rglob("*.parquet"))
    after_the_grace_time(room.warehouse)
    assert sum(path.stat().st_size for path in lake.rglob("*.parquet")) < 0.7 * size
    assert all_rows(room.warehouse) == rows
    assert not list(lake.rglob(".*"))
    assert not room.faults()


def test_a_night_that_is_killed_while_it_merges_files_is_resumed(room: Newsroom) -> None:
    room.desk.settings["compact"] = {"files": 2}
    try:
        process = room.desk.start(2)
        lake = room.warehouse / "lake"
        wait_for(process, lambda: any(lake.rglob("*-compacted-*.parquet")))
        assert process.poll() is None, process.communicate()
        kill(process)
        [unfinished] = [path.name for path in (room.warehouse / "runs").glob("[!.]*")]
        room.desk.night(2)
    finally:
        del room.desk.settings["compact"]
    [last] = room.ask("select run_id from runs order by run_id desc limit 1")
    assert last == {"run_id": unfinished}, "the same run must end, and no other begin"
    assert not room.faults()
    assert shows_the_present_files(room.warehouse)
