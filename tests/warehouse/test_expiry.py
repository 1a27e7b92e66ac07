"""Metadata of expired snapshots is removed after the grace time; files in use stay."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.expiry import MOST_FILES, NOTES, remove_expired
from warehouse.lake import MOST_SNAPSHOTS, Lake, open_lake
from warehouse.schema import SUPERSEDED

pytestmark = pytest.mark.slow

GRACE = timedelta(days=7)
START = datetime(2025, 3, 11, tzinfo=UTC)


def night(lake: Lake, number: int) -> None:
    """Commit one row, as a run of that night would."""
    rows = [{"article_id": f"a{number}", "version": 1, "run_id": f"run-{number:04}"}]
    path = lake.folder(SUPERSEDED) / f"run-{number:04}-00000.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, SUPERSEDED.arrow), path)
    lake.commit(SUPERSEDED, [str(path)], f"run-{number:04}")


def metadata_files(lake: Lake) -> list[Path]:
    return list((lake.root / SUPERSEDED.name / "metadata").glob("*"))


def files_by_night(lake: Lake, nights: int) -> Iterator[int]:
    for number in range(nights):
        night(lake, number)
        remove_expired(lake, GRACE, START + timedelta(days=number))
        yield len(metadata_files(lake))


def check_history(lake: Lake, nights: int) -> None:
    """Check that all rows are there and that each kept snapshot can be read."""
    table = lake.load(SUPERSEDED)
    assert len(lake.files(SUPERSEDED)) == nights
    for snapshot in table.snapshots():
        assert table.scan(snapshot_id=snapshot.snapshot_id).count() > 0


def test_the_files_of_a_table_stay_bounded_over_the_nights(tmp_path: Path) -> None:
    lake = open_lake(tmp_path)
    counts = list(files_by_night(lake, 80))
    assert max(counts) < MOST_FILES + 30
    assert min(counts[45:]) < counts[40], "expired files must be removed"
    check_history(lake, 80)


@pytest.mark.timeout(900)
def test_the_files_of_a_table_stay_bounded_over_400_nights(tmp_path: Path) -> None:
    lake = open_lake(tmp_path)
    counts = list(files_by_night(lake, 400))
    assert max(counts) < MOST_FILES + 30
    check_history(lake, 400)


def test_a_file_is_removed_only_after_the_grace_time_and_not_if_a_tag_needs_it(
    tmp_path: Path,
) -> None:
    lake = open_lake(tmp_path)
    for number in range(MOST_SNAPSHOTS - 10):
        night(lake, number)
    table = lake.load(SUPERSEDED)
    tagged = table.snapshots()[0].snapshot_id
    table.manage_snapshots().create_tag(tagged, "paper").commit()
    for number in range(MOST_SNAPSHOTS - 10, MOST_SNAPSHOTS + 12):
        night(lake, number)
    before = set(metadata_files(lake))
    assert len(before) > MOST_FILES
    assert remove_expired(lake, GRACE, START) == 0
    assert remove_expired(lake, GRACE, START + timedelta(days=6)) == 0
    assert set(metadata_files(lake)) == before
    assert remove_expired(lake, GRACE, START + timedelta(days=7)) >= 50
    table = lake.load(SUPERSEDED)
    assert table.scan(snapshot_id=tagged).count() == 1
    check_history(lake, MOST_SNAPSHOTS + 12)


def test_losing_the_record_of_unneeded_files_only_delays_their_removal(tmp_path: Path) -> None:
    lake = open_lake(tmp_path)
    for number in range(MOST_SNAPSHOTS + 12):
        night(lake, number)
    remove_expired(lake, GRACE, START)
    (lake.root / NOTES).write_bytes(b"rubbish")
    assert remove_expired(lake, GRACE, START + timedelta(days=9)) == 0
    assert remove_expired(lake, GRACE, START + timedelta(days=16)) > 50


def test_files_of_an_unfinished_run_and_the_present_schema_stay_and_old_schemas_are_removed(
    tmp_path: Path,
) -> None:
    lake = open_lake(tmp_path)
    night(lake, 0)
    uncommitted = lake.folder(SUPERSEDED) / "run-9999-00000.parquet"
    uncommitted.write_bytes(b"PAR1PAR1")
    (tmp_path / "runs" / "run-9999").mkdir(parents=True)
    present = Path(lake.schema_file(SUPERSEDED))
    old = present.with_name("schema-0000000000000000.parquet")
    old.write_bytes(present.read_bytes())
    remove_expired(lake, GRACE, START)
    assert old.is_file(), "an older publication may still name it"
    assert remove_expired(lake, GRACE, START + GRACE) == 1
    assert not old.exists()
    assert present.is_file()
    assert uncommitted.is_file()


def test_a_parquet_file_that_nothing_names_is_removed_after_the_grace_time(tmp_path: Path) -> None:
    lake = open_lake(tmp_path)
    night(lake, 0)
    orphan = lake.folder(SUPERSEDED) / "run-8888-00000.parquet"
    orphan.write_bytes(b"PAR1PAR1")
    aside = orphan.with_name(f".{orphan.name}.0123456789abcdef")
    aside.touch()
    remove_expired(lake, GRACE, START)
    assert orphan.is_file()
    assert not aside.exists(), "it is what a killed writer left"
    remove_expired(lake, GRACE, START + GRACE)
    assert not orphan.exists()
    check_history(lake, 1)


def test_no_file_is_taken_for_unneeded_if_the_warehouse_is_reached_by_another_path(
    tmp_path: Path,
) -> None:
    lake = open_lake(tmp_path / "w")
    for number in range(3):
        night(lake, number)
    (tmp_path / "link").symlink_to(tmp_path / "w")
    other = open_lake(tmp_path / "link")
    (other.folder(SUPERSEDED) / "run-8888-00000.parquet").write_bytes(b"PAR1PAR1")
    for days in (0, 7, 14):
        remove_expired(other, GRACE, START + timedelta(days=days))
    check_history(lake, 3)
