"""A backup finds its files while runs begin, go on and end."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.keep.backup import bring_state
from tasks.keep.copying import Copier, VanishedError
from tasks.keep.listing import run_files
from tasks.keep.rewritten import Rewriting
from warehouse.lake import open_lake


def test_folders_may_go_while_the_files_of_a_run_are_listed(tmp_path: Path) -> None:
    (tmp_path / "run.json").touch()
    ended = threading.Event()

    def churn() -> None:
        while not ended.is_set():
            for name in ("batches", "stored/0/1"):
                (tmp_path / name).mkdir(parents=True)
                (tmp_path / name / "0.json").touch()
            shutil.rmtree(tmp_path / "batches")
            shutil.rmtree(tmp_path / "stored")

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(300):
            assert tmp_path / "run.json" in set(run_files(tmp_path))
    finally:
        ended.set()
        thread.join()


def test_a_catalog_that_is_begun_in_the_meantime_is_told_as_a_change(tmp_path: Path) -> None:
    warehouse, folder = tmp_path / "w", tmp_path / "backup"
    warehouse.mkdir()
    folder.mkdir()

    def runs() -> Iterator[str]:
        open_lake(warehouse)
        yield from ()

    with pytest.raises(VanishedError, match="the first run"):
        bring_state(Copier(warehouse, folder, {}, Rewriting(warehouse, folder, None)), runs())
