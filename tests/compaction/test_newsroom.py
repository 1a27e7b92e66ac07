"""Compaction of a newsroom: readers, what comes after it, and nights that compact by themselves."""

from datetime import date

import pytest

from config.settings import load_settings
from tasks.jobs.nightly import NightRequest, nightly
from tasks.jobs.reprocess import ReprocessRequest, reprocess
from tasks.pipeline import Stages, thread_runner
from tasks.runs.progress import ProgressListener
from tests.compaction.compacting import (
    after_the_grace_time,
    all_rows,
    compacted,
    present_files,
    reading,
    shows_the_present_files,
)
from tests.pipeline.command import run
from tests.repair.newsroom import Newsroom
from warehouse.replaced import is_compacted

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_readers_keep_reading_until_the_grace_time_has_passed(room: Newsroom) -> None:
    files = present_files(room.warehouse, "documents")
    with reading(room.warehouse) as reader:
        before = reader.answer()
        compacted(room.settings)
        room.ingest()
        assert reader.answer() == before != ""
    assert set(files) < set(present_files(room.warehouse, "documents"))
    after_the_grace_time(room.warehouse)
    assert not set(files) & set(present_files(room.warehouse, "documents"))
    assert not room.faults()


def test_what_comes_after_a_compaction_finds_all_rows(room: Newsroom) -> None:
    [page] = room.ask("select url from documents where outcome = 'revised' order by all limit 1")
    on = ("-w", room.warehouse, "--config", room.desk.config)
    said = run("explain", page["url"], *on).stdout
    compacted(room.settings)
    after_the_grace_time(room.warehouse)
    assert run("explain", page["url"], *on).stdout == said
    rows = all_rows(room.warehouse)["article_versions"]
    room.ingest()
    assert room.ask("select loaded, revised, duplicate from runs order by run_id desc limit 1") == [
        {"loaded": 0, "revised": 0, "duplicate": 3}
    ]
    with thread_runner(1) as run_stage:
        stages = Stages(room.settings, run_stage, ProgressListener())
        report, _ = reprocess(ReprocessRequest(), stages)
    assert report.documents
    assert not report.changed
    assert all_rows(room.warehouse)["article_versions"] == rows
    assert not room.repair().files
    assert not room.faults()


class Notices(ProgressListener):
    """Keeps the notices of a run."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def notice(self, sentence: str) -> None:
        self.said.append(sentence)


def night(room: Newsroom, day: int, notices: Notices, **compact: float) -> None:
    settings = load_settings(room.desk.config, warehouse=room.warehouse, workers=1, compact=compact)
    with thread_runner(1) as run_stage:
        summary = nightly(NightRequest(date(2025, 3, day)), Stages(settings, run_stage, notices))
    assert summary is not None
    assert summary.compaction in ("", *notices.said)


def test_a_night_compacts_by_itself_when_it_pays_and_says_so(room: Newsroom) -> None:
    rows, notices = room.rows()["article_versions"], Notices()
    night(room, 13, notices)
    night(room, 14, notices, files=3, seconds=0)
    assert not notices.said
    assert not any(map(is_compacted, present_files(room.warehouse, "documents")))
    night(room, 15, notices, files=3)
    [said] = notices.said
    assert "tables were merged into" in said
    assert set(rows) <= set(room.rows()["article_versions"])
    assert shows_the_present_files(room.warehouse)
    assert not room.faults()
    assert not list((room.warehouse / "runs").iterdir())


def test_a_night_is_published_although_its_compaction_fails(room: Newsroom) -> None:
    notices = Notices()
    room.desk.settings["publish"] = {"free_bytes": 10**18}
    try:
        night(room, 13, notices, files=2)
    finally:
        del room.desk.settings["publish"]
    assert ["make room" in sentence for sentence in notices.said] == [True]
    assert room.ask("select count(*) as n from runs") == [{"n": 4}]
    assert not room.faults()
