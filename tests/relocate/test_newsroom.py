"""A newsroom that moves: killed runs resume, and every command that writes goes on."""

import shutil
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from flows.actions.doctor import CHECKS
from tasks.jobs.compact import compact
from tasks.keys.forget import ForgetRequest, forget_keys
from tasks.pipeline import Stages, thread_runner
from tasks.repair.repair import repair
from tasks.runs.progress import ProgressListener
from tests.nights.night import Desk
from tests.pipeline.archives import write_stories
from tests.pipeline.command import ask, run, start
from tests.pipeline.test_kills import SMALL_BATCHES, kill, state
from tests.repair.newsroom import damage
from tests.sites.many import ManySites
from warehouse.format_file import moved_from

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
COUNTS = "select count(*) as n, count(distinct article_id) as articles from article_versions"


class Killed(BaseException):
    """Stands for a kill: no code catches it."""


def killed(*_: object, **__: object) -> None:
    raise Killed


def moved(desk: Desk, name: str) -> Path:
    """Move the warehouse of a newsroom and put another one, full of rubbish, at its place."""
    before = desk.warehouse
    desk.warehouse = Path(shutil.move(before, desk.folder / name))
    for part in ("lake", "raw", "runs"):
        (before / part).mkdir(parents=True)
    (before / "news.duckdb").write_bytes(b"rubbish")
    return desk.warehouse


def test_a_killed_night_is_resumed_after_a_move_and_all_commands_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ManySites(2, 3) as site:
        desk = Desk(tmp_path, site)
        with monkeypatch.context() as patch:
            patch.setattr("tasks.load.commit.commit_run", killed)
            with pytest.raises(Killed):
                desk.quick_night(0)
        [begun] = (path.name for path in (desk.warehouse / "runs").iterdir())
        moved(desk, "second")
        before = len(site.requests)
        desk.quick_night(0)
        assert len(site.requests) == before, "nothing is fetched again"
    assert desk.ask("select run_id from runs") == [{"run_id": begun}]
    counts = desk.ask(COUNTS)
    assert counts[0]["n"] > 0
    damaged = next((moved(desk, "third") / "lake" / "article_versions" / "data").glob("*.parquet"))
    damage(damaged, "cut")
    with thread_runner(1) as run_stage:
        stages = Stages(settings_of(desk), run_stage, ProgressListener())
        report = repair(stages)
        assert [line.file.file for line in report.files] == [
            str(damaged.relative_to(desk.warehouse))
        ]
        assert not report.lost
        assert desk.ask(COUNTS) == counts
        compact(Stages(settings_of(desk, moved(desk, "fourth")), run_stage, ProgressListener()))
        stages = Stages(settings_of(desk, moved(desk, "fifth")), run_stage, ProgressListener())
        forget_keys(stages, ForgetRequest(deep=True))
    assert moved_from(desk.warehouse) is None
    for name in ("warehouse", "tables", "published file", "runs", "stored keys"):
        CHECKS[name](settings_of(desk))
    assert desk.ask(COUNTS) == counts


def settings_of(desk: Desk, warehouse: Path | None = None) -> Settings:
    return load_settings(desk.config, warehouse=warehouse or desk.warehouse, workers=1)


@pytest.mark.parametrize("stage", ["done/*.json", "resolved.json"])
def test_an_ingest_that_was_killed_is_resumed_after_a_move(tmp_path: Path, stage: str) -> None:
    archive = write_stories(tmp_path / "night.warc.gz", range(30))
    run("ingest", archive, "--warehouse", tmp_path / "unbroken", **SMALL_BATCHES)
    process = start("ingest", archive, "--warehouse", tmp_path / "w", **SMALL_BATCHES)
    while not list((tmp_path / "w").glob(f"runs/*/{stage}")) and process.poll() is None:
        pass
    kill(process)
    begun = [path.name for path in (tmp_path / "w" / "runs").iterdir()]
    shutil.move(tmp_path / "w", tmp_path / "moved")
    done = run("ingest", archive, "--warehouse", tmp_path / "moved", **SMALL_BATCHES)
    assert state(tmp_path / "moved") == state(tmp_path / "unbroken")
    runs = [row["run_id"] for row in ask(tmp_path / "moved", "select run_id from runs")]
    assert runs == begun or not begun
    assert "was moved or copied from" in done.stderr or stage == "done/*.json"
