import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.errors import WarehouseLockedError
from warehouse.lock import lock_holder, writer_lock

HOLD = """
import sys; from pathlib import Path; from warehouse.lock import writer_lock
with writer_lock(Path(sys.argv[1]), "ingest"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_is_told_who_holds_the_warehouse_and_since_when(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    with (
        pytest.raises(WarehouseLockedError, match=rf"process {holder.pid} \(ingest\) since 20"),
        writer_lock(tmp_path, "ingest"),
    ):
        pass
    assert f"process {holder.pid}" in (lock_holder(tmp_path) or "")
    holder.kill()


def test_the_lock_dies_with_its_holder(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    with writer_lock(tmp_path, "ingest"):
        pass
    assert lock_holder(tmp_path) is None


def test_a_writer_that_waits_gets_the_warehouse_when_the_holder_ends(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    taken = threading.Event()

    def wait() -> None:
        with writer_lock(tmp_path, "ingest", wait=True):
            taken.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert not taken.is_set()
    holder.kill()
    waiter.join(timeout=30)
    assert taken.is_set()
