"""Backups and restores of a stranger: full disks, damaged lists, places that cannot be used."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import BroadsheetError, DamagedWarehouseError
from tests.keep.keeping import backed_up, load_one, restored, rows_of
from tests.pipeline.nights import Nights


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    nights = Nights(tmp_path / "news")
    load_one(nights, 1)
    return nights


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this process may not mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_damaged_list_of_takedowns_is_named_before_anything_is_restored(
    nights: Nights, tmp_path: Path
) -> None:
    backed_up(nights.folder, tmp_path / "backup", links=False)
    listed = tmp_path / "letter.txt"
    listed.write_text("dear all\n")
    with pytest.raises(DamagedWarehouseError, match=r"letter\.txt"):
        restored(tmp_path / "backup", tmp_path / "back", listed)
    assert not (tmp_path / "back").exists()
    restored(tmp_path / "backup", tmp_path / "back")
    assert rows_of(tmp_path / "back") == rows_of(nights.folder)


@pytest.mark.slow
def test_a_full_disk_is_named_and_nothing_is_lost(nights: Nights, small: Path) -> None:
    before = rows_of(nights.folder)
    with pytest.raises(BroadsheetError, match=r"The disk of the backup .* is full|MB free"):
        backed_up(nights.folder, small / "backup")
    with pytest.raises(BroadsheetError, match="no backup"):
        restored(small / "backup", small / "back")
    assert rows_of(nights.folder) == before
    subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
    backed_up(nights.folder, small / "backup")
    restored(small / "backup", small / "back")
    assert rows_of(small / "back") == before
