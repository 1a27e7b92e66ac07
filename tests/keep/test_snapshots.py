"""A snapshot can be read without Broadsheet, and is the same bytes whenever it is made."""

import subprocess
from pathlib import Path

import pytest

from tasks.keep.snapshots import SnapshotRequest, StoredSnapshot, create_snapshot
from tests.keep.keeping import in_stages, load_one
from tests.pipeline.command import ask
from tests.pipeline.nights import Nights


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    nights = Nights(tmp_path / "news")
    load_one(nights, 1)
    load_one(nights, 2)
    return nights


def created(warehouse: Path, name: str, out: Path, where: str = "true") -> StoredSnapshot:
    request = SnapshotRequest(name, where, out)
    return in_stages(warehouse, lambda stages: create_snapshot(request, stages))


def test_a_snapshot_has_a_row_and_a_folder(nights: Nights, tmp_path: Path) -> None:
    made = created(nights.folder, "first", tmp_path / "first")
    assert made.articles == 2
    query = "select name, articles, where_sql, checksum, old_checksum from snapshots"
    assert [tuple(row.values()) for row in ask(nights.folder, query)] == [
        ("first", 2, "true", made.checksum, None)
    ]
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / "first", check=True)
    print((tmp_path / "first" / "README.md").read_text())
