"""The tables in the bucket follow those of the warehouse, and a night costs what is new."""

from pathlib import Path

import pytest

from config.errors import BroadsheetError, UsageError
from config.settings import Settings
from tests.bucket.lakes import (
    counting,
    different_tables,
    load_rows,
    local_rows,
    object_names,
    pushed,
    remote_rows,
    settings_of,
    write_rows,
)
from tests.bucket.service import ObjectService
from warehouse.bucket.catalogs import open_bucket_catalog
from warehouse.bucket.objects import BucketError
from warehouse.bucket.push import LakeBehindError, Pushed, push
from warehouse.bucket.remote import open_bucket_lake
from warehouse.bucket.step import NotPushedError, kept_in_step
from warehouse.bucket.uploads import TransferWatch
from warehouse.lake import NAMESPACE, open_lake
from warehouse.layout import BUCKET_RECORD, PUBLISHED
from warehouse.schema import SUPERSEDED

RUNS = [f"2025031{number}T000000000000Z-0000000{number}" for number in range(1, 6)]


def _ids(rows: list[dict[str, object]]) -> list[object]:
    return [row["article_id"] for row in rows]


def _remove_at_once(settings: Settings) -> Settings:
    """Return settings without a grace time."""
    publish = settings.publish.model_copy(update={"grace_days": 0})
    return settings.model_copy(update={"publish": publish})


def test_what_is_new_goes_to_the_bucket_and_a_rerun_pushes_nothing(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, RUNS[0], ["a", "b"])
    with counting(objects) as first:
        assert pushed(settings).files == 1
    load_rows(settings, RUNS[1], ["c"])
    with counting(objects) as second:
        assert pushed(settings).tables == 1
    with counting(objects, "") as third:
        assert pushed(settings) == Pushed()

    assert (len(first), len(second), third) == (1, 1, [])
    assert _ids(remote_rows(settings)) == ["a", "b", "c"]
    assert different_tables(settings) == []
    table = open_bucket_catalog(settings).load_table((NAMESPACE, SUPERSEDED.name))
    head = table.current_snapshot()
    assert head
    assert head.summary
    local = open_lake(settings.warehouse).load(SUPERSEDED).current_snapshot()
    assert local
    assert head.summary["run_id"] == RUNS[1]
    assert head.summary["broadsheet.local-snapshot"] == str(local.snapshot_id)


def test_what_the_bucket_lacks_goes_along_with_the_next_command(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings, notices = settings_of(objects, catalog, tmp_path / "news"), list[str]()
    load_rows(settings, RUNS[0], ["a"])
    pushed(settings)
    load_rows(settings, RUNS[1], ["b"])

    with kept_in_step(settings, "test", TransferWatch(), wait=False, notify=notices.append):
        pass

    assert _ids(remote_rows(settings)) == ["a", "b"]
    assert notices == []


@pytest.mark.slow
def test_a_lost_record_costs_no_upload(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, RUNS[0], ["a"])
    pushed(settings)
    (settings.warehouse / BUCKET_RECORD).unlink()
    load_rows(settings, RUNS[1], ["b"])
    with pytest.raises(LakeBehindError, match="run `broadsheet lake pull`"):
        pushed(settings)
    with counting(objects) as uploaded:
        assert pushed(settings, replace_newer=True).tables == 1
    assert len(uploaded) == 1
    assert _ids(remote_rows(settings)) == ["a", "b"]


@pytest.mark.slow
def test_merged_files_take_the_place_of_others_which_go_after_the_grace_time(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, RUNS[0], ["a"])
    load_rows(settings, RUNS[1], ["b"])
    pushed(settings)
    lake = open_lake(settings.warehouse)
    lake.replace(
        SUPERSEDED, add=[write_rows(lake, "merged", ["a", "b"])], remove=lake.files(SUPERSEDED)
    )
    pushed(settings)
    assert _ids(remote_rows(settings)) == ["a", "b"]
    assert len(object_names(objects, ".parquet")) == 3

    load_rows(settings, RUNS[2], ["c"])
    pushed(settings)
    assert len(object_names(objects, ".parquet")) == 4, "they stay for the grace time"
    settings = _due(_remove_at_once(settings))
    pushed(settings)
    assert len(object_names(objects, ".parquet")) == 2
    assert _ids(remote_rows(settings)) == ["a", "b", "c"]
    metadata = object_names(objects, "superseded/metadata/")
    assert sum(name.endswith(".avro") for name in metadata) <= 3


def _due(settings: Settings) -> Settings:
    """Let the record say that the time of waiting is over."""
    path = settings.warehouse / BUCKET_RECORD
    record = path.read_text()
    assert '"due":"20' in record
    path.write_text(record.replace('"due":"20', '"due":"19'))
    return settings


def test_rows_that_were_taken_down_leave_the_bucket_at_once(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, RUNS[0], ["a", "secret"])
    pushed(settings)
    lake = open_lake(settings.warehouse)
    lake.replace(
        SUPERSEDED, add=[write_rows(lake, "merged", ["a", "secret"])], remove=lake.files(SUPERSEDED)
    )
    pushed(settings)
    table = open_bucket_catalog(settings).load_table((NAMESPACE, SUPERSEDED.name))
    head = table.current_snapshot()
    assert head
    table.manage_snapshots().create_tag(head.snapshot_id, "of-another-program").commit()
    lake.amend(SUPERSEDED, add=[write_rows(lake, "reduced", ["a"])], remove=lake.files(SUPERSEDED))
    pushed(settings)

    [name] = object_names(objects, ".parquet")
    assert name.endswith("reduced-00000.parquet")
    assert _ids(remote_rows(settings)) == ["a"]
    assert len(open_bucket_catalog(settings).load_table("news.superseded").snapshots()) == 1
    assert pushed(settings) == Pushed()


@pytest.mark.slow
def test_a_takedown_whose_last_step_was_interrupted_is_completed(
    objects: ObjectService, catalog: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, RUNS[0], ["a", "secret"])
    pushed(settings)
    lake = open_lake(settings.warehouse)
    lake.amend(SUPERSEDED, add=[write_rows(lake, "reduced", ["a"])], remove=lake.files(SUPERSEDED))

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.bucket.index.ObjectIndex.remove", stopped)
        with pytest.raises(KeyboardInterrupt):
            pushed(settings)
    assert len(object_names(objects, ".parquet")) == 2
    pushed(settings)
    assert len(object_names(objects, ".parquet")) == 1
    assert local_rows(settings) == remote_rows(settings)


@pytest.mark.slow
def test_the_bucket_keeps_its_copy_of_a_file_that_a_repair_has_lost(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, RUNS[0], ["a"])
    load_rows(settings, RUNS[1], ["b"])
    pushed(settings)
    lake = open_lake(settings.warehouse)
    lake.amend(SUPERSEDED, remove=lake.files(SUPERSEDED)[:1], are_lost=True)
    pushed(settings)
    assert _ids(remote_rows(settings)) == ["b"]
    assert len(object_names(objects, ".parquet")) == 2


@pytest.mark.slow
def test_an_older_warehouse_does_not_replace_a_newer_state(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    first = settings_of(objects, catalog, tmp_path / "first")
    load_rows(first, RUNS[0], ["a"])
    pushed(first)
    second = settings_of(objects, catalog, tmp_path / "second")
    load_rows(second, RUNS[1], ["b"])
    with pytest.raises(
        LakeBehindError, match=r"\(number 1\) .*\(number 0\).*`broadsheet lake pull`"
    ):
        pushed(second)
    assert _ids(remote_rows(first)) == ["a"]
    pushed(second, replace_newer=True)
    assert _ids(remote_rows(first)) == ["b"]
    with pytest.raises(LakeBehindError, match=r"\(number 2\)"):
        pushed(first)


@pytest.mark.slow
def test_a_column_that_is_new_is_added(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, RUNS[0], ["a"])
    pushed(settings)
    remote = open_bucket_catalog(settings).load_table((NAMESPACE, SUPERSEDED.name))
    with remote.update_schema(allow_incompatible_changes=True) as update:
        update.delete_column("version")
    load_rows(settings, RUNS[1], ["b"])
    pushed(settings)
    assert [row["version"] for row in remote_rows(settings)] == [1, 1]


@pytest.mark.slow
def test_a_bucket_that_does_not_exist_and_keys_that_are_refused_are_named(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    lost = settings.model_copy(update={"lake": "s3://press-that-is-not/lake"})
    with pytest.raises(BucketError, match=r"There is no bucket s3://press-that-is-not: make it"):
        pushed(lost)
    with pytest.raises(UsageError, match="has no catalog"):
        pushed(settings_of(objects, "", tmp_path / "news"))
    assert not issubclass(BroadsheetError, UsageError)


def test_who_was_overtaken_is_told_to_pull_and_not_to_push(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    first = settings_of(objects, catalog, tmp_path / "first")
    second = settings_of(objects, catalog, tmp_path / "second")
    for settings, run in ((first, RUNS[0]), (second, RUNS[1])):
        load_rows(settings, run, ["a"])

    def overtaken() -> None:
        with kept_in_step(second, "ingest", TransferWatch(), wait=False, notify=print):
            push(open_lake(first.warehouse), open_bucket_lake(first), TransferWatch())
            (second.warehouse / PUBLISHED).write_bytes(b"")

    with pytest.raises(NotPushedError, match=r"run `broadsheet lake pull`, [^`]*$"):
        overtaken()
