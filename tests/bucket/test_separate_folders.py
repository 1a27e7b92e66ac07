"""A Dask cluster whose workers share no folder with the pipeline gives the rows of one machine.

The warehouse is `/proc/self/cwd/w`, which is another place for each process: the workers' own
folders have no `w`. A worker that opened a file of the warehouse would fail, and one that made a
file there would leave it in its own folder.
"""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from config.settings import load_settings
from tests.bucket.breaking_proxy import BreakingProxy
from tests.bucket.service import KEY, SECRET, ObjectService
from tests.execution.clusters import Cluster, kill_session, wait_for
from tests.execution.test_dask import SMALL_BATCHES, ingested, state
from tests.pipeline.archives import page, url_of, write_stories, write_warc
from tests.pipeline.command import ask, run, start
from warehouse.bucket.objects import open_bucket

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
WAREHOUSE = Path("/proc/self/cwd/w")
KEYS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
WORKERS = 3
KILLS = 10


class SeparateMachines:
    """A cluster whose workers have folders, homes and keys of their own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder = folder
        self.homes: list[Path] = []
        self.cluster = Cluster(folder, **environment)

    def start_worker(self, **environment: str) -> None:
        """Start a worker with a folder of its own; the service's address comes with orders."""
        home = self._folder / f"machine-{len(self.homes)}"
        home.mkdir()
        self.homes.append(home)
        self.cluster.start_worker(cwd=home, HOME=str(home), **environment)

    def workers(self) -> list[int]:
        """Return the ids of the Dask workers, without their nannies and batch workers."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                is_worker = b"spawn_main" in (folder / "cmdline").read_bytes()
                if is_worker and (folder / "cwd").readlink() in self.homes:
                    found.append(int(folder.name))
        return found

    def require_nothing_written(self) -> None:
        """Fail if a worker has written to the warehouse's path."""
        assert not [home for home in self.homes if (home / WAREHOUSE.name).exists()]


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeparateMachines]:
    allowed = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "10"}
    machines = SeparateMachines(tmp_path_factory.mktemp("machines"), **allowed)
    with machines.cluster:
        for _ in range(WORKERS):
            machines.start_worker(**KEYS)
        yield machines
    machines.require_nothing_written()


@pytest.fixture
def environment(
    machines: SeparateMachines, objects: ObjectService, tmp_path: Path, monkeypatch: Any
) -> dict[str, str]:
    """Return the settings of a run; its warehouse is `here/w`."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return {
        **machines.cluster.environment,
        **SMALL_BATCHES,
        "BROADSHEET_EXECUTION__EXCHANGE": f"s3://{objects.bucket}/exchange",
    }


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_stories(tmp_path_factory.mktemp("archive") / "night.warc.gz", range(60))


@pytest.fixture(scope="module")
def expected(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the rows that worker processes of one machine make of the archive, undisturbed."""
    return state(ingested(archive, tmp_path_factory.mktemp("expected") / "w", **SMALL_BATCHES))


def exchanged(objects: ObjectService) -> list[str]:
    """Return the names of the objects in the exchange, which begin with the ids of runs."""
    bucket = open_bucket(f"s3://{objects.bucket}/exchange", load_settings().bucket)
    return list(bucket.files())


def runs_with_results(objects: ObjectService) -> set[str]:
    """Return the runs of which some batch is done."""
    return {name.split("/")[0] for name in exchanged(objects) if name.endswith("/done.json")}


def test_a_bucket_is_ingested_by_workers_without_our_folders(
    objects: ObjectService, environment: dict[str, str], archive: Path, expected: Any
) -> None:
    bucket = open_bucket(f"s3://{objects.bucket}/ccnews", load_settings().bucket)
    bucket.upload(archive, archive.name)
    run("ingest", f"s3://{objects.bucket}/ccnews/", "--warehouse", WAREHOUSE, **environment)
    assert state(WAREHOUSE) == expected
    assert not exchanged(objects)


def test_ten_kills_of_workers_and_uploads_that_break_off_change_nothing(
    machines: SeparateMachines,
    objects: ObjectService,
    environment: dict[str, str],
    archive: Path,
    expected: Any,
) -> None:
    chance = Random(20)
    with BreakingProxy(objects.endpoint) as proxy:
        environment |= {"BROADSHEET_BUCKET__ENDPOINT": proxy.address}
        process = start("ingest", archive, "--warehouse", WAREHOUSE, **environment)
        wait_for(lambda: exchanged(objects), "the first batch")
        killed = 0
        while killed < KILLS and process.poll() is None:
            time.sleep(chance.uniform(0, 1.0))  # a moment that nobody chose
            proxy.break_next(2)
            if workers := machines.workers():
                os.kill(chance.choice(workers), signal.SIGKILL)
                killed += 1
        assert process.wait(timeout=110) == 0, process.communicate()
        assert proxy.broken >= KILLS
    assert killed == KILLS
    assert state(WAREHOUSE) == expected
    assert not exchanged(objects)


def test_a_page_that_takes_machines_down_is_left_out(
    environment: dict[str, str], tmp_path: Path
) -> None:
    pages = {url_of(n): page(n) for n in range(40)}
    pages["https://courier.example/take-all-down"] = page(100)
    pages |= {url_of(n): page(n) for n in range(200, 210)}
    night = write_warc(tmp_path / "night.warc.gz", pages)
    (tmp_path / "sooner").mkdir()
    sooner = SeparateMachines(tmp_path / "sooner")  # its scheduler gives up at the second death
    with sooner.cluster as cluster:
        for _ in range(2):
            sooner.start_worker(**KEYS)
        large = {"BROADSHEET_READ__BATCH_BYTES": "8000000"}
        ingested(night, WAREHOUSE, **{**environment, **cluster.environment, **large})
    assert ask(WAREHOUSE, "select url, reason from documents where outcome = 'failed'") == [
        {"url": "https://courier.example/take-all-down", "reason": "worker_died"}
    ]
    assert ask(WAREHOUSE, "select documents, loaded, failed from runs") == [
        {"documents": 51, "loaded": 50, "failed": 1}
    ]
    sooner.require_nothing_written()


def test_a_killed_run_is_continued_and_a_dropped_one_leaves_no_objects(
    objects: ObjectService,
    environment: dict[str, str],
    archive: Path,
    expected: Any,
    tmp_path: Path,
) -> None:
    def killed(inputs: Path) -> None:
        before = runs_with_results(objects)
        process = start("ingest", inputs, "--warehouse", WAREHOUSE, **environment)
        wait_for(lambda: runs_with_results(objects) - before, "a result of the run")
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    killed(write_stories(tmp_path / "other.warc.gz", range(300, 360)))
    killed(archive)
    assert len(runs_with_results(objects)) == 1, "the first run was dropped"
    run("ingest", archive, "--warehouse", WAREHOUSE, **environment)
    assert state(WAREHOUSE) == expected
    assert not exchanged(objects)


def test_a_run_whose_scheduler_is_killed_ends_with_one_sentence_and_is_continued(
    objects: ObjectService,
    environment: dict[str, str],
    archive: Path,
    expected: Any,
    tmp_path: Path,
) -> None:
    (tmp_path / "doomed").mkdir()
    doomed = SeparateMachines(tmp_path / "doomed")
    with doomed.cluster as cluster:
        doomed.start_worker(**KEYS)
        ingest = ("ingest", archive, "--warehouse", WAREHOUSE)
        process = start(*ingest, **{**environment, **cluster.environment})
        wait_for(lambda: runs_with_results(objects), "a result of the run")
        kill_session(cluster.scheduler)
        _, said = process.communicate(timeout=100)
    assert process.returncode == 1
    assert said.startswith("broadsheet: The Dask scheduler is gone: start it and its workers again")
    assert said.count("\n") == 1
    assert not (WAREHOUSE / "news.duckdb").exists()
    [run_id] = {name.split("/")[0] for name in exchanged(objects)}

    run(*ingest, **environment)

    assert state(WAREHOUSE) == expected
    assert ask(WAREHOUSE, "select run_id from runs") == [{"run_id": run_id}], "it was resumed"
    assert not exchanged(objects)
    doomed.require_nothing_written()


def test_a_worker_without_keys_is_named(
    machines: SeparateMachines, objects: ObjectService, environment: dict[str, str], archive: Path
) -> None:
    machines.cluster.end_workers()
    wait_for(lambda: machines.cluster.workers() == 0, "the workers' end")
    machines.start_worker()
    with BreakingProxy(objects.endpoint) as proxy:
        environment |= {"BROADSHEET_BUCKET__ENDPOINT": proxy.address}
        said = run("ingest", archive, "--warehouse", WAREHOUSE, status=1, **environment).stderr
    assert f"On {socket.gethostname()}, where AWS_ACCESS_KEY_ID is not set, the S3 service" in said
    assert said.count("\n") == 1
