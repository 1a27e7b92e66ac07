"""Leftovers of a killed `up`: its state file is ignored, and its processes are ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from config.settings import load_settings
from flows.running import process_files
from flows.service import state_files
from flows.service.supervisor import end_leftovers
from tests.pipeline.command import run
from tests.service.harness import until
from warehouse.layout import ATTEMPTS


@pytest.fixture
def other() -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program that does not belong to Broadsheet."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def stale(process: int) -> dict[str, object]:
    return {
        "holder": f"process {process} (up) since 2026-11-01 02:30:00 UTC",
        "process": process,
        "address": "http://127.0.0.1:9",
        "api": "http://127.0.0.1:9/api",
        "server": process,
        "runner": process,
        "started_at": "2026-11-01T02:30:00+00:00",
    }


@pytest.mark.parametrize(
    "content",
    [orjson.dumps(stale(os.getpid())), b'{"process": 1, "addr', b"", b"{}", b"[]", b"\xff"],
    ids=["of another", "half", "empty", "of another version", "no object", "no text"],
)
def test_the_state_file_of_an_earlier_service_is_ignored(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "service" / "up.json"
    with state_files.service_lock(tmp_path):
        assert not file.exists()
        file.write_bytes(content)  # as if it had not been removed yet
        assert state_files.running_service(tmp_path) is None
        assert state_files.is_starting(tmp_path)


def test_the_state_file_of_the_present_service_is_used(tmp_path: Path) -> None:
    with state_files.service_lock(tmp_path):
        holder = state_files.own_lock_holder(tmp_path)
        service = state_files.RunningService(**stale(os.getpid()) | {"holder": holder})  # type: ignore[arg-type]
        state_files.announce_service(tmp_path, service)
        assert state_files.running_service(tmp_path) == service
    assert state_files.running_service(tmp_path) is None


def test_another_program_that_has_the_process_id_now_is_left_alone(
    tmp_path: Path, other: "subprocess.Popen[bytes]"
) -> None:
    (tmp_path / ATTEMPTS).mkdir(parents=True)
    names = ("server.pid", "runner.pid", "attempts/6f3a9d5e-1111-4222-8333-444455556666")
    for name in names:
        (tmp_path / "service" / name).write_text(str(other.pid))
    (tmp_path / "service" / "up.lock").write_text(f"process {other.pid} (up) since …")
    (tmp_path / "service" / "up.json").write_bytes(orjson.dumps(stale(other.pid)))
    end_leftovers(load_settings(warehouse=tmp_path))
    assert "It is down." in run("down", "-w", tmp_path).stdout
    assert "down: `broadsheet up`" in run("status", "-w", tmp_path, status=1).stdout
    assert other.poll() is None


def test_a_process_holds_its_file_until_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "server.pid"
    path.write_text("4711 of another time")
    command = (sys.executable, "-c", "import subprocess; subprocess.run(['sleep', '600'])")
    with (tmp_path / "log").open("wb") as output:
        process = process_files.start_process(path, command, dict(os.environ), output)
    assert process_files.process_of(path) == process.pid
    assert until(lambda: child_of(process.pid), 30)
    child = child_of(process.pid)
    process.kill()
    process.wait()
    assert process_files.process_of(path) is None  # its child has not inherited the lock
    assert not process_files.is_held(path)
    os.kill(child, signal.SIGKILL)


def child_of(process: int) -> int:
    return int(Path(f"/proc/{process}/task/{process}/children").read_text() or 0)


@pytest.mark.slow
def test_leftover_processes_are_ended_even_if_they_ignore_signals(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(2, signal.SIG_IGN); signal.signal(15, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(600)"
    )
    (tmp_path / "service").mkdir()
    left = []
    for name in ("server", "runner"):
        log = tmp_path / name
        with log.open("wb") as output:
            held = state_files.process_file(tmp_path, name)
            command = (sys.executable, "-c", deaf)
            left.append(process_files.start_process(held, command, dict(os.environ), output))
        assert until(log.read_bytes, 60)
    settings = load_settings(warehouse=tmp_path)
    prefect = settings.prefect.model_copy(update={"stop_seconds": 0.5})
    end_leftovers(settings.model_copy(update={"prefect": prefect}))
    assert [process.wait(timeout=30) for process in left] == [-signal.SIGKILL] * 2
