"""WARC files of the raw zone are archived in a bucket, read there, and brought back."""

import hashlib
import os
import random
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from config.settings import load_settings
from flows.demo.server import serve
from tests.bucket.service import ObjectService
from tests.jobs.site import write_config
from tests.pipeline.command import ask, run, start
from warehouse.bucket.objects import Bucket, open_bucket

pytestmark = pytest.mark.slow

NIGHT = "2025-03-11"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the WARC files of a night, processed so that reprocessing changes rows."""
    folder = tmp_path_factory.mktemp("archive")
    with serve() as site:
        run(
            *("nightly", "--night", NIGHT, "-w", folder / "w"),
            *("--config", write_config(folder, site)),
            BROADSHEET_PROCESS__JSONLD_BYTES="100",
        )
    return folder / "w"


@pytest.fixture
def warehouse(made: Path, tmp_path: Path) -> Path:
    """A copy of the warehouse, which a test may change."""
    shutil.copytree(made, tmp_path / "w")
    return tmp_path / "w"


def _bucket(objects: ObjectService, prefix: str = "archive") -> Bucket:
    return open_bucket(f"s3://{objects.bucket}/{prefix}", load_settings().bucket)


def _sums(warehouse: Path) -> dict[str, str]:
    return {
        path.relative_to(warehouse).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((warehouse / "raw").rglob("*.warc.gz"))
    }


def test_archived_pages_are_explained_and_reprocessed_and_a_takedown_asks_for_them(
    objects: ObjectService, warehouse: Path
) -> None:
    to = f"s3://{objects.bucket}/archive"
    place = ("-w", warehouse)
    [article] = ask(warehouse, "select url, article_id from articles order by url limit 1")
    before = _sums(warehouse)
    explained = run("explain", article["url"], *place).stdout
    dry = run("reprocess", "--dry-run", *place).stdout

    shown = run("archive-raw", "--to", to, "--dry-run", *place).stdout
    assert f"{len(before)} WARC files" in shown
    assert not _bucket(objects).files()
    run("archive-raw", "--to", f"{to}/", *place)
    assert _sums(warehouse) == before
    done = run("archive-raw", "--to", to, "--remove", *place).stdout
    assert "and removed here" in done

    assert not _sums(warehouse)
    assert {name: _bucket(objects).sha256(name) for name in _bucket(objects).files()} == before
    assert run("explain", article["url"], *place).stdout == explained
    assert run("reprocess", "--dry-run", *place).stdout == dry
    taking = ("takedown", article["url"], "--reason", "By order.", "--yes", *place)
    refused = run(*taking, status=1).stderr
    assert "archive-raw --bring-back" in " ".join(refused.split())
    assert ask(warehouse, "select url from articles order by url limit 1")

    run("reprocess", *place)
    reasons = "select distinct change_reason from article_versions where version > 1"
    assert ask(warehouse, reasons) == [{"change_reason": "reprocess"}]

    back = run("archive-raw", "--bring-back", *place).stdout
    assert "here again" in back
    assert _sums(warehouse) == before
    assert not _bucket(objects).files()
    run(*taking)


def test_repair_reads_archived_files(objects: ObjectService, warehouse: Path) -> None:
    place = ("-w", warehouse)
    query = "select url, title, text from articles order by url"
    before = ask(warehouse, query)
    run("archive-raw", "--to", f"s3://{objects.bucket}/archive", "--remove", *place)
    for path in (warehouse / "lake" / "article_versions").rglob("*.parquet"):
        path.unlink()
    run("repair", *place)

    assert ask(warehouse, query) == before


def test_prune_removes_archived_copies_too(objects: ObjectService, warehouse: Path) -> None:
    place = ("-w", warehouse)
    run("archive-raw", "--to", f"s3://{objects.bucket}/archive", "--remove", *place)

    assert "copies of such WARC files would be" in run("prune", "--older-than", "9", *place).stdout
    assert _bucket(objects).files()
    run("prune", "--older-than", "9", "--yes", *place)
    assert not _bucket(objects).files()
    assert not list((warehouse / "raw").iterdir())


def test_a_damaged_copy_is_not_brought_back(objects: ObjectService, warehouse: Path) -> None:
    place = ("-w", warehouse)
    run("archive-raw", "--to", f"s3://{objects.bucket}/archive", "--remove", *place)
    name = next(iter(_bucket(objects).files()))
    whole = _bucket(objects).read(name)
    _bucket(objects).write(name, b"x" + whole[1:])

    assert "has other bytes" in run("archive-raw", "--bring-back", *place, status=1).stderr
    _bucket(objects).write(name, whole)
    run("archive-raw", "--bring-back", *place)
    assert not list((warehouse / "raw").rglob("*.archived"))


def test_no_file_is_lost_whenever_archiving_or_its_opposite_is_killed(
    objects: ObjectService, warehouse: Path
) -> None:
    before = _sums(warehouse)
    bucket = _bucket(objects)
    there = ("archive-raw", "--to", f"s3://{objects.bucket}/archive", "--remove", "-w", warehouse)
    back = ("archive-raw", "--bring-back", "-w", warehouse)
    chance = random.Random()
    for trial in range(10):
        # Killed at a random moment after a random number of files have gone one way or the other.
        started = len(bucket.files())
        moved = chance.randrange(3)
        with start(*(back if trial % 3 == 2 else there)) as process:
            while abs(len(bucket.files()) - started) < moved and process.poll() is None:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.3))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        here = _sums(warehouse)
        for name, sha256 in before.items():
            assert here.get(name, sha256) == sha256
            if name not in here:
                assert bucket.sha256(name) == sha256
                assert (warehouse / f"{name}.archived").is_file()
    run(*there)
    assert not _sums(warehouse)
    assert {name: bucket.sha256(name) for name in bucket.files()} == before
    run(*back)
    assert _sums(warehouse) == before
