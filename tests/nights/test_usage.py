"""A night that cannot begin says why in one sentence and changes nothing."""

import os
import signal
from pathlib import Path

import pytest

from tests.nights.night import Desk, kill
from tests.pipeline.archives import write_stories
from tests.pipeline.command import run
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_bad_lists_of_sources_are_refused(tmp_path: Path) -> None:
    with ManySites(1, 1) as site:
        desk = Desk(tmp_path, site)
        desk.listed.write_text("")
        assert "no enabled source" in desk.night(status=2)
        desk.listed.write_text(
            "[[source]]\nname = 'Tide'\nhomepage = 'http://tide.example/'\nfoo = 1"
        )
        refused = desk.night(status=2)
        assert "Tide" in refused
        assert "'foo'" in refused
        desk.listed.unlink()
        assert "sources add" in desk.night(status=2)
        assert not site.requests
    assert not desk.warehouse.exists()


def test_an_unknown_source_is_refused_by_name(tmp_path: Path) -> None:
    with ManySites(1, 1) as site:
        desk = Desk(tmp_path, site)
        done = run(*("nightly", "Nobody", "-w", desk.warehouse, "--config", desk.config), status=2)
    assert "has no source 'Nobody'; it has press-00" in done.stderr


def test_a_night_does_not_start_without_room_on_the_disk(tmp_path: Path) -> None:
    with ManySites(1, 1) as site:
        desk = Desk(tmp_path, site)
        desk.settings["fetch"]["free_bytes"] = 10**18
        assert "make room" in desk.night(status=1)
        assert not site.requests


def test_a_second_night_names_the_first_one_and_an_archive_can_be_ingested_meanwhile(
    tmp_path: Path,
) -> None:
    with ManySites(2, 10, latency=0.3) as site:
        desk = Desk(tmp_path, site, delay=0.05)
        process = desk.start()
        try:
            desk.wait_for_requests(process, 1)
            assert "fetching" in desk.night(status=1)
            archive = write_stories(tmp_path / "archive.warc.gz", range(3))
            run("ingest", archive, "-w", desk.warehouse, "--wait")
            out, err = process.communicate(timeout=100)
        finally:
            kill(process)
        assert process.returncode == 0, out + err
        assert desk.ask("select count(*) as n from articles") == [{"n": 23}]


def test_ctrl_c_ends_a_night_with_a_sentence_and_the_same_command_resumes(tmp_path: Path) -> None:
    with ManySites(2, 8, latency=0.1) as site:
        desk = Desk(tmp_path, site, delay=0.02)
        process = desk.start()
        desk.wait_for_requests(process, 8)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        assert err.strip().splitlines()[-1].startswith("broadsheet: Stopped")
        desk.night()
        assert desk.texts() == site.expected()


def test_fetch_is_the_first_half_of_a_night(tmp_path: Path) -> None:
    with ManySites(2, 4) as site:
        desk = Desk(tmp_path, site)
        assert "is fetched" in desk.night(0, "fetch")
        asked = len(site.requests)
        assert not (desk.warehouse / "news.duckdb").exists()
        desk.night(0)
        assert len(site.requests) == asked
        assert desk.texts() == site.expected()


def test_the_same_night_again_changes_no_article(tmp_path: Path) -> None:
    with ManySites(2, 4) as site:
        desk = Desk(tmp_path, site)
        desk.night()
        before = desk.ask("select * from articles order by url")
        desk.night()
        assert desk.ask("select * from articles order by url") == before
        assert desk.ask("select count(*) as n, sum(loaded)::int as loaded from nights") == [
            {"n": 2, "loaded": 8}
        ]
        pages = [seen for seen in site.requests if "/2025/" in seen.path]
        assert len(pages) == 8
