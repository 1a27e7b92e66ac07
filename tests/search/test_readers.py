"""Readers search while publications follow each other; kills at any moment of an index's life."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tasks.search.find import Question, open_desk
from tests.articles import article
from tests.pipeline.archives import write_stories
from tests.pipeline.command import run, start
from tests.pipeline.nights import Nights
from tests.pipeline.test_kills import kill
from warehouse.layout import SEARCH
from warehouse.search.folders import index_fault, index_folders

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
PUBLICATIONS = 12
PER_NIGHT = 7
# Prints one line per search: articles in the tables, hits, and texts read. It ends on any error.
READING = """
import sys
from pathlib import Path
from tasks.search.find import Question, open_desk
from warehouse.query import rows
while not Path(sys.argv[2]).exists():
    with open_desk(Path(sys.argv[1])) as desk:
        _, [(articles,)] = rows(desk.connection, "select count(*) from articles")
        hits = len(desk.find(Question("ferry")))
        _, found = desk.read(Question('"ferry number"'))
        print(articles, hits, sum(1 for _ in found), flush=True)
"""


def test_a_reader_sees_whole_nights_only_while_many_are_published(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "w")
    stop = tmp_path / "stop"

    def load(night: int) -> None:
        numbers = range(night * PER_NIGHT, (night + 1) * PER_NIGHT)
        nights.load(
            *(
                article(
                    f"https://courier.example/{n}",
                    f"The ferry number {n} sails.",
                    position=n,
                    day=1,
                )
                for n in numbers
            )
        )

    load(0)
    command = [sys.executable, "-c", READING, str(nights.folder), str(stop)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        for night in range(1, PUBLICATIONS):
            load(night)
        stop.touch()
        out, _ = reader.communicate(timeout=120)
    assert reader.returncode == 0
    seen = [tuple(map(int, line.split())) for line in out.splitlines()]
    assert len({articles for articles, _, _ in seen}) > 3
    assert all(articles == hits == read for articles, hits, read in seen)
    assert all(articles % PER_NIGHT == 0 for articles, _, _ in seen)


def test_a_kill_at_any_moment_leaves_a_search_that_is_whole(tmp_path: Path) -> None:
    chance = random.Random(3)
    archives = [
        write_stories(tmp_path / f"{night}.warc.gz", range(night * 20, night * 20 + 20))
        for night in range(8)
    ]
    warehouse = tmp_path / "w"
    run("ingest", archives[0], "--warehouse", warehouse)
    for archive in archives[1:]:
        names = {folder.name for folder in index_folders(warehouse)}
        process = start("ingest", archive, "--warehouse", warehouse)
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            begun = {path.name for path in (warehouse / SEARCH).glob("*")} - names
            if begun:  # the index is being built, or complete, or published
                time.sleep(chance.choice((0, 0, 0.01, 0.03, 0.1, 0.3)))
                break
        kill(process)
        with open_desk(warehouse) as desk:
            _, articles = "", desk.connection.execute("select count(*) from articles").fetchone()
            assert articles == (len(desk.find(Question("NOT zzz"))),)
    for archive in archives:
        run("ingest", archive, "--warehouse", warehouse)
    with open_desk(warehouse) as desk:
        assert len(desk.find(Question("NOT zzz"))) == 160
    assert index_fault(index_folders(warehouse)[-1], deep=True) is None
    assert not list((warehouse / SEARCH).glob(".*"))
