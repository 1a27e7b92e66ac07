"""Objects that another program removed or changed are uploaded again by `lake push`."""

from pathlib import Path

import pytest

from config.errors import DamagedWarehouseError
from config.settings import Settings
from flows.actions.lake_check import check_bucket
from tasks.jobs.lake import PushRequest, push_by_hand
from tasks.pipeline import Stages
from tasks.runs.progress import ProgressListener
from tests.bucket.lakes import different_tables, load_rows, pushed, settings_of
from tests.bucket.service import ObjectService
from warehouse.bucket.objects import Bucket, open_bucket
from warehouse.bucket.push import Pushed
from warehouse.lake import open_lake
from warehouse.schema import SUPERSEDED

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(objects: ObjectService, catalog: str, tmp_path: Path) -> Settings:
    """Push three files of a table."""
    made = settings_of(objects, catalog, tmp_path / "news")
    for number in (1, 2, 3):
        load_rows(made, f"2025031{number}T000000000000Z-0000000{number}", [f"a{number}"])
    pushed(made)
    return made


@pytest.fixture
def bucket(settings: Settings) -> Bucket:
    return open_bucket(settings.lake, settings.bucket)


def _contents(bucket: Bucket) -> dict[str, bytes]:
    return {name: bucket.read(name) for name in bucket.files(f"{SUPERSEDED.name}/data")}


def _push(settings: Settings, **options: bool) -> Pushed:
    return push_by_hand(Stages(settings, pytest.fail, ProgressListener()), PushRequest(**options))


def test_objects_that_are_gone_or_cut_are_uploaded_again(
    settings: Settings, bucket: Bucket
) -> None:
    before = _contents(bucket)
    first, second, _ = before
    bucket.remove(first)
    bucket.write(second, before[second][:-1])
    with pytest.raises(RuntimeError, match=f"lacks 2 files, .*{first}: run `broadsheet lake push`"):
        check_bucket(settings)

    assert _push(settings) == Pushed(restored=2)

    assert _contents(bucket) == before
    assert check_bucket(settings).endswith("is in step, in the state number 1")
    assert different_tables(settings) == []
    assert _push(settings) == Pushed()


def test_objects_with_other_bytes_are_found_when_all_are_read(
    settings: Settings, bucket: Bucket
) -> None:
    before = _contents(bucket)
    first, *_ = before
    bucket.write(first, before[first][:-1] + b"x")
    assert _push(settings) == Pushed()
    assert _push(settings, verify=True) == Pushed(restored=1)
    assert _contents(bucket) == before


def test_a_file_that_was_damaged_here_is_not_uploaded_over_a_whole_object(
    settings: Settings, bucket: Bucket
) -> None:
    before = _contents(bucket)
    first, second, _ = before
    path = open_lake(settings.warehouse).folder(SUPERSEDED) / Path(first).name
    whole = path.read_bytes()
    path.write_bytes(whole[:20] + b"x" + whole[21:])
    with pytest.raises(DamagedWarehouseError, match="was left as it is: run `broadsheet repair`"):
        _push(settings, verify=True)
    bucket.remove(first)
    bucket.remove(second)
    with pytest.raises(DamagedWarehouseError, match=f"{path} is missing or has other bytes"):
        _push(settings)
    path.write_bytes(whole)
    assert _push(settings) == Pushed(restored=2)
    assert _contents(bucket) == before
