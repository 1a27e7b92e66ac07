"""The lease on a lake in a bucket: one holder, its death, its numbers, and what it leaves."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from config.errors import WarehouseLockedError
from tests.bucket.sql_catalog import sql_catalog
from tests.bucket.writer import machine
from warehouse.bucket.lease import Lease, LeaseLostError, lake_lease, require_lease
from warehouse.bucket.lease_tables import LakeWriter, WriterTables
from warehouse.lake import NAMESPACE

SECONDS = 1.5


class Machines:
    """Machines that share a catalog and a lake, both in a folder."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self.lake = f"file://{folder}/lake"
        self.address = f"sqlite:///{folder}/catalog.db"
        self.catalog = sql_catalog(self.address, self.lake)

    def take(self, name: str, seconds: float = SECONDS, **options: Any) -> Lease:
        """Take the lease for a machine until the end of the test."""
        settings = machine(self.lake, self.folder / name, seconds)
        catalog = sql_catalog(self.address, self.lake)
        lease = lake_lease(settings, "ingest", catalog=catalog, **options)
        return self._stack.enter_context(lease)

    @property
    def tables(self) -> list[str]:
        return [name for _, name in self.catalog.list_tables(NAMESPACE)]

    @property
    def files(self) -> list[str]:
        return [path.parts[-3] for path in self.folder.glob("lake/**/*.json")]


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with ExitStack() as stack:
        yield Machines(tmp_path, stack)


def die(lease: Lease) -> None:
    """Let a lease be renewed no more, as if its machine were gone."""
    lease._ended.set()
    lease._thread.join()


def test_a_lake_that_was_released_is_taken_at_once_and_numbers_grow(machines: Machines) -> None:
    numbers = []
    for name in ("one", "two", "one"):
        settings = machine(machines.lake, machines.folder / name, 600)
        with lake_lease(settings, "ingest", catalog=machines.catalog) as lease:
            numbers.append(require_lease(settings))
            with lake_lease(settings, "push", catalog=machines.catalog) as same:
                assert same is lease
            assert machines.tables == [f"writer_{lease.number}"] == machines.files
    assert numbers == [1, 3, 5]
    assert machines.tables == ["writer_6"] == machines.files
    with pytest.raises(LeaseLostError, match="does not hold the lake"):
        require_lease(settings)


def test_a_holder_that_lives_is_named_and_keeps_the_lake(machines: Machines) -> None:
    first, notices = machines.take("one", seconds=6), []
    with pytest.raises(WarehouseLockedError, match=r"in use by process \d+ on .*/one\) since 2"):
        machines.take("two", notify=notices.append)
    assert len(notices) == 1
    assert notices[0].startswith("Looking for up to 6 seconds whether process ")
    assert first.require() == first.number > 1
    assert machines.tables == [f"writer_{first.number}"] == machines.files


def test_who_waits_gets_the_lake_when_it_is_released(machines: Machines) -> None:
    settings = machine(machines.lake, machines.folder / "one", SECONDS)
    notices: list[str] = []
    with ExitStack() as stack:
        stack.enter_context(lake_lease(settings, "nightly", catalog=machines.catalog))
        threading.Timer(2 * SECONDS, stack.pop_all().close).start()
    second = machines.take("two", wait=True, notify=notices.append)
    assert second.require() == second.number
    assert notices[0].startswith("Waiting for process ")
    assert "(nightly, warehouse " in notices[0]


def test_a_holder_that_died_is_followed_after_its_time_and_commits_nothing_more(
    machines: Machines,
) -> None:
    first = machines.take("one")
    die(first)
    died = time.monotonic()
    second = machines.take("two")
    assert time.monotonic() - died >= SECONDS
    with pytest.raises(LeaseLostError, match=r"no longer holds the lake .* process .*/two\)"):
        first.require()
    first.release()
    assert second.require() == second.number


def test_the_machine_itself_takes_the_lake_again_at_once(machines: Machines) -> None:
    settings = machine(machines.lake, machines.folder / "one", 600)
    first = Lease(settings, "ingest", machines.catalog)
    first.acquire(wait=False, notify=pytest.fail)
    die(first)
    with lake_lease(settings, "ingest", catalog=machines.catalog) as lease:
        assert lease.require() == 2


def test_a_lease_that_nobody_else_took_in_the_meantime_is_renewed_late(machines: Machines) -> None:
    lease = machines.take("one")
    die(lease)
    time.sleep(SECONDS)
    number = lease.number
    assert lease.require() == number + 1


def test_a_process_that_makes_a_table_too_late_does_not_get_the_lake(machines: Machines) -> None:
    machines.take("one")
    tables = WriterTables(machines.catalog)
    newest = tables.newest()
    assert newest > 0
    assert tables.make(newest + 2, LakeWriter(token="a"))
    tables.remove_before(newest + 2)
    assert not tables.make(newest + 1, LakeWriter(token="b"))
    assert not tables.make(newest + 2, LakeWriter(token="b"))


def test_an_answer_that_was_lost_does_not_lose_the_lake(machines: Machines) -> None:
    lease = machines.take("one")
    die(lease)
    catalog, number = lease._tables.catalog, lease.number

    def committed_but_silent(*arguments: Any, **options: Any) -> None:
        del catalog.create_table
        catalog.create_table(*arguments, **options)
        raise OperationalError("insert", {}, Exception("the connection was lost"))

    catalog.create_table = committed_but_silent  # type: ignore[method-assign]
    time.sleep(SECONDS / 2)
    assert lease.require() == number + 1


def test_tables_that_cannot_be_read_keep_others_out_for_the_time_of_a_lease(
    machines: Machines,
) -> None:
    first = machines.take("one")
    die(first)
    for path in machines.folder.glob("lake/**/*.json"):
        path.unlink()
    began = time.monotonic()
    assert machines.take("two", wait=True).require() > first.number
    assert time.monotonic() - began >= SECONDS


def test_without_a_lake_the_lock_for_writing_imports_nothing_of_buckets(tmp_path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from config.settings import load_settings
from tasks.pipeline import Stages
from tasks.runs.progress import ProgressListener
settings = load_settings(warehouse=Path({str(tmp_path)!r}))
with Stages(settings, None, ProgressListener()).locked("ingest", wait=False):
    print([name for name in sys.modules if name.startswith(("warehouse.bucket", "pyiceberg"))])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
