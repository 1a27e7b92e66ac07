"""Backups: a copy of the warehouse's folder, made while nothing writes, is a working warehouse."""

import shutil
from pathlib import Path

import pytest

from tests.pipeline.archives import write_stories
from tests.pipeline.command import ask, run

pytestmark = pytest.mark.slow

COUNT = "select count(*) as n from articles"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Return a warehouse with three articles."""
    run("ingest", write_stories(tmp_path / "one.warc.gz", range(3)), "-w", tmp_path / "news")
    return tmp_path / "news"


def test_a_copy_restored_at_the_same_path_works(warehouse: Path, tmp_path: Path) -> None:
    shutil.copytree(warehouse, tmp_path / "backup", symlinks=True)
    run("ingest", write_stories(tmp_path / "lost.warc.gz", range(3, 9)), "-w", warehouse)
    shutil.rmtree(warehouse)
    shutil.copytree(tmp_path / "backup", warehouse, symlinks=True)
    assert ask(warehouse, COUNT) == [{"n": 3}]
    run("ingest", write_stories(tmp_path / "two.warc.gz", range(2, 5)), "-w", warehouse)
    assert ask(warehouse, COUNT) == [{"n": 5}]


def test_a_warehouse_that_moved_works_behind_a_link(warehouse: Path, tmp_path: Path) -> None:
    moved = tmp_path / "disk2" / "news"
    shutil.copytree(warehouse, moved, symlinks=True)
    shutil.rmtree(warehouse)
    warehouse.symlink_to(moved)
    for at in (warehouse, moved):
        assert ask(at, COUNT) == [{"n": 3}]
    run("ingest", write_stories(tmp_path / "two.warc.gz", range(2, 5)), "-w", warehouse)
    assert ask(moved, COUNT) == [{"n": 5}]
    assert not run("doctor", "-w", warehouse).stderr
