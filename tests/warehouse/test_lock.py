import errno
import fcntl
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.errors import UsageError, WarehouseLockedError
from warehouse.layout import LOCK
from warehouse.lock import lock_holder, writer_lock

HOLD = """
import sys; from pathlib import Path; from warehouse.lock import writer_lock
with writer_lock(Path(sys.argv[1]), "ingest"):
    print("held", flush=True)
    sys.stdin.read()
"""
ASK = """
import os, sys; from pathlib import Path; from warehouse.lock import lock_holder
print("asks", flush=True)
while os.getppid() == int(sys.argv[2]):
    lock_holder(Path(sys.argv[1]))
"""
LOCKS = Path("/proc/locks")


def started(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start a process and return it once it has printed that it is at work."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline()
    return process


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with started(HOLD, tmp_path) as process:
        yield process
        process.kill()


def test_a_second_writer_is_told_who_holds_the_warehouse_and_since_when(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    with (
        pytest.raises(WarehouseLockedError, match=rf"process {holder.pid} \(ingest\) since 20"),
        writer_lock(tmp_path, "ingest"),
    ):
        pass
    assert f"process {holder.pid}" in (lock_holder(tmp_path) or "")


def test_the_lock_dies_with_its_holder(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    assert lock_holder(tmp_path) is None
    with writer_lock(tmp_path, "ingest"):
        pass


def test_a_killed_holder_is_not_named_beside_the_next(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    assert (tmp_path / LOCK).read_text(), "a killed process leaves its text"
    with writer_lock(tmp_path, "nightly"):
        named = rf"process {os.getpid()} \(nightly\) since [\d: -]+UTC"
        assert re.fullmatch(named, lock_holder(tmp_path) or "")
    assert not (tmp_path / LOCK).read_text()


@pytest.mark.skipif(not LOCKS.is_file(), reason="only Linux says who waits for a lock")
def test_a_writer_that_waits_gets_the_warehouse_when_the_holder_ends(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    notices: list[str] = []
    taken = threading.Event()

    def wait() -> None:
        with writer_lock(tmp_path, "nightly", wait=True, notify=notices.append):
            taken.set()

    waiter = threading.Thread(target=wait, daemon=True)
    waiter.start()
    while not (taken.is_set() or waits_for_a_lock(os.getpid())):
        assert waiter.is_alive()
        time.sleep(0.001)
    assert not taken.is_set()
    assert f"process {holder.pid} (ingest)" in notices[0]
    holder.kill()
    waiter.join(timeout=30)
    assert taken.is_set()


def waits_for_a_lock(process: int) -> bool:
    return re.search(rf"-> FLOCK +ADVISORY +WRITE {process} ", LOCKS.read_text()) is not None


def test_a_writer_waits_for_a_process_that_only_asks_for_the_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / LOCK).open("a") as asker:
        fcntl.flock(asker, fcntl.LOCK_SH)
        monkeypatch.setattr(time, "sleep", lambda _: fcntl.flock(asker, fcntl.LOCK_UN))
        with writer_lock(tmp_path, "ingest"):
            assert f"process {os.getpid()}" in (lock_holder(tmp_path) or "")


def test_asking_for_the_holder_makes_no_writer_fail(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("process 1 (ingest) since it was killed")
    with ExitStack() as stack:
        for _ in range(2):
            asker = stack.enter_context(started(ASK, tmp_path, str(os.getpid())))
            stack.callback(asker.kill)
        for _ in range(1_000):
            with writer_lock(tmp_path, "ingest"):
                pass


def test_only_one_writer_at_a_time_writes_while_others_ask_for_the_holder(tmp_path: Path) -> None:
    inside, most, refused, done = 0, 0, 0, threading.Event()
    guard = threading.Lock()

    def write() -> None:
        nonlocal inside, most, refused
        for _ in range(300):
            try:
                with writer_lock(tmp_path, "ingest"):
                    inside += 1
                    most = max(most, inside)
                    os.sched_yield()
                    inside -= 1
            except WarehouseLockedError:
                with guard:
                    refused += 1

    def ask() -> None:
        while not done.is_set():
            lock_holder(tmp_path)

    asker = threading.Thread(target=ask)
    writers = [threading.Thread(target=write) for _ in range(3)]
    for thread in (asker, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    asker.join()
    assert most == 1
    assert refused < 900


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuses(_handle: object, _operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuses)
    (tmp_path / LOCK).touch()
    with pytest.raises(UsageError, match="file system that cannot lock files"):
        lock_holder(tmp_path)
    with (
        pytest.raises(UsageError, match=rf"{tmp_path}.*cannot lock files.*to a local disk"),
        writer_lock(tmp_path, "ingest", wait=True),
    ):
        pass
