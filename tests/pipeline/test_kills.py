"""Runs that are killed with SIGKILL at any point: the next run gives the undisturbed result."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.archives import write_stories
from tests.pipeline.command import Started, ask, run, start

SMALL_BATCHES = {"BROADSHEET_READ__BATCH_BYTES": "6000"}
ARTICLES = "select url_key, version, content_hash from article_versions order by all"
LEDGER = "select locator, outcome, reason from documents order by all"
LIMIT = (
    "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}));"
    "from flows.cli import main; main()"
)
STAGES = ("run.json", "parts/*.parquet", "done/*.json", "resolved.json")


def kill(process: Started) -> None:
    """Kill the command and its workers, as a power cut would."""
    with suppress(ProcessLookupError):  # it is over
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def is_complete(warehouse: Path) -> bool:
    """Return whether a run was published and none is unfinished."""
    return (warehouse / "news.duckdb").exists() and not any((warehouse / "runs").iterdir())


def state(warehouse: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return ask(warehouse, ARTICLES), ask(warehouse, LEDGER)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_stories(tmp_path_factory.mktemp("archive") / "night.warc.gz", range(60))


@pytest.fixture(scope="module")
def unbroken(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    warehouse = tmp_path_factory.mktemp("unbroken") / "w"
    run("ingest", archive, "--warehouse", warehouse, **SMALL_BATCHES)
    return state(warehouse)


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_killed_at_a_stage_is_resumed_by_the_same_command(
    archive: Path, unbroken: Any, tmp_path: Path, stage: str
) -> None:
    process = start("ingest", archive, "--warehouse", tmp_path / "w", **SMALL_BATCHES)
    while not list((tmp_path / "w").glob(f"runs/*/{stage}")) and process.poll() is None:
        time.sleep(0.002)  # the only way to see another process's files appear
    kill(process)
    done = set((tmp_path / "w").glob("runs/*/parts/*.parquet"))
    times = {path: path.stat().st_mtime_ns for path in done}
    resumed = start("ingest", archive, "--warehouse", tmp_path / "w", **SMALL_BATCHES)
    while resumed.poll() is None and not (tmp_path / "w" / "news.duckdb").exists():
        for path, written in times.items():
            if path.exists():
                assert path.stat().st_mtime_ns == written, "a finished part was made again"
        time.sleep(0.01)
    assert resumed.wait() == 0
    resumed.communicate()
    assert state(tmp_path / "w") == unbroken


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_run_killed_ten_times_at_random_points_gives_the_undisturbed_result(
    archive: Path, unbroken: Any, tmp_path: Path
) -> None:
    chance = random.Random(7)
    for _ in range(10):
        process = start("ingest", archive, "--warehouse", tmp_path / "w", **SMALL_BATCHES)
        time.sleep(chance.uniform(0.3, 4.0))
        kill(process)
        if is_complete(tmp_path / "w"):  # it was at its end when it was hit, or over
            break
    else:
        run("ingest", archive, "--warehouse", tmp_path / "w", **SMALL_BATCHES)
    assert state(tmp_path / "w") == unbroken


def test_an_unfinished_run_of_other_input_is_dropped_with_a_notice(
    archive: Path, tmp_path: Path
) -> None:
    process = start("ingest", archive, "--warehouse", tmp_path / "w", **SMALL_BATCHES)
    while not list((tmp_path / "w").glob("runs/*/done/*.json")) and process.poll() is None:
        time.sleep(0.002)
    kill(process)
    other = write_stories(tmp_path / "other.warc.gz", range(100, 103))
    done = run("ingest", other, "--warehouse", tmp_path / "w")
    assert "was dropped" in done.stderr
    assert ask(tmp_path / "w", "select count(*) as n from articles") == [{"n": 3}]
    assert not list((tmp_path / "w" / "runs").iterdir())


def test_ctrl_c_ends_the_run_with_one_sentence_and_its_workers_with_it(
    archive: Path, unbroken: Any, tmp_path: Path
) -> None:
    process = start("ingest", archive, "--warehouse", tmp_path / "w", **SMALL_BATCHES)
    while not list((tmp_path / "w").glob("runs/*/parts/*.parquet")) and process.poll() is None:
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGINT)
    _, shown = process.communicate(timeout=60)
    assert process.returncode == 130
    assert shown == "broadsheet: Stopped; the same command resumes the run.\n"
    with pytest.raises(ProcessLookupError):  # nobody of its session is left
        os.killpg(process.pid, 0)
    run("ingest", archive, "--warehouse", tmp_path / "w", **SMALL_BATCHES)
    assert state(tmp_path / "w") == unbroken


def test_a_killed_worker_costs_no_row(archive: Path, unbroken: Any, tmp_path: Path) -> None:
    process = start("ingest", archive, "--warehouse", tmp_path / "w", **SMALL_BATCHES)
    while not list((tmp_path / "w").glob("runs/*/parts/*.parquet")) and process.poll() is None:
        time.sleep(0.002)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    workers = [
        int(pid)
        for path in children.parent.parent.glob("*/children")
        for pid in path.read_text().split()
    ]
    for pid in workers[:1]:
        os.kill(pid, signal.SIGKILL)
    assert process.wait() == 0
    process.communicate()
    assert state(tmp_path / "w") == unbroken


@pytest.mark.parametrize("most", [1_000, 20_000, 60_000])
def test_a_full_disk_ends_the_run_with_one_sentence_and_the_next_one_resumes(
    archive: Path, unbroken: Any, tmp_path: Path, most: int
) -> None:
    """Limit the size of each file, which gives the same errors as a full disk."""
    warehouse = tmp_path / "w"
    limited = [sys.executable, "-P", "-c", LIMIT.format(most=most)]
    done = subprocess.run(
        [*limited, "ingest", archive, "--warehouse", warehouse],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **SMALL_BATCHES},
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "repeat the command" in done.stderr
    assert not (warehouse / "news.duckdb").exists()
    run("ingest", archive, "--warehouse", warehouse, **SMALL_BATCHES)
    assert state(warehouse) == unbroken


def test_a_second_writer_fails_at_once_and_names_the_holder_of_the_warehouse(
    archive: Path, tmp_path: Path
) -> None:
    process = start("ingest", archive, "--warehouse", tmp_path / "w", **SMALL_BATCHES)
    while not list((tmp_path / "w").glob("runs/*/run.json")) and process.poll() is None:
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGSTOP)
    try:
        second = run("ingest", archive, "--warehouse", tmp_path / "w", status=1)
        assert f"process {process.pid} (ingest) since" in second.stderr
    finally:
        os.killpg(process.pid, signal.SIGCONT)
    assert process.wait() == 0
    process.communicate()
