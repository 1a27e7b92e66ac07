"""`up --detach` says "up" only when it is up: after kills, beside another one, on a used port."""

import os
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from flows.deployments import FLOWS
from tests.flows.test_prefect import free_port
from tests.pipeline.command import COMMAND
from tests.service.existing import LOGIN
from tests.service.harness import Service, until
from tests.service.refusing import PATIENT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SECRET = {"PREFECT_SERVER_API_AUTH_STRING": LOGIN}


def started(service: Service) -> "subprocess.Popen[str]":
    """Start `up --detach`; `result` waits for its end."""
    return subprocess.Popen(
        [*COMMAND, *service.arguments, "--detach"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=service.environment | {"COLUMNS": "500"},
    )


def result(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    output, error = process.communicate(timeout=400)
    return process.returncode, output, error


def assert_up(service: Service) -> None:
    """Check once, without waiting, everything that "up" promises."""
    pids = service.process_ids()
    assert set(pids) == {"process", "server", "runner"}
    for pid in pids.values():
        assert Path(f"/proc/{pid}").exists()
    for flow in FLOWS:
        address = f"{service.api}/deployments/name/{flow.name}/{flow.name}"
        found = httpx.get(address, auth=tuple(LOGIN.split(":")), timeout=60)
        assert found.json()["status"] == "READY", flow.name


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(tmp_path_factory.mktemp("again") / "w", **PATIENT, **SECRET)
    yield made
    made.kill_all()


def everything(service: Service) -> None:
    service.kill_all()


def only_the_supervisor(service: Service) -> None:
    os.kill(service.process_ids()["process"], signal.SIGKILL)


def test_a_started_service_is_up(service: Service) -> None:
    status, output, error = result(started(service))
    assert (status, error) == (0, "")
    assert "Broadsheet is up" in output
    assert_up(service)


@pytest.mark.parametrize("kill", [everything, only_the_supervisor])
def test_the_service_is_up_again_after_a_kill(
    service: Service, kill: Callable[[Service], None]
) -> None:
    before = service.process_ids()
    kill(service)
    status, output, error = result(started(service))
    assert (status, error) == (0, "")
    assert "Broadsheet is up" in output
    assert_up(service)
    assert not set(before.values()) & set(service.process_ids().values())
    for pid in before.values():
        assert not Path(f"/proc/{pid}").exists()


def test_only_the_owner_can_read_files_with_secrets(service: Service) -> None:
    files = [path for path in (service.warehouse / "service").rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"prefect.db", "server.log", "runner.log", "up.log"} <= names
    closed = {path.name for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077 == 0}
    assert {name for name in names if name.endswith(".log") or "prefect.db" in name} <= closed
    for path in files:
        if LOGIN.encode() in path.read_bytes():
            assert path.name in closed, path


def test_a_second_up_says_that_the_service_is_up_and_changes_nothing(service: Service) -> None:
    before = service.process_ids()
    status, _, error = result(started(service))
    assert status == 1
    assert error.startswith(f"broadsheet: It is up already, as process {before['process']} (up)")
    assert service.process_ids() == before
    assert_up(service)


def test_down_ends_all_processes(service: Service) -> None:
    assert "Stopped." in service.command("down")
    assert until(lambda: not list(service.processes()), 20)


def test_if_two_start_at_once_one_comes_up(service: Service) -> None:
    ends = [result(one) for one in (started(service), started(service))]
    assert sorted(status for status, _, _ in ends) == [0, 1], ends
    (refused,) = (error for status, _, error in ends if status)
    assert refused.startswith("broadsheet: It is up already, as process")
    assert_up(service)
    assert [path.name for path in (service.warehouse / "service").glob("up*.log")] == ["up.log"]
    service.kill_all()


def test_if_two_warehouses_use_one_port_one_comes_up(tmp_path: Path) -> None:
    port = free_port()
    services = [Service(tmp_path / name, port=port, **PATIENT, **SECRET) for name in "ab"]
    try:
        ends = [result(one) for one in [started(service) for service in services]]
        assert sorted(status for status, _, _ in ends) == [0, 1], ends
        (refused,) = (error for status, _, error in ends if status)
        assert refused.count("\n") == 1
        assert f"Port {port} of 127.0.0.1 cannot be used" in refused or "already has the" in refused
        (loser,) = (one for one, (status, *_) in zip(services, ends, strict=True) if status)
        (winner,) = (one for one in services if one is not loser)
        assert_up(winner)
        found = httpx.get(
            f"{winner.api}/deployments/name/nightly/nightly", auth=tuple(LOGIN.split(":"))
        )
        assert found.json()["parameters"]["warehouse"] == str(winner.warehouse)
        assert not (loser.warehouse / "service" / "up.json").exists()
    finally:
        for service in services:
            service.kill_all()


def test_an_interrupted_start_leaves_nothing_running(tmp_path: Path) -> None:
    service = Service(tmp_path / "w", **PATIENT)
    process = started(service)
    held = service.warehouse / "service" / "server.pid"
    assert until(lambda: held.is_file() and held.read_text(), 200)
    process.send_signal(signal.SIGINT)
    assert result(process)[0] == 130
    assert until(lambda: not list(service.processes()), 60), list(service.processes())


def test_down_ends_a_service_that_is_still_starting(tmp_path: Path) -> None:
    service = Service(tmp_path / "w", **PATIENT)
    process = started(service)
    held = service.warehouse / "service" / "server.pid"
    assert until(lambda: held.is_file() and held.read_text(), 200)
    assert "Stopped." in service.command("down")
    status, output, error = result(process)
    assert (status, "Broadsheet is up" in output) == (1, False)
    assert error == "broadsheet: It was stopped while it was starting.\n"
    assert until(lambda: not list(service.processes()), 60), list(service.processes())
