"""A warehouse takes over the state in the bucket, checked, and loses nothing unasked."""

from pathlib import Path

import pytest

from config.settings import Settings
from tests.bucket.lakes import (
    different_tables,
    load_rows,
    object_names,
    pushed,
    remote_rows,
    settings_of,
    write_rows,
)
from tests.bucket.service import ObjectService
from warehouse.bucket.objects import BucketError
from warehouse.bucket.pull import Pulled, WouldLoseError, pull, record_pull
from warehouse.bucket.push import LakeBehindError, Pushed
from warehouse.bucket.remote import open_bucket_lake
from warehouse.bucket.uploads import TransferWatch
from warehouse.lake import open_lake
from warehouse.schema import RUNS, SUPERSEDED, TAKEDOWNS
from warehouse.tagged import tag_names, tag_tables

pytestmark = pytest.mark.slow

_NIGHTS = [f"2025031{number}T000000000000Z-0000000{number}" for number in range(1, 5)]


def _night(settings: Settings, number: int, *ids: str) -> None:
    load_rows(settings, _NIGHTS[number], ids)
    lake = open_lake(settings.warehouse)
    lake.commit(RUNS, [write_rows(lake, _NIGHTS[number], [""], RUNS)], _NIGHTS[number])


def _pulled(settings: Settings, **options: bool) -> Pulled:
    lake, remote = open_lake(settings.warehouse), open_bucket_lake(settings)
    done = pull(lake, remote, TransferWatch(), **options)
    record_pull(lake, remote, done)
    return done


def test_an_empty_folder_gets_the_rows_of_every_table_and_then_pushes_nothing(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    first = settings_of(objects, catalog, tmp_path / "first")
    _night(first, 0, "a", "b")
    pushed(first)
    second = settings_of(objects, catalog, tmp_path / "second")
    assert _pulled(second).files == 2
    assert different_tables(second) == []
    assert pushed(second) == Pushed()
    _night(second, 1, "c")
    assert pushed(second).files == 2
    with pytest.raises(LakeBehindError, match="lake pull"):
        pushed(first)
    assert _pulled(first).files == 2
    assert different_tables(first) == []


def test_runs_that_the_bucket_lacks_are_not_lost_unasked(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    first = settings_of(objects, catalog, tmp_path / "first")
    _night(first, 0, "a")
    pushed(first)
    second = settings_of(objects, catalog, tmp_path / "second")
    _night(second, 1, "b")
    with pytest.raises(WouldLoseError, match=f"has 1 run that .*, such as {_NIGHTS[1]}"):
        _pulled(second)
    _pulled(second, discard=True)
    assert different_tables(second) == []


def test_an_object_with_other_bytes_is_refused_and_nothing_is_changed(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    first = settings_of(objects, catalog, tmp_path / "first")
    _night(first, 0, "a")
    pushed(first)
    [name] = object_names(objects, "superseded/data/")
    filesystem = objects.filesystem()
    with filesystem.open_input_stream(name) as stream:
        content = bytearray(stream.read())
    content[100] ^= 1
    with filesystem.open_output_stream(name) as stream:
        stream.write(bytes(content))
    second = settings_of(objects, catalog, tmp_path / "second")
    with pytest.raises(BucketError, match="does not have the bytes that were pushed"):
        _pulled(second)
    assert open_lake(second.warehouse).files(SUPERSEDED) == []
    assert not list(open_lake(second.warehouse).folder(SUPERSEDED).glob("*"))


def test_until_a_killed_pull_is_repeated_nothing_is_pushed(
    objects: ObjectService, catalog: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = settings_of(objects, catalog, tmp_path / "first")
    _night(first, 0, "a")
    pushed(first)
    second = settings_of(objects, catalog, tmp_path / "second")

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.lake.Lake.set_address_rules", stopped)
        with pytest.raises(KeyboardInterrupt):
            _pulled(second)
    with pytest.raises(LakeBehindError, match="was interrupted: repeat `broadsheet lake pull`"):
        pushed(second)
    _pulled(second)
    assert different_tables(second) == []
    assert pushed(second) == Pushed()


def test_after_a_push_that_never_ended_another_machine_goes_on(
    objects: ObjectService, catalog: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = settings_of(objects, catalog, tmp_path / "first")
    _night(first, 0, "a")
    pushed(first)
    _night(first, 1, "b")

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.bucket.push._Push._complete", stopped)
        with pytest.raises(KeyboardInterrupt):
            pushed(first)
    second = settings_of(objects, catalog, tmp_path / "second")
    assert _pulled(second).is_older
    assert [row["article_id"] for row in remote_rows(first)] == ["a", "b"]
    pushed(second)
    assert [row["article_id"] for row in remote_rows(first)] == ["a"]
    assert different_tables(second) == []
    with pytest.raises(LakeBehindError):
        pushed(first)


def test_named_snapshots_are_removed_only_with_consent_when_articles_were_taken_down(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    first = settings_of(objects, catalog, tmp_path / "first")
    second = settings_of(objects, catalog, tmp_path / "second")
    _night(first, 0, "a", "secret")
    pushed(first)
    _pulled(second)
    tag_tables(open_lake(second.warehouse), "spring")
    load_rows(first, _NIGHTS[1], ["secret"], [TAKEDOWNS])
    pushed(first)
    with pytest.raises(WouldLoseError, match=r"\(spring\): pull with --discard"):
        _pulled(second)
    _pulled(second, discard=True)
    assert tag_names(open_lake(second.warehouse)) == []
