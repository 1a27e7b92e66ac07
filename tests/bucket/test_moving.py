"""A lake moves to another address under the same catalog, when its former address is confirmed."""

from pathlib import Path

import pytest
from pyiceberg.catalog.sql import SqlCatalog

from config.errors import UsageError
from config.settings import Settings
from flows.actions.lake_check import check_bucket
from tasks.jobs.lake import PushRequest, pull_by_hand, push_by_hand
from tasks.pipeline import Stages
from tasks.runs.progress import ProgressListener
from tests.bucket.lakes import different_tables, load_rows, object_names, pushed, settings_of
from tests.bucket.service import ObjectService
from warehouse.bucket.push import LakeBehindError, Pushed
from warehouse.schema import SUPERSEDED, TABLES

pytestmark = pytest.mark.slow


def _moved(settings: Settings) -> Settings:
    return settings.model_copy(update={"lake": f"{settings.lake}-moved"})


def _stages(settings: Settings) -> Stages:
    return Stages(settings, pytest.fail, ProgressListener())


def _move(settings: Settings, former: str) -> Pushed:
    return push_by_hand(_stages(settings), PushRequest(moved_from=former))


def _loaded(settings: Settings, number: int) -> None:
    load_rows(settings, f"2025031{number}T000000000000Z-0000000{number}", [f"a{number}"])


def test_a_lake_is_moved_and_other_machines_follow(
    objects: ObjectService, catalog: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = settings_of(objects, catalog, tmp_path / "first")
    second = settings_of(objects, catalog, tmp_path / "second")
    _loaded(first, 1)
    pushed(first)
    assert _move(first, first.lake) == Pushed(), "it is there already"
    with pytest.raises(UsageError, match=f"tables of the lake {first.lake}, and not of s3://other"):
        _move(_moved(first), "s3://other/lake")
    dropped, drop = [], SqlCatalog.drop_table

    def killed(tables: SqlCatalog, identifier: tuple[str, str]) -> None:
        if identifier[1] in {table.name for table in TABLES}:
            dropped.append(identifier)
            if len(dropped) > 3:
                raise KeyboardInterrupt
        drop(tables, identifier)

    with monkeypatch.context() as patched:
        patched.setattr("pyiceberg.catalog.sql.SqlCatalog.drop_table", killed)
        with pytest.raises(KeyboardInterrupt):
            _move(_moved(first), first.lake)
    assert len(dropped) == 4
    _move(_moved(first), f"{first.lake}/")

    assert different_tables(_moved(first)) == []
    assert check_bucket(_moved(first)).endswith("is in step, in the state number 1")
    assert len(object_names(objects, f"lake-moved/{SUPERSEDED.name}/data/")) == 1
    _move(_moved(first), first.lake)
    _loaded(first, 2)
    with pytest.raises(UsageError, match=f"has the tables of the lake {first.lake}-moved"):
        pushed(first)
    pushed(_moved(first))
    assert sum(len(one.files) for one in pull_by_hand(_stages(_moved(second))).tables) == 2
    assert different_tables(_moved(second)) == []


def test_a_machine_that_is_behind_does_not_move_the_lake(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    first = settings_of(objects, catalog, tmp_path / "first")
    second = settings_of(objects, catalog, tmp_path / "second")
    for settings, number in ((first, 1), (second, 2)):
        _loaded(settings, number)
    pushed(first)
    with pytest.raises(LakeBehindError, match=f"The lake {first.lake} has a newer state"):
        _move(_moved(second), second.lake)
    assert different_tables(first) == []
