"""Batches and parts through a bucket: attempts that overlap, die or lose objects change nothing."""

import os
import shutil
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread, Timer
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from config.errors import WorkerError
from config.settings import Settings, load_settings
from tasks.boilerplate.in_force import write_learned_lines
from tasks.execution.backend import open_pool
from tasks.execution.carriers import BucketCarrier
from tasks.execution.exchanged_runs import remove_exchanged
from tasks.execution.lost_attempts import find_culprit, forget_attempts, recorded_attempt
from tasks.execution.parts import PART_DOCUMENTS, count_documents, finished_parts
from tasks.execution.received_batches import received_batch
from tasks.execution.worker_pool import Faults, WorkerPool
from tasks.runs.run import IngestRequest, Run, plan, start_or_resume
from tests.bucket.breaking_proxy import BreakingProxy
from tests.bucket.service import KEY, SECRET, ObjectService
from tests.execution.clusters import wait_for
from tests.execution.test_parts import STOPS
from tests.pipeline.archives import write_stories
from warehouse.bucket.objects import Bucket, BucketError, open_bucket

DOCUMENTS = 12


@pytest.fixture
def settings(objects: ObjectService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BROADSHEET_EXECUTION__EXCHANGE", f"s3://{objects.bucket}/exchange")
    monkeypatch.setenv("BROADSHEET_EXECUTION__WAIT_SECONDS", "30")
    monkeypatch.setenv("BROADSHEET_PROCESS__PAGE_SECONDS", "100")  # one of them is stopped
    (tmp_path / "w" / "runs").mkdir(parents=True)
    return load_settings(warehouse=tmp_path / "w")


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the first worker that comes to a document in the middle stop there, until SIGCONT."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(STOPS.replace("-30", "-7"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    monkeypatch.setenv("STOPPED", str(tmp_path / "stopped"))
    return tmp_path / "stopped"


@pytest.fixture
def bucket(settings: Settings) -> Bucket:
    return open_bucket(settings.execution.exchange, settings.bucket)


@pytest.fixture
def run(settings: Settings, tmp_path: Path) -> Run:
    """Begin a run of one batch, of which nothing is processed yet."""
    archive = write_stories(tmp_path / "night.warc.gz", range(DOCUMENTS))
    request = IngestRequest((str(archive),))
    made = start_or_resume(request, plan(request, settings), settings)
    write_learned_lines(made, settings)
    return made


@pytest.fixture
def carrier(run: Run, settings: Settings) -> BucketCarrier:
    """Return the carrier of the run, which has sent its batch."""
    carrier = BucketCarrier(settings, run.folder)
    assert list(carrier.sent(run.batches)) == run.batches
    return carrier


@pytest.fixture(scope="module")
def shared_pool() -> Iterator[WorkerPool]:
    """Keep one process, which has no more of the service than its keys, for many tests."""
    with WorkerPool(1) as pool:
        yield pool


def work(
    carrier: BucketCarrier, run: Run, copies: Path, pool: WorkerPool, part_documents: int
) -> int:
    """Process the run's batch as a Dask worker does whose folder is `copies`."""
    order = carrier.order(run.batches[0])
    with received_batch(order["exchange"], order["batch_file"], copies) as batch_file:
        return pool.run(batch_file, Faults(part_documents=part_documents))


def receive(carrier: BucketCarrier, run: Run) -> int | None:
    return carrier.receive(run.batches[0])


def parts_of(bucket: Bucket, run: Run) -> list[str]:
    folder = f"{run.run_id}/00000/"
    names = [name.removeprefix(folder) for name in bucket.files(folder.rstrip("/"))]
    return [name for name in names if name.endswith(".parquet")]


def numbers(run: Run) -> Counter[str]:
    found = Counter(url for part in run.parts for url in pq.read_table(part)["url"].to_pylist())
    return Counter({url.rpartition("-")[2]: count for url, count in found.items()})


ONCE = Counter({str(number): 1 for number in range(DOCUMENTS)})


def test_two_attempts_at_once_list_whole_parts_whoever_ends_last(
    carrier: BucketCarrier, run: Run, bucket: Bucket, tmp_path: Path, stopped: Path
) -> None:
    with WorkerPool(2) as pool:
        sleeping = Thread(target=work, args=(carrier, run, tmp_path / "a", pool, 5))
        sleeping.start()
        wait_for(lambda: stopped.exists() and stopped.read_text(), "the first attempt")
        assert work(carrier, run, tmp_path / "b", pool, 3) == DOCUMENTS
        by_successor = bucket.read(f"{run.run_id}/00000/done.json")
        assert receive(carrier, run) == DOCUMENTS
        assert numbers(run) == ONCE
        os.kill(int(stopped.read_text()), signal.SIGCONT)
        sleeping.join()
    assert bucket.read(f"{run.run_id}/00000/done.json") != by_successor
    shutil.rmtree(run.folder / "parts")
    (run.folder / "parts").mkdir()
    assert receive(carrier, run) == DOCUMENTS
    assert numbers(run) == ONCE
    assert run.documents_read() == DOCUMENTS


def test_an_attempt_continues_behind_the_parts_in_the_bucket(
    carrier: BucketCarrier, run: Run, bucket: Bucket, tmp_path: Path, shared_pool: WorkerPool
) -> None:
    work(carrier, run, tmp_path / "a", shared_pool, 5)
    folder = f"{run.run_id}/00000"
    *kept, last = parts_of(bucket, run)
    for name in (last, "done.json"):
        bucket.remove(f"{folder}/{name}")
    assert work(carrier, run, tmp_path / "b", shared_pool, 1) == DOCUMENTS
    assert [int(name.split("-")[1]) for name in parts_of(bucket, run)] == [5, 5, 1, 1]
    assert parts_of(bucket, run)[:2] == kept
    assert receive(carrier, run) == DOCUMENTS
    assert numbers(run) == ONCE


def test_a_result_that_was_lost_in_the_bucket_is_made_again(
    carrier: BucketCarrier, run: Run, bucket: Bucket, tmp_path: Path, shared_pool: WorkerPool
) -> None:
    losses: dict[str, Callable[[str], None]] = {
        "removed": bucket.remove,
        "shortened": lambda name: bucket.write(name, bucket.read(name)[:-9]),
        "changed": lambda name: bucket.write(name, bucket.read(name)[:-9] + b"something"),
        "done": lambda name: bucket.remove(f"{run.run_id}/00000/done.json"),
        "half of done": lambda name: bucket.write(f"{run.run_id}/00000/done.json", b'{"parts": ['),
        "content of done": lambda name: bucket.write(f"{run.run_id}/00000/done.json", b"{}"),
    }
    for loss, lose in losses.items():
        work(carrier, run, tmp_path / "a", shared_pool, 5)
        lose(f"{run.run_id}/00000/{parts_of(bucket, run)[1]}")
        assert receive(carrier, run) is None, loss
        assert run.unfinished_batches, loss
    assert work(carrier, run, tmp_path / "b", shared_pool, 5) == DOCUMENTS
    assert receive(carrier, run) == DOCUMENTS
    assert numbers(run) == ONCE


def test_uploads_and_downloads_that_break_off_are_repeated(
    run: Run, settings: Settings, objects: ObjectService, tmp_path: Path, shared_pool: WorkerPool
) -> None:
    with BreakingProxy(objects.endpoint) as proxy:
        service = settings.bucket.model_copy(update={"endpoint": proxy.address})
        carrier = BucketCarrier(settings.model_copy(update={"bucket": service}), run.folder)
        proxy.break_next(1)
        assert list(carrier.sent(run.batches)) == run.batches
        proxy.break_next(4)  # the client of pyarrow asks three times by itself
        assert work(carrier, run, tmp_path / "a", shared_pool, 2) == DOCUMENTS
        proxy.break_next(1)
        assert receive(carrier, run) == DOCUMENTS
        assert proxy.broken == 6
    assert numbers(run) == ONCE


def test_a_document_that_takes_machines_down_is_found_by_records_in_the_bucket(
    carrier: BucketCarrier, run: Run, bucket: Bucket, tmp_path: Path, shared_pool: WorkerPool
) -> None:
    work(carrier, run, tmp_path / "a", shared_pool, 5)
    bucket.remove(f"{run.run_id}/00000/{parts_of(bucket, run)[-1]}")
    files = carrier.files(run.batches[0])
    assert count_documents(finished_parts(files)) == 10
    with suppress(OSError), recorded_attempt(files) as part_documents:
        assert part_documents == PART_DOCUMENTS
        raise OSError("the disk is full")
    assert not files.attempts()
    died = [recorded_attempt(files) for _ in range(3)]
    assert [attempt.__enter__() for attempt in died] == [PART_DOCUMENTS, 1, 1]
    assert find_culprit(files) == 10
    forget_attempts(files)
    assert find_culprit(files) is None


def test_objects_of_a_run_are_removed_when_it_has_ended_and_those_of_late_workers_by_the_next_run(
    carrier: BucketCarrier, run: Run, bucket: Bucket, settings: Settings, caplog: Any
) -> None:
    records = run.folder.parent / ".exchange"
    bucket.write("of-another-warehouse/run.json", b"{}")
    remove_exchanged(run.warehouse, settings.bucket)
    assert bucket.exists(f"{run.run_id}/run.json"), "the run has not ended"
    run.remove()
    nobody = settings.bucket.model_copy(update={"endpoint": "http://127.0.0.1:9"})
    remove_exchanged(run.warehouse, nobody)
    assert f"objects stay in the bucket run={run.run_id}" in caplog.text
    for _ in range(2):
        remove_exchanged(run.warehouse, settings.bucket)
        assert list(bucket.files()) == ["of-another-warehouse/run.json"]
        assert list(records.iterdir())
        bucket.write(f"{run.run_id}/00000/done.json", b"of a late worker")
    for _ in range(2):
        remove_exchanged(run.warehouse, settings.bucket)
    assert not list(records.iterdir())
    assert list(bucket.files()) == ["of-another-warehouse/run.json"]


def test_a_machine_that_cannot_use_the_bucket_names_itself(
    carrier: BucketCarrier, run: Run, objects: ObjectService, monkeypatch: Any, tmp_path: Path
) -> None:
    order = carrier.order(run.batches[0])["exchange"]

    def refused(**service: Any) -> str:
        changed = {**order, "wait_seconds": 0.1, "service": {**order["service"], **service}}
        with (
            pytest.raises(BucketError) as error,
            received_batch(changed, "00000.json", tmp_path / "copies"),
        ):
            pass
        assert "\n" not in str(error.value)
        return str(error.value)

    said = refused(endpoint="http://127.0.0.1:9")
    assert said.startswith(f"On {socket.gethostname()}, the S3 service did not answer")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    with BreakingProxy(objects.endpoint) as proxy:
        said = refused(endpoint=proxy.address)
    assert f"On {socket.gethostname()}, where AWS_ACCESS_KEY_ID is not set, the S3 " in said
    assert "ACCESS_DENIED" in said


def test_a_machine_that_lacks_the_input_or_has_another_file_there_says_so(
    carrier: BucketCarrier, run: Run, tmp_path: Path, shared_pool: WorkerPool
) -> None:
    archive = tmp_path / "night.warc.gz"
    write_stories(archive, range(DOCUMENTS + 1))
    for _ in range(2):
        with pytest.raises(WorkerError, match=f"{socket.gethostname()} does not see {archive}"):
            work(carrier, run, tmp_path / "a", shared_pool, 5)
        archive.unlink(missing_ok=True)


def test_waiting_for_a_bucket_ends_with_the_pool(run: Run, settings: Settings) -> None:
    service = settings.bucket.model_copy(update={"endpoint": "http://127.0.0.1:9"})
    closed = Event()

    def require_open() -> None:
        if closed.is_set():
            raise WorkerError("The run was stopped")

    silent = settings.model_copy(update={"bucket": service})
    carrier = BucketCarrier(silent, run.folder, require_open)
    Timer(1.0, closed.set).start()
    with pytest.raises(WorkerError, match="The run was stopped"):
        list(carrier.sent(run.batches))


def test_orders_have_no_keys(carrier: BucketCarrier, run: Run, bucket: Bucket) -> None:
    sent = orjson.dumps(carrier.order(run.batches[0])) + b"".join(map(bucket.read, bucket.files()))
    assert SECRET.encode() not in sent
    assert KEY.encode() not in sent
    assert b"password" not in sent


def test_pages_in_the_warehouse_are_processed_on_its_own_machine(
    run: Run, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.warehouse / "raw").mkdir()
    archive = (tmp_path / "night.warc.gz").rename(settings.warehouse / "raw" / "night.warc.gz")
    request = IngestRequest((str(archive),))
    other = start_or_resume(request, plan(request, settings), settings)
    execution = settings.execution.model_copy(update={"backend": "dask"})
    remote = settings.model_copy(update={"execution": execution})
    assert isinstance(open_pool(remote, other.batches, lambda: None), WorkerPool)
    assert not isinstance(open_pool(remote, run.batches, lambda: None), WorkerPool)
