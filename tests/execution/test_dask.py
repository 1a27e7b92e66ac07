"""A real Dask cluster gives the results of a single machine, even if workers or machines die."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from config.settings import load_settings
from tasks.jobs.ingest import ingest
from tasks.pipeline import Stages, thread_runner
from tasks.runs.progress import ProgressListener
from tasks.runs.run import IngestRequest
from tests.execution.clusters import Cluster, kill_session, wait_for
from tests.pipeline.archives import page, url_of, write_stories, write_warc
from tests.pipeline.command import Started, ask, start
from tests.service.harness import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
SMALL_BATCHES = {"BROADSHEET_READ__BATCH_BYTES": "6000"}
LOCAL_CLUSTER = {"BROADSHEET_EXECUTION__BACKEND": "dask"}
CORPUS = Path(__file__).parents[2] / "flows" / "demo" / "corpus"
TABLES = (
    "select * exclude (run_id, loaded_at) from article_versions order by all",
    "select * exclude (run_id, seconds) from documents order by all",
    "select * exclude (run_id) from date_candidates order by all",
    "select * exclude (run_id) from fingerprints order by all",
    "select * exclude (run_id) from text_pairs order by all",
    "select * exclude (run_id) from cluster_members order by all",
    "select * from stories order by all",
)
STOPPED = "broadsheet: Stopped; the same command resumes the run.\n"


def ingested(archive: Path, warehouse: Path, **environment: str) -> Path:
    """Ingest the archive into the warehouse and return the warehouse."""
    with patch.dict(os.environ, environment), thread_runner(2) as run_stage:
        settings = load_settings(warehouse=warehouse, workers=2)
        ingest(IngestRequest((str(archive),)), Stages(settings, run_stage, ProgressListener()))
    return warehouse


def state(warehouse: Path) -> list[list[dict[str, Any]]]:
    return [ask(warehouse, table) for table in TABLES]


def wait_for_files(warehouse: Path, pattern: str, process: Started, number: int = 1) -> None:
    """Wait until the run's folder has at least `number` files that match the pattern."""

    def are_there() -> bool:
        assert process.poll() is None, process.communicate()
        return len(list(warehouse.glob(f"runs/*/{pattern}"))) >= number

    wait_for(are_there, f"{number} of {pattern}")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_stories(tmp_path_factory.mktemp("archive") / "night.warc.gz", range(60))


@pytest.fixture(scope="module")
def expected(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the rows that worker processes of one machine make of the archive, undisturbed."""
    return state(ingested(archive, tmp_path_factory.mktemp("expected") / "w", **SMALL_BATCHES))


def test_a_cluster_gives_the_same_rows_as_worker_processes(
    cluster: Cluster, tmp_path: Path
) -> None:
    here = ingested(CORPUS, tmp_path / "here", **SMALL_BATCHES)
    there = ingested(CORPUS, tmp_path / "there", **SMALL_BATCHES, **cluster.environment)
    assert state(there) == state(here)
    assert all(state(here)), "some table is empty"


def test_pages_that_hang_or_kill_dask_workers_fail_and_all_others_are_loaded(
    cluster: Cluster, tmp_path: Path
) -> None:
    pages = {url_of(n): page(n) for n in range(40)}
    pages["https://courier.example/take-all-down"] = page(100)
    pages |= {url_of(n): page(n) for n in range(200, 210)}
    pages["https://courier.example/hang"] = page(101)
    pages |= {url_of(n): page(n) for n in range(300, 310)}
    archive = write_warc(tmp_path / "night.warc.gz", pages)
    short = {"BROADSHEET_PROCESS__PAGE_SECONDS": "2"}
    ingested(archive, tmp_path / "w", **cluster.environment, **short)
    assert ask(tmp_path / "w", "select documents, loaded, failed from runs") == [
        {"documents": 62, "loaded": 60, "failed": 2}
    ]
    failed = ask(tmp_path / "w", "select url, reason from documents where outcome = 'failed'")
    assert {row["url"].rpartition("/")[2]: row["reason"] for row in failed} == {
        "take-all-down": "worker_died",
        "hang": "timeout",
    }


def test_a_machine_that_fails_in_the_middle_of_a_run_costs_no_row(
    cluster: Cluster, archive: Path, expected: Any, tmp_path: Path
) -> None:
    doomed = cluster.start_worker()
    wait_for(lambda: cluster.workers() == 3, "the third worker")
    warehouse = tmp_path / "w"
    process = start(
        "ingest", archive, "--warehouse", warehouse, **SMALL_BATCHES, **cluster.environment
    )
    wait_for_files(warehouse, "attempted/*", process)
    os.killpg(doomed.pid, signal.SIGSTOP)  # however fast the run is, it cannot end before the kill
    wait_for_files(warehouse, "done/*.json", process)
    kill_session(doomed)
    assert process.wait(timeout=110) == 0, process.communicate()
    process.communicate()
    assert state(warehouse) == expected


@pytest.mark.parametrize("first", ["processes", "dask"])
def test_a_killed_run_can_be_resumed_by_the_other_backend(
    cluster: Cluster, archive: Path, expected: Any, tmp_path: Path, first: str
) -> None:
    backends = {"processes": {}, "dask": cluster.environment}
    warehouse = tmp_path / "w"
    process = start(
        "ingest", archive, "--warehouse", warehouse, **SMALL_BATCHES, **backends.pop(first)
    )
    wait_for_files(warehouse, "done/*.json", process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    (second,) = backends.values()
    assert state(ingested(archive, warehouse, **SMALL_BATCHES, **second)) == expected


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_workers_stop_working_on_a_run_that_was_interrupted_or_killed(
    cluster: Cluster, tmp_path: Path, sign: signal.Signals
) -> None:
    archive = write_warc(tmp_path / "a.warc.gz", {"https://courier.example/hang": page(1)})
    long = {"BROADSHEET_PROCESS__PAGE_SECONDS": "1000"}
    process = start("ingest", archive, "--warehouse", tmp_path / "w", **cluster.environment, **long)
    wait_for_files(tmp_path / "w", "attempted/*", process)
    os.killpg(process.pid, sign)
    _, shown = process.communicate(timeout=60)
    if sign == signal.SIGINT:
        assert (process.returncode, shown) == (130, STOPPED)
    wait_for(lambda: not list(tmp_path.glob("w/runs/*/attempted/*")), "the end of the attempt")


def test_a_local_cluster_gives_the_same_rows_as_worker_processes(
    archive: Path, expected: Any, tmp_path: Path
) -> None:
    assert state(ingested(archive, tmp_path / "w", **SMALL_BATCHES, **LOCAL_CLUSTER)) == expected


def test_ctrl_c_ends_a_local_cluster(archive: Path, tmp_path: Path) -> None:
    process = start(
        *("ingest", archive, "--warehouse", tmp_path / "w", "--workers", "2"),
        **SMALL_BATCHES,
        **LOCAL_CLUSTER,
    )
    wait_for_files(tmp_path / "w", "parts/*.parquet", process)
    os.killpg(process.pid, signal.SIGINT)
    _, shown = process.communicate(timeout=60)
    assert (process.returncode, shown) == (130, STOPPED)
    assert until(lambda: not alive_in_group(process.pid), 30)


def alive_in_group(group: int) -> list[str]:
    """Return the processes of a group that have not ended.

    Zombies do not count: the process that adopted them may not have waited for them yet.
    """
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, their_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(their_group) == group and state != "Z":
                found.append(stat.parent.name)
    return found


def test_a_run_that_loses_its_scheduler_ends_with_one_sentence_and_can_be_resumed(
    archive: Path, expected: Any, tmp_path: Path
) -> None:
    warehouse = tmp_path / "w"
    with Cluster(tmp_path) as cluster:
        cluster.start_worker()
        process = start(
            "ingest", archive, "--warehouse", warehouse, **SMALL_BATCHES, **cluster.environment
        )
        wait_for_files(warehouse, "parts/*.parquet", process)
        kill_session(cluster.scheduler)
        _, shown = process.communicate(timeout=60)
    assert process.returncode == 1
    assert shown.startswith("broadsheet: The Dask scheduler is gone")
    assert shown.count("\n") == 1
    assert state(ingested(archive, warehouse, **SMALL_BATCHES)) == expected
