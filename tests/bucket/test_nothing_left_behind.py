"""What was taken down leaves the bucket and stays away, also where pushes and pulls went wrong."""

from pathlib import Path

import pytest

from tests.bucket.lakes import load_rows, local_rows, object_names, pushed, settings_of, write_rows
from tests.bucket.service import ObjectService
from warehouse.bucket.pull import WouldLoseError, pull, record_pull
from warehouse.bucket.remote import open_bucket_lake
from warehouse.bucket.uploads import TransferWatch
from warehouse.lake import open_lake
from warehouse.schema import SNAPSHOTS, SUPERSEDED, TAKEDOWNS, Table

pytestmark = pytest.mark.slow

_RUNS = [f"2025031{number}T000000000000Z-0000000{number}" for number in range(1, 4)]


def test_files_of_an_interrupted_push_go_when_their_rows_are_taken_down(
    objects: ObjectService, catalog: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, _RUNS[0], ["a"])
    pushed(settings)
    load_rows(settings, _RUNS[1], ["b", "secret"])

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.bucket.push.commit_change", stopped)
        with pytest.raises(KeyboardInterrupt):
            pushed(settings)
    uploaded = f"{_RUNS[1]}-00000.parquet"
    assert object_names(objects, uploaded)
    lake = open_lake(settings.warehouse)
    [held] = [file for file in lake.files(SUPERSEDED) if file.endswith(uploaded)]
    lake.amend(SUPERSEDED, add=[write_rows(lake, "reduced", ["b"])], remove=[held])
    pushed(settings)
    assert object_names(objects, uploaded) == []
    assert len(object_names(objects, ".parquet")) == 2


@pytest.mark.parametrize(("table", "column"), [(TAKEDOWNS, "article_id"), (SNAPSHOTS, "name")])
def test_what_no_run_makes_again_is_not_lost_by_a_pull(
    table: Table, column: str, objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    first = settings_of(objects, catalog, tmp_path / "first")
    second = settings_of(objects, catalog, tmp_path / "second")
    load_rows(first, _RUNS[0], ["a"])
    pushed(first)
    lake, remote = open_lake(second.warehouse), open_bucket_lake(second)
    record_pull(lake, remote, pull(lake, remote, TransferWatch()))
    load_rows(second, _RUNS[1], ["b"])
    pushed(second)

    lake = open_lake(first.warehouse)
    lake.amend(table, add=[write_rows(lake, "by-hand", ["a"], table, column)])
    with pytest.raises(WouldLoseError, match=r"has 1 .* lacks, such as a: .* --discard"):
        pull(lake, remote, TransferWatch())
    assert local_rows(first, table)
    pull(lake, remote, TransferWatch(), discard=True)
    assert not local_rows(first, table)
