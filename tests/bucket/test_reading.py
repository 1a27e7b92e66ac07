"""Inputs in a bucket and on a web server are read as the same files on disk are."""

import gzip
import json
import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from config.errors import UnansweredError, UsageError
from config.settings import load_settings
from tasks.read.batch import read_batch
from tasks.read.lookup import files_of
from tasks.read.plan import plan_inputs
from tests.bucket.service import ObjectService, object_service
from tests.bucket.web import web_server
from tests.read.samples import (
    Outcome,
    arc,
    archive,
    documents,
    page,
    read,
    reasons,
    record,
    settings,
)
from warehouse.bucket.objects import open_bucket

SMALL = {"batch_bytes": 20_000, "stripe_bytes": 10_000}


def _files(folder: Path) -> None:
    """Write files of all the kinds that matter, some of them in parts and some damaged."""
    rows = [
        {"url": f"https://news.example/{n}", "text": f"Row {n}. " + os.urandom(300).hex()}
        for n in range(60)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    (folder / "2026" / "05").mkdir(parents=True)
    (folder / "2026" / "a.warc.gz").write_bytes(b"".join(archive(60)))
    broken = bytearray(b"".join(archive(40)))
    broken[5_000:5_400] = bytes(400)
    (folder / "2026" / "05" / "broken.warc.gz").write_bytes(broken)
    (folder / "b.warc").write_bytes(b"".join(archive(30, compressed=False)))
    (folder / "c.arc.gz").write_bytes(b"".join(gzip.compress(one) for one in arc(5)))
    (folder / "d.jsonl").write_bytes(lines)
    (folder / "e.jsonl.gz").write_bytes(gzip.compress(lines))
    (folder / "f.jsonl.zst").write_bytes(zstandard.compress(lines))
    pq.write_table(pa.Table.from_pylist(rows), folder / "g.parquet", row_group_size=10)
    (folder / "h#i.html").write_bytes(page(7))
    with zipfile.ZipFile(folder / "j.zip", "w") as packed:
        packed.writestr("page.html", page(8))
    (folder / "empty.txt").write_bytes(b"")
    (folder / ".hidden").write_bytes(b"x")


def _put(objects: ObjectService, folder: Path, prefix: str) -> str:
    bucket = open_bucket(f"s3://{objects.bucket}/{prefix}", load_settings().bucket)
    for path in folder.rglob("*"):
        if path.is_file():
            bucket.upload(path, path.relative_to(folder).as_posix())
    return f"s3://{objects.bucket}/{prefix}"


def _rows(outcomes: list[Outcome]) -> dict[str, object]:
    return {
        one.locator: (getattr(one, "body", None), getattr(one, "reason", None), one.url)
        for one in outcomes
    }


def test_a_folder_of_a_bucket_gives_what_the_same_folder_on_disk_gives(
    objects: ObjectService, tmp_path: Path
) -> None:
    _files(tmp_path)
    address = _put(objects, tmp_path, "ccnews")

    local = read(tmp_path, **SMALL)
    found = read(f"{address}/", **SMALL)

    assert _rows(found) == _rows(local)
    assert len(documents(found)) > 350
    assert "hidden_file" in reasons(found)
    plan = plan_inputs([address], settings(**SMALL), columns={}, limit=None)
    parts = [span for batch in plan.batches for span in batch.spans]
    assert len([one for one in parts if one.locator == "2026/a.warc.gz"]) > 1
    assert len([one for one in parts if one.locator == "g.parquet"]) > 1


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jsonl*", {"d.jsonl", "e.jsonl.gz"}),
        ("**/*.warc.gz", {"2026/a.warc.gz", "2026/05/broken.warc.gz"}),
        ("20*", {"2026/a.warc.gz", "2026/05/broken.warc.gz"}),
        ("2026/a.warc.gz", {"a.warc.gz"}),
    ],
)
def test_patterns_and_single_objects_have_the_locators_of_files(
    objects: ObjectService, tmp_path: Path, pattern: str, expected: set[str]
) -> None:
    (tmp_path / "2026" / "05").mkdir(parents=True)
    for name in ("2026/a.warc.gz", "2026/05/broken.warc.gz", "d.jsonl", "e.jsonl.gz"):
        (tmp_path / name).write_bytes(record())
    address = _put(objects, tmp_path, "ccnews")

    def names(path: str) -> set[str]:
        plan = plan_inputs([path], settings(), columns={}, limit=None)
        return {span.locator for batch in plan.batches for span in batch.spans}

    assert names(f"{address}/{pattern}") == names(f"{tmp_path}/{pattern}") == expected


@pytest.mark.parametrize("ranges", [True, False])
def test_files_on_a_web_server_give_what_they_give_on_disk(tmp_path: Path, ranges: bool) -> None:
    _files(tmp_path)
    names = ("2026/a.warc.gz", "d.jsonl", "e.jsonl.gz", "g.parquet", "j.zip", "empty.txt")
    with web_server(tmp_path, ranges=ranges) as server:
        for name in names:
            found = read(f"{server.address}/{name}?key=1/2", **SMALL)
            assert _rows(found) == _rows(read(tmp_path / name, **SMALL)), name
        assert all("Authorization" not in sent for sent in server.headers)


def test_a_batch_transfers_its_part_of_a_large_file(tmp_path: Path) -> None:
    pages = (b"<html><body><p>" + os.urandom(300_000).hex().encode() for _ in range(40))
    (tmp_path / "a.warc.gz").write_bytes(b"".join(map(record, range(40), pages)))
    size = (tmp_path / "a.warc.gz").stat().st_size
    with web_server(tmp_path) as server:
        found = read(f"{server.address}/a.warc.gz", batch_bytes=size // 2)
        assert len(documents(found)) == 40
        assert server.sent < 1.5 * size
    with web_server(tmp_path, ranges=False) as server:
        read(f"{server.address}/a.warc.gz", batch_bytes=size // 2)
        assert server.sent < 1.5 * size


def test_a_changed_object_is_another_plan_and_stops_the_first_one(
    objects: ObjectService, tmp_path: Path
) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "The first text."}\n')
    address = _put(objects, tmp_path, "in")
    with web_server(tmp_path) as server:
        inputs = [f"{address}/a.jsonl", f"{server.address}/a.jsonl"]
        before = [plan_inputs([one], settings(), columns={}, limit=None) for one in inputs]
        assert before == [plan_inputs([one], settings(), columns={}, limit=None) for one in inputs]
        (tmp_path / "a.jsonl").write_text('{"text": "Another text."}\n')
        _put(objects, tmp_path, "in")

        for one, plan in zip(inputs, before, strict=True):
            assert plan_inputs([one], settings(), columns={}, limit=None).files != plan.files
            with pytest.raises(UnansweredError, match="was changed after the run was planned"):
                list(read_batch(plan.batches[0], settings(), {}))


def test_a_vanished_object_is_a_row_and_a_silent_service_stops_the_run(
    objects: ObjectService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.read.remote.ranges._PAUSES", (0.01, 0.01))
    _files(tmp_path)
    address = _put(objects, tmp_path, "in")
    with web_server(tmp_path) as server:
        inputs = [f"{address}/b.warc", f"{server.address}/g.parquet", f"{server.address}/d.jsonl"]
        plans = [plan_inputs([one], settings(), columns={}, limit=None) for one in inputs]
        server.failures = 2  # a short outage is waited for
        assert len(documents(list(read_batch(plans[1].batches[0], settings(), {})))) == 60
        server.failures = 3
        for plan in plans[1:]:
            server.failures = 3
            with pytest.raises(UnansweredError, match="503"):
                list(read_batch(plan.batches[0], settings(), {}))
        (tmp_path / "d.jsonl").unlink()
        open_bucket(address, load_settings().bucket).remove("b.warc")
        for plan in (plans[0], plans[2]):
            assert reasons(read_batch(plan.batches[0], settings(), {})) == ["unreadable"]


def test_a_service_that_dies_within_a_file_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.read.remote.ranges._PAUSES", (0.01, 0.01))
    rows = [{"text": os.urandom(40_000).hex()} for _ in range(60)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet", row_group_size=5)
    with web_server(tmp_path) as server:
        plan = plan_inputs([f"{server.address}/a.parquet"], settings(), columns={}, limit=None)
        reading = read_batch(plan.batches[0], settings(), {})
        next(reading)
    with pytest.raises(UnansweredError, match="did not answer as expected"):
        list(reading)


def test_a_bucket_whose_service_dies_and_comes_back_is_read_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.read.remote.ranges._PAUSES", (0.01,))
    (tmp_path / "a.warc").write_bytes(b"".join(map(record, range(9))))
    (tmp_path / "b.warc.gz").write_bytes(
        b"".join(record(n, os.urandom(300_000).hex().encode()) for n in range(4))
    )
    with object_service() as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        plan = plan_inputs([_put(service, tmp_path, "in")], settings(), columns={}, limit=None)
        reading = read_batch(plan.batches[0], settings(), {})
        first = [next(reading) for _ in range(9)]
    with pytest.raises(UnansweredError, match="The S3 service did not answer as expected for"):
        list(reading)
    with object_service(int(service.endpoint.rpartition(":")[2])):
        again = list(read_batch(plan.batches[0], settings(), {}))
    assert again[:9] == first
    assert len(again) == 13


def test_redirects_are_followed_but_not_to_less_safe_addresses(tmp_path: Path) -> None:
    _files(tmp_path)
    with web_server(tmp_path) as target, web_server(tmp_path, redirects=target.address) as first:
        assert len(read(f"{first.address}/e.jsonl.gz")) == 60


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("s3://{bucket}/nothing", "does not exist"),
        ("s3://{bucket}/nothing/*.gz", "No object matches"),
        ("s3://{bucket}-of-nobody/a", "There is no bucket"),
        ("s3://*/a", "names no bucket"),
        ("{web}/nothing.warc.gz", "does not exist"),
        ("{web}/folder/", "names no file"),
        ("http://me:secret@127.0.0.1/a", "user's name or password"),
        ("http://me:secret@[::1?/a", "user's name or password"),
    ],
)
def test_addresses_of_nothing_are_refused_in_one_sentence(
    objects: ObjectService, tmp_path: Path, address: str, message: str
) -> None:
    with web_server(tmp_path) as server, pytest.raises(UsageError, match=message) as error:
        plan_inputs(
            [address.format(bucket=objects.bucket, web=server.address)],
            settings(),
            columns={},
            limit=None,
        )
    assert "secret" not in str(error.value)


def test_documents_are_found_again_by_the_addresses_of_their_run(
    objects: ObjectService, tmp_path: Path
) -> None:
    (tmp_path / "2026").mkdir()
    (tmp_path / "2026" / "a.warc.gz").write_bytes(record())
    address = _put(objects, tmp_path, "ccnews")
    file = f"{address}/2026/a.warc.gz"

    assert files_of([address], settings(), {}) == {"2026/a.warc.gz": file}
    assert files_of([f"{address}/gone", file], settings(), {})["a.warc.gz"] == file
