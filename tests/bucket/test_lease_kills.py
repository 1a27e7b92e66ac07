"""The lease between processes, on PostgreSQL and S3: kills, stops, and a catalog that is away."""

import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, groupby
from pathlib import Path

import pytest
from pyarrow.fs import FileSelector

from tasks.pipeline import Stages
from tasks.runs.progress import ProgressListener
from tests.bucket.lakes import load_rows, pushed, remote_rows, settings_of
from tests.bucket.service import ObjectService
from tests.bucket.writer import machine
from tests.service.postgres import PASSWORD, Postgres, postgres
from warehouse.bucket.catalogs import open_bucket_catalog
from warehouse.bucket.lease import LeaseLostError, lake_lease, require_lease
from warehouse.bucket.lease_tables import LakeWriter, WriterTables
from warehouse.layout import FETCH_LOCK

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SECONDS = 3.0
KILLS = 10
WAITING = 2


class Writer:
    """A process that wants the lease; its lines go to a queue with the process and the time."""

    def __init__(self, arguments: list[str], heard: "queue.Queue[tuple[Writer, str, float]]"):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bucket.writer", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._heard = heard
        threading.Thread(target=self._listen, daemon=True).start()

    def say(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.process.pid, number)

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._heard.put((self, line.strip(), time.monotonic()))


class Machines:
    """Writers with a warehouse each, one catalog and one lake."""

    def __init__(self, folder: Path, database: Postgres, objects: ObjectService) -> None:
        self.folder = folder
        self.heard: queue.Queue[tuple[Writer, str, float]] = queue.Queue()
        self.started: list[Writer] = []
        self._numbers = count()
        self.catalog = f"postgresql://prefect@{database.place}"
        self._places = [self.catalog, f"s3://{objects.bucket}/lake"]

    def start(self) -> Writer:
        warehouse = self.folder / f"machine-{next(self._numbers)}"
        writer = Writer([*self._places, str(warehouse), str(SECONDS)], self.heard)
        self.started.append(writer)
        return writer

    def hear(self, beginning: str = "") -> tuple[Writer, str, float]:
        writer, line, at = self.heard.get(timeout=60)
        assert line.startswith(beginning)
        return writer, line, at


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with postgres() as made:
        yield made


@pytest.fixture
def machines(
    tmp_path: Path, database: Postgres, objects: ObjectService, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Machines]:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    made = Machines(tmp_path, database, objects)
    yield made
    for writer in made.started:
        writer.process.kill()
        writer.process.wait()
    tables = "iceberg_tables, iceberg_namespace_properties"
    database.run("psql", "-qc", f"drop table {tables}")


def test_holders_are_killed_and_never_two_hold_the_lake(
    machines: Machines, objects: ObjectService
) -> None:
    for _ in range(1 + WAITING):
        machines.start()
    moments, pauses = random.Random(20), []
    for _ in range(KILLS):
        holder, _, held_at = machines.hear("holds")
        if pauses:
            pauses[-1] = held_at - pauses[-1]
        holder.say("work 600")
        time.sleep(moments.uniform(0, SECONDS))
        holder.kill()
        pauses.append(time.monotonic())
        machines.start()
    last, _, held_at = machines.hear("holds")
    pauses[-1] = held_at - pauses[-1]
    last.say("work 0.5")
    machines.hear("ended")

    assert max(pauses) < SECONDS + 3
    lines = [line.split() for line in (machines.folder / "log").read_text().splitlines()]
    holders = [pid for pid, _ in groupby(pid for _, _, pid in lines)]
    assert len(holders) == len(set(holders)) > 1
    numbers = [int(number) for _, number, _ in lines]
    assert numbers == sorted(numbers)
    by_number = {(number, pid) for _, number, pid in lines}
    assert len(by_number) == len(set(numbers))
    for writer in machines.started:
        writer.process.kill()
    found = objects.filesystem().get_file_info(FileSelector(objects.bucket, recursive=True))
    tables = {one.path for one in found if one.is_file}
    assert len(tables) <= 2  # a kill may fall between a new table and the removal of the old one


def test_a_holder_that_was_stopped_commits_nothing_when_it_goes_on(machines: Machines) -> None:
    first = machines.start()
    machines.hear("holds")
    first.say("commit")
    machines.hear("committed")
    first.kill(signal.SIGSTOP)
    second = machines.start()
    assert machines.hear("holds")[0] is second
    second.say("commit")
    machines.hear("committed")
    first.kill(signal.SIGCONT)
    first.say("commit")
    writer, line, _ = machines.hear("This process no longer holds the lake s3://")
    assert writer is first
    assert f"process {second.process.pid} on " in line
    first.say("end")
    machines.hear("ended")
    second.say("commit")
    assert machines.hear("committed")[0] is second


@pytest.mark.parametrize("seconds", [SECONDS / 2, 2 * SECONDS])
def test_a_catalog_that_is_away_for_a_while_is_waited_for(
    machines: Machines, database: Postgres, seconds: float
) -> None:
    holder = machines.start()
    machines.hear("holds")
    with _without_connections(database):
        time.sleep(seconds)
        holder.say("commit")
    assert machines.hear("committed")[0] is holder
    holder.say("end")
    machines.hear("ended")


def test_the_lock_for_writing_includes_the_lease_and_that_for_fetching_does_not(
    machines: Machines, database: Postgres, objects: ObjectService, tmp_path: Path
) -> None:
    settings = machine(f"s3://{objects.bucket}/lake", tmp_path / "w", SECONDS, machines.catalog)
    stages = Stages(settings, pytest.fail, ProgressListener())
    with (
        stages.locked("fetching", wait=False, name=FETCH_LOCK),
        pytest.raises(LeaseLostError),
    ):
        require_lease(settings)
    with stages.locked("ingest", wait=False):
        assert require_lease(settings) == 1


def test_a_push_commits_nothing_when_another_machine_has_taken_over(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, "20250311T000000000000Z-00000001", ["a"])
    pushed(settings)
    tables = WriterTables(open_bucket_catalog(settings))
    other = LakeWriter(host="desk", process="7", purpose="nightly", token="a", seconds="60")
    with lake_lease(settings, "ingest") as lease:
        assert tables.make(lease.number + 1, other)
        load_rows(settings, "20250312T000000000000Z-00000002", ["b"])
        with pytest.raises(LeaseLostError, match=r"process 7 on desk \(nightly"):
            pushed(settings)
    assert [row["article_id"] for row in remote_rows(settings)] == ["a"]
    assert tables.newest() == lease.number + 1


@contextmanager
def _without_connections(database: Postgres) -> Iterator[None]:
    """End all connections to the database and refuse new ones."""

    def allow(word: str) -> None:
        alter = f"alter database prefect allow_connections {word}"
        database.run("psql", "-qc", alter, database="postgres")

    allow("false")
    terminate = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'prefect'"
    database.run("psql", "-qc", terminate, database="postgres")
    try:
        yield
    finally:
        allow("true")
