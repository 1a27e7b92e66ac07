"""Faults of the service: every process is killed, and the states of the runs stay true.

The table in docs/operations.md describes the same cases.
"""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.pipeline.archives import write_stories
from tests.service.harness import ENDED, Service, until
from tests.service.slow_site import ARTICLES, SlowDesk
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SOURCES = 12


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlowDesk]:
    with ManySites(SOURCES, ARTICLES) as site:
        yield SlowDesk(tmp_path_factory.mktemp("faults"), site)


@pytest.fixture(scope="module")
def service(desk: SlowDesk) -> Iterator[Service]:
    with Service(desk.warehouse, desk.config) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_false_states(service: Service) -> Iterator[None]:
    """Check after every fault that no run is falsely active and that no slot is held."""
    yield
    at_work = {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}}
    assert service.post("flow_runs/filter", at_work) == []
    assert until(lambda: service.slots_in_use("nightly") == 0, 30) is True


def kill(process: int, number: int = signal.SIGKILL) -> None:
    os.kill(process, number)


def test_a_killed_flow_run_resumes_automatically(desk: SlowDesk, service: Service) -> None:
    night = desk.start_night(service, 0)
    kill(service.flow_process(night))
    assert "Resumes after a fault" in service.wait_for(night, "AwaitingRetry")["state"]["message"]
    done = service.wait_for(night, "COMPLETED", attempt=2)
    assert done["state"]["message"] == f"{ARTICLES} loaded"
    desk.assert_loaded_once(0)


def test_a_killed_runner_ends_its_run_and_the_next_runner_resumes_it(
    desk: SlowDesk, service: Service
) -> None:
    night = desk.start_night(service, 1)
    flow, runner = service.flow_process(night), service.process_ids()["runner"]
    kill(runner)
    assert until(lambda: not Path(f"/proc/{flow}").exists(), 60), "the orphan works on"
    service.wait_for(night, "COMPLETED", attempt=2)
    desk.assert_loaded_once(1)


def test_a_killed_server_is_started_again_and_the_run_goes_on(
    desk: SlowDesk, service: Service
) -> None:
    night = desk.start_night(service, 2)
    kill(service.process_ids()["server"])
    service.wait_for(night, "COMPLETED")
    desk.assert_loaded_once(2)


def test_a_server_that_is_restarted_crashes_no_run(desk: SlowDesk, service: Service) -> None:
    night = desk.start_night(service, 3)
    kill(service.process_ids()["server"], signal.SIGTERM)
    done = service.wait_for(night, "COMPLETED")
    assert done["run_count"] == 1
    desk.assert_loaded_once(3)


def test_killed_worker_processes_are_replaced_and_nothing_is_lost(
    desk: SlowDesk, service: Service, tmp_path: Path
) -> None:
    archive = write_stories(tmp_path / "old.warc.gz", range(1500))
    run = service.start_run("ingest", paths=[str(archive)], config=str(desk.config))
    flow = service.flow_process(run)
    assert until(lambda: list(desk.warehouse.glob("runs/*/parts/*.parquet")), 60)
    workers = [pid for pid in children(flow) if b"batch_worker" in command_of(pid)]
    assert workers
    for worker in workers:
        kill(worker)
    done = service.wait_for(run, *ENDED)
    assert (done["state"]["message"], done["run_count"]) == ("1,500 loaded", 1)


def test_everything_killed_at_once_is_resumed_by_the_next_up(
    desk: SlowDesk, service: Service
) -> None:
    night = desk.start_night(service, 4)
    service.kill_all()
    service.start()
    done = service.wait_for(night, "COMPLETED", attempt=2)
    assert done["state"]["message"] == f"{ARTICLES} loaded"
    desk.assert_loaded_once(4)


def test_a_killed_supervisor_leaves_no_process_behind(desk: SlowDesk, service: Service) -> None:
    night = desk.start_night(service, 5)
    assert service.process is not None
    kill(service.process.pid)
    service.process.communicate()
    assert until(lambda: not list(service.processes()), 90), list(service.processes())
    service.start()
    service.wait_for(night, "COMPLETED", attempt=2)
    desk.assert_loaded_once(5)


def test_down_in_the_middle_of_a_night_and_up_again(desk: SlowDesk, service: Service) -> None:
    night = desk.start_night(service, 6)
    assert "Stopped." in service.command("down")
    assert service.process is not None
    service.process.communicate(timeout=60)
    assert not list(service.processes())
    service.start()
    service.wait_for(night, "COMPLETED", attempt=2)
    desk.assert_loaded_once(6)


def test_a_night_that_is_cancelled_stops_and_a_retry_completes_it(
    desk: SlowDesk, service: Service
) -> None:
    night = desk.start_night(service, 7)
    flow = service.flow_process(night)
    service.cancel(night)
    service.wait_for(night, "CANCELLED")
    assert until(lambda: not Path(f"/proc/{flow}").exists(), 30)
    service.retry(night)
    done = service.wait_for(night, "COMPLETED", attempt=2)
    assert done["state"]["message"] == f"{ARTICLES} loaded"
    desk.assert_loaded_once(7)


def test_a_completed_night_that_is_repeated_changes_nothing(
    desk: SlowDesk, service: Service
) -> None:
    night = desk.start_night(service, 8)
    service.wait_for(night, "COMPLETED")
    service.retry(night)
    done = service.wait_for(night, "COMPLETED", attempt=2)
    assert done["state"]["message"] == "nothing new"
    desk.assert_loaded_once(8)


def test_a_full_disk_fails_the_run_in_a_sentence_and_a_retry_resumes_it(
    desk: SlowDesk, service: Service
) -> None:
    night = desk.start_night(service, 9)
    flow = service.flow_process(night)
    resource.prlimit(flow, resource.RLIMIT_FSIZE, (2000, 2000))  # its files cannot grow further
    failed = service.wait_for(night, *ENDED)
    assert failed["state"]["name"] == "Failed"
    assert "correct that and repeat the command" in failed["state"]["message"]
    service.retry(night)
    service.wait_for(night, "COMPLETED", attempt=2)
    desk.assert_loaded_once(9)


def test_if_two_nights_start_at_once_the_second_waits(desk: SlowDesk, service: Service) -> None:
    first = desk.start_night(service, 10)
    second = service.start_run("nightly", sources=["press-10"], config=str(desk.config))
    service.wait_for(second, "AwaitingConcurrencySlot")
    assert service.read_run(first)["state"]["type"] == "RUNNING"
    service.wait_for(first, "COMPLETED")
    service.wait_for(second, "COMPLETED")
    desk.assert_loaded_once(10)


def test_a_run_that_dies_again_and_again_is_left_crashed(desk: SlowDesk, service: Service) -> None:
    night = desk.start_night(service, 11, night=2)
    for attempt in (1, 2, 3):
        service.wait_for(night, "RUNNING", attempt=attempt)
        pid = until(lambda: living_process(service, night), 60)
        kill(pid)
        service.wait_for(night, "AwaitingRetry", "Crashed")
    crashed = until(lambda: _final(service, night), 60)
    assert crashed["message"].startswith("Died 3 times")
    service.retry(night)
    service.wait_for(night, "COMPLETED", attempt=4)
    desk.assert_loaded_once(11)


def _final(service: Service, flow_run: str) -> dict[str, str] | None:
    state: dict[str, str] = service.read_run(flow_run)["state"]
    return state if state["message"].startswith("Died") else None


def living_process(service: Service, flow_run: str) -> int | None:
    """Return the id of the process of a run's present attempt if it is alive."""
    pid = service.flow_process(flow_run)
    return pid if Path(f"/proc/{pid}").exists() else None


def children(process: int) -> list[int]:
    """Return the ids of the child processes of all threads of a process."""
    folders = Path(f"/proc/{process}/task").glob("*/children")
    return [int(pid) for folder in folders for pid in folder.read_text().split()]


def command_of(process: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""
