"""`doctor` says whether the tables in the bucket are in step, and by how much they are behind."""

from pathlib import Path

import pytest

from config.errors import UsageError
from config.settings import load_settings
from flows.actions.lake_check import check_bucket
from tests.bucket.lakes import load_rows, pushed, settings_of
from tests.bucket.service import ObjectService
from warehouse.bucket.objects import open_bucket
from warehouse.bucket.push import LakeBehindError

pytestmark = pytest.mark.slow


def test_doctor_compares_the_bucket_with_the_warehouse(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    assert check_bucket(load_settings()) == "no lake in a bucket is set"
    settings = settings_of(objects, catalog, tmp_path / "news")
    assert check_bucket(settings).endswith("can be reached, and nothing is pushed yet")
    load_rows(settings, "20250311T000000000000Z-00000001", ["a"])
    with pytest.raises(RuntimeError, match=r"is behind by \d+ tables and 1 file: run `broadsheet"):
        check_bucket(settings)
    pushed(settings)
    assert check_bucket(settings).endswith("is in step, in the state number 1")
    load_rows(settings, "20250312T000000000000Z-00000002", ["b"])
    with pytest.raises(RuntimeError, match="is behind by 1 table and 1 file"):
        check_bucket(settings)
    another = settings_of(objects, catalog, tmp_path / "another")
    with pytest.raises(LakeBehindError, match="lake pull"):
        check_bucket(another)


def test_doctor_finds_objects_that_are_gone_or_cut(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, "20250311T000000000000Z-00000001", ["a"])
    pushed(settings)
    bucket = open_bucket(settings.lake, settings.bucket)
    (name,) = (name for name in bucket.files() if name.endswith(".parquet"))
    content = bucket.read(name)
    bucket.remove(name)
    with pytest.raises(
        RuntimeError,
        match=f"the bucket lacks 1 file, .* such as .*{name}: run `broadsheet lake push`",
    ):
        check_bucket(settings)
    bucket.write(name, content[:-1])
    with pytest.raises(RuntimeError, match="the bucket lacks 1 file"):
        check_bucket(settings)
    bucket.write(name, content)
    assert check_bucket(settings).endswith("is in step, in the state number 1")


def test_a_catalog_with_the_tables_of_another_address_is_refused(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, "20250311T000000000000Z-00000001", ["a"])
    pushed(settings)
    moved = settings.model_copy(update={"lake": f"s3://{objects.bucket}/moved"})
    with pytest.raises(UsageError, match=f"has the tables of the lake {settings.lake}, and"):
        check_bucket(moved)
    with pytest.raises(UsageError, match=f"or move the lake by .* --moved-from {settings.lake}`"):
        pushed(moved, replace_newer=True)
