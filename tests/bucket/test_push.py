"""The tables in the bucket follow those of the warehouse, and a night costs what is new."""

from pathlib import Path

from tests.bucket.lakes import (
    counting,
    different_tables,
    load_rows,
    pushed,
    remote_rows,
    settings_of,
)
from tests.bucket.service import ObjectService
from warehouse.bucket.push import Pushed


def test_what_is_new_goes_to_the_bucket_and_a_rerun_pushes_nothing(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, "20250311T000000000000Z-00000001", ["a", "b"])
    with counting(objects) as first:
        assert pushed(settings).files == 1
    load_rows(settings, "20250312T000000000000Z-00000002", ["c"])
    with counting(objects) as second:
        assert pushed(settings).tables == 1
    with counting(objects) as third:
        assert pushed(settings) == Pushed()

    assert (len(first), len(second), len(third)) == (1, 1, 0)
    assert [row["article_id"] for row in remote_rows(settings)] == ["a", "b", "c"]
    assert different_tables(settings) == []
