"""Two machines never take each other's push for their own, whatever was interrupted."""

from pathlib import Path

import pytest

from config.settings import Settings
from tests.bucket.lakes import different_tables, load_rows, pushed, remote_rows, settings_of
from tests.bucket.service import ObjectService
from warehouse.bucket.pull import pull, record_pull
from warehouse.bucket.push import LakeBehindError
from warehouse.bucket.remote import open_bucket_lake
from warehouse.bucket.uploads import TransferWatch
from warehouse.lake import open_lake

pytestmark = pytest.mark.slow

_RUNS = [f"2025031{number}T000000000000Z-0000000{number}" for number in range(1, 5)]


def _pulled(settings: Settings) -> None:
    lake, remote = open_lake(settings.warehouse), open_bucket_lake(settings)
    record_pull(lake, remote, pull(lake, remote, TransferWatch()))


def _interrupted_at(step: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Push until a step, which is not taken."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"warehouse.bucket.push._Push.{step}", stopped)
        with pytest.raises(KeyboardInterrupt):
            pushed(settings)


def _ids(settings: Settings) -> list[object]:
    return [row["article_id"] for row in remote_rows(settings)]


@pytest.fixture
def machines(objects: ObjectService, catalog: str, tmp_path: Path) -> tuple[Settings, Settings]:
    """Two warehouses of one lake; the first has pushed one run, and has another."""
    first = settings_of(objects, catalog, tmp_path / "first")
    load_rows(first, _RUNS[0], ["a"])
    pushed(first)
    load_rows(first, _RUNS[1], ["b"])
    return first, settings_of(objects, catalog, tmp_path / "second")


def test_a_push_that_failed_before_its_number_was_stored_does_not_own_that_number(
    machines: tuple[Settings, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = machines
    _interrupted_at("_claim", first, monkeypatch)
    _pulled(second)
    load_rows(second, _RUNS[2], ["c"])
    pushed(second)
    with pytest.raises(LakeBehindError, match="lake pull"):
        pushed(first)
    assert _ids(second) == ["a", "c"]
    assert different_tables(second) == []


def test_an_interrupted_push_that_is_completed_is_newer_than_a_pull_before(
    machines: tuple[Settings, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = machines
    _interrupted_at("_complete", first, monkeypatch)
    _pulled(second)
    pushed(first)
    load_rows(second, _RUNS[2], ["c"])
    with pytest.raises(LakeBehindError, match="lake pull"):
        pushed(second)
    assert _ids(first) == ["a", "b"]
    assert different_tables(first) == []
