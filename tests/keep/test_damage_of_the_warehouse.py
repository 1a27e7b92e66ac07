"""A damaged file of the warehouse never replaces its good copy in the backup."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import DamagedWarehouseError
from tasks.keep.manifest import read_manifest
from tasks.raw.tombstones import TakenRecord, replace_records
from tasks.raw.warc_records import gzip_member
from tests.keep.keeping import backed_up, load_one, restored, rows_of
from tests.pipeline.nights import Nights

WARC = "raw/2025-03-11/courier-000.warc.gz"


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    nights = Nights(tmp_path / "news")
    load_one(nights, 1)
    warc = nights.folder / WARC
    warc.parent.mkdir(parents=True)
    warc.write_bytes(b"".join(gzip_member(os.urandom(900)) for _ in range(3)))
    return nights


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1000)


@pytest.mark.parametrize("harm", [flip, cut])
@pytest.mark.parametrize(
    "pattern", ["lake/article_versions/data/*.parquet", "lake/runs/metadata/*.json", WARC]
)
def test_a_damaged_file_is_refused_and_the_backup_stays(
    nights: Nights, tmp_path: Path, pattern: str, harm: object
) -> None:
    backup = tmp_path / "backup"
    backed_up(nights.folder, backup, links=False)
    manifest, before = read_manifest(backup), rows_of(nights.folder)
    path = max(nights.folder.glob(pattern))
    saved = path.read_bytes()
    assert callable(harm)
    if path.suffix == ".json":
        path.write_bytes(saved.replace(b'"added-records":"1"', b'"added-records":"7"'))
        assert path.read_bytes() != saved
    else:
        harm(path)
    for deep in (False, True):
        with pytest.raises(DamagedWarehouseError, match=path.name):
            backed_up(nights.folder, backup, links=False, deep=deep)
    assert read_manifest(backup) == manifest
    assert (backup / path.relative_to(nights.folder)).read_bytes() == saved
    restored(backup, tmp_path / "back")
    assert rows_of(tmp_path / "back") == before
    shutil.copy(backup / path.relative_to(nights.folder), path)  # as the sentence says
    backed_up(nights.folder, backup, links=False)


@pytest.mark.parametrize("deep", [False, True])
def test_damage_to_a_linked_file_is_found_by_the_manifest(
    nights: Nights, tmp_path: Path, deep: bool
) -> None:
    backup = tmp_path / "backup"
    backed_up(nights.folder, backup)
    manifest = read_manifest(backup)
    [linked] = (backup / "lake/article_versions/data").glob("*.parquet")
    with linked.open("ab") as file:
        file.write(b"x")
    with pytest.raises(DamagedWarehouseError, match="hard link"):
        backed_up(nights.folder, backup, deep=deep)
    assert read_manifest(backup) == manifest


def test_a_warc_file_that_a_takedown_rewrote_is_copied(nights: Nights, tmp_path: Path) -> None:
    backed_up(nights.folder, tmp_path / "backup")
    path = nights.folder / WARC
    length = path.stat().st_size // 3
    taken = TakenRecord(length, length, "response")
    replace_records(path, [taken], datetime.now(UTC))
    done = backed_up(nights.folder, tmp_path / "backup")
    assert done.linked + done.copied >= 1
    assert (tmp_path / "backup" / WARC).read_bytes() == path.read_bytes()


def test_a_torn_warc_file_that_a_takedown_rewrote_is_copied(nights: Nights, tmp_path: Path) -> None:
    path = nights.folder / WARC
    length = path.stat().st_size // 3
    os.truncate(path, path.stat().st_size - 100)  # as the kill of a night leaves it
    backed_up(nights.folder, tmp_path / "backup", links=False)
    replace_records(path, [TakenRecord(length, length, "response")], datetime.now(UTC))
    backed_up(nights.folder, tmp_path / "backup", links=False)
    assert (tmp_path / "backup" / WARC).read_bytes() == path.read_bytes()


def test_metadata_that_a_move_rewrote_are_copied(nights: Nights, tmp_path: Path) -> None:
    backed_up(nights.folder, tmp_path / "backup", links=False)
    nights.folder.rename(tmp_path / "moved")
    backed_up(tmp_path / "moved", tmp_path / "backup", links=False)
    restored(tmp_path / "backup", tmp_path / "back")
    assert rows_of(tmp_path / "back") == rows_of(tmp_path / "moved")
