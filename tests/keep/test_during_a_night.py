"""Backups that are made while a night fetches, loads and publishes: each can be gone on with."""

import shutil
import time
from pathlib import Path

import pytest

from tests.keep.keeping import backed_up, restored
from tests.nights.night import Desk
from tests.nights.test_killed_nights import ARTICLES, LEDGER, OUTCOMES
from tests.raw.warc_readers import check
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_a_night_goes_on_in_each_backup_that_was_made_of_it(tmp_path: Path) -> None:
    with ManySites(4, 12, faults=0.2, latency=0.03) as site:
        desk = Desk(tmp_path / "desk", site, delay=0.01)
        backups = []
        process = desk.start(0)
        while not list((desk.warehouse / "runs").glob("[!.]*/run.json")):
            time.sleep(0.01)
        while process.poll() is None and len(backups) < 100:
            folder = tmp_path / f"backup{len(backups)}"
            done = backed_up(desk.warehouse, folder)
            backups.append((folder, done.unfinished_runs))
        assert process.wait() == 0
        assert any(runs for _, runs in backups), "the night was over before the first backup"
        expected = {query: desk.ask(query) for query in (ARTICLES, OUTCOMES, LEDGER)}
        # About five of them, from the beginning to the end of the night.
        for number, (folder, runs) in enumerate(backups[:: len(backups) // 4 or 1]):
            place = tmp_path / f"place{number}"
            result = restored(folder, place)
            assert result.unfinished_runs == len(runs)
            again = Desk(tmp_path / f"desk{number}", site, delay=0.01)
            again.warehouse = place
            again.night()
            for query, rows in expected.items():
                assert again.ask(query) == rows, f"backup {number}: {runs}"
            check(*sorted((place / "raw").rglob("*.warc.gz")))
            shutil.rmtree(place)
