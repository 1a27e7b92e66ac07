"""A fault of a cluster or of its settings is reported in one sentence and changes nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import UsageError
from config.settings import load_settings
from tests.execution.clusters import Cluster, wait_for
from tests.pipeline.archives import write_stories
from tests.pipeline.command import run

pytestmark = pytest.mark.timeout(180)
QUICK = {"BROADSHEET_EXECUTION__CONNECT_SECONDS": "1", "BROADSHEET_EXECUTION__WAIT_SECONDS": "1"}
DASK = {"BROADSHEET_EXECUTION__BACKEND": "dask"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_stories(tmp_path_factory.mktemp("archive") / "night.warc.gz", range(3))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def scheduler(running: Cluster) -> Iterator[Cluster]:
    """Provide a scheduler without workers; workers that a test starts are killed after it."""
    yield running
    running.end_workers()
    wait_for(lambda: running.workers() == 0, "the workers' end")


def refused(archive: Path, warehouse: Path, status: int = 1, **environment: str) -> str:
    """Run an ingest that fails and return its message, which must be one line."""
    shown = run("ingest", archive, "--warehouse", warehouse, status=status, **environment).stderr
    assert shown.startswith("broadsheet: ")
    assert shown.count("\n") == 1
    return shown


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BACKEND", "spark", "'execution.backend' is refused"),
        ("SCHEDULER", "10.0.0.5:8786", "no address of a Dask scheduler such as tcp://"),
        ("SCHEDULER", "tcp://10.0.0.5", "no address of a Dask scheduler such as tcp://"),
        ("SCHEDULER", "tcp://10.0.0.5:99999", "no address of a Dask scheduler such as tcp://"),
        ("WAIT_SECONDS", "0", "'execution.wait_seconds' is refused"),
        ("NODES", "3", "Unknown setting 'execution.nodes'"),
    ],
)
def test_an_impossible_setting_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"BROADSHEET_EXECUTION__{name}", value)
    with pytest.raises(UsageError, match=re.escape(said)):
        load_settings()


def test_a_scheduler_that_does_not_answer_changes_nothing(archive: Path, tmp_path: Path) -> None:
    nobody = {"BROADSHEET_EXECUTION__SCHEDULER": "tcp://127.0.0.1:1", **DASK, **QUICK}
    said = refused(archive, tmp_path / "w", **nobody)
    assert "No Dask scheduler answers at tcp://127.0.0.1:1 within 1 s" in said
    assert not (tmp_path / "w").exists()
    assert "wrong  execution: No Dask scheduler" in run("doctor", status=1, **nobody).stdout


@pytest.mark.slow
def test_a_run_waits_for_workers_no_longer_than_the_setting_says(
    archive: Path, tmp_path: Path, scheduler: Cluster
) -> None:
    said = refused(archive, tmp_path / "w", **scheduler.environment, **QUICK)
    assert "has had no worker for 1 s" in said
    assert f"dask worker {scheduler.address}" in said
    doctor = run("doctor", "--warehouse", tmp_path / "none", status=1, **scheduler.environment)
    assert "wrong  execution:" in doctor.stdout
    assert "has no workers" in doctor.stdout


@pytest.mark.slow
def test_a_worker_of_another_version_is_refused(
    archive: Path, tmp_path: Path, scheduler: Cluster
) -> None:
    other = tmp_path / "other" / "trafilatura-9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: trafilatura\nVersion: 9.9\n")
    scheduler.start_worker(PYTHONPATH=str(other.parent))
    said = refused(archive, tmp_path / "w", **scheduler.environment)
    assert "has trafilatura 9.9 instead of" in said
    assert "install the same Broadsheet on all machines" in said


@pytest.mark.slow
def test_a_worker_without_broadsheet_is_refused(
    archive: Path, tmp_path: Path, scheduler: Cluster
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "tasks.py").touch()  # hides ours
    scheduler.start_worker(PYTHONPATH=str(tmp_path / "other"))
    said = refused(archive, tmp_path / "w", **scheduler.environment)
    assert "A Dask worker has no Broadsheet, or another one" in said


@pytest.mark.slow
def test_a_worker_that_does_not_share_the_folder_is_refused(
    archive: Path, tmp_path: Path, scheduler: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Use a path that leads to another folder in each process, like local disks of two machines."""
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    scheduler.start_worker(cwd=tmp_path / "there")
    said = refused(archive, Path("/proc/self/cwd/w"), **scheduler.environment)
    assert "must lie in a folder that all machines share under the same path" in said


@pytest.mark.slow
def test_doctor_says_where_batches_are_processed(tmp_path: Path, scheduler: Cluster) -> None:
    doctor = ("doctor", "--warehouse", tmp_path / "none")
    assert (
        "execution: worker processes on this machine: 3"
        in run(*doctor, BROADSHEET_WORKERS="3").stdout
    )
    assert "dask: a cluster on this machine, workers: " in run(*doctor, **DASK).stdout
    scheduler.start_worker()
    wait_for(lambda: scheduler.workers() == 1, "the worker")
    shown = run(*doctor, **scheduler.environment).stdout
    assert f"dask: {scheduler.address} answers; workers: 1, threads: 1" in shown
