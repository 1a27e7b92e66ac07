"""Exports that run out of room or are killed: one sentence, and nothing is left behind."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.articles import article
from tests.pipeline.command import run, start
from tests.pipeline.nights import Nights
from tests.pipeline.test_kills import LIMIT, kill


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nights = Nights(tmp_path_factory.mktemp("full") / "w")
    texts = {number: os.urandom(3_000).hex() for number in range(1, 9)}
    nights.load(
        *(
            article(f"https://courier.example/{number}", text, position=number)
            for number, text in texts.items()
        )
    )
    return nights.folder


@pytest.mark.parametrize("most", [1_000, 15_000])
@pytest.mark.parametrize(
    "command", [("export", "a.xlsx"), ("export", "a.duckdb"), ("sample", "8", "--out", "s.xlsx")]
)
def test_a_place_without_room_is_named_in_one_sentence(
    warehouse: Path, tmp_path: Path, command: tuple[str, ...], most: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", LIMIT.format(most=most), *command, "-w", warehouse],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert command[-1] in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_a_killed_export_left_is_removed_by_the_next(warehouse: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.duckdb"
    slow = "(select sum(a.range * b.range) from range(60000) a, range(60000) b) > 0"
    process = start("export", out, "-w", warehouse, "--where", slow)
    while not list(tmp_path.glob(".broadsheet-*")) and process.poll() is None:
        time.sleep(0.01)
    kill(process)
    [left] = tmp_path.iterdir()
    (left / ".a.duckdb.0123456789abcdef.wal").touch()
    living = tmp_path / ".broadsheet-a.duckdb-living"
    living.mkdir()
    handle = os.open(living, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    run("export", out, "-w", warehouse)
    os.close(handle)
    assert sorted(tmp_path.iterdir()) == [living, out]
