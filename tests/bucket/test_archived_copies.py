"""Each copy of a WARC file is known from its first byte on, and none is lost for a damaged file."""

from datetime import date
from pathlib import Path

import pytest

from config.errors import BroadsheetError
from config.settings import load_settings
from tasks.jobs.archive_raw import ArchiveRequest, archive_raw, bring_back, require_not_archived
from tasks.jobs.retention import PruneRequest, prune
from tasks.pipeline import Stages
from tasks.runs.progress import ProgressListener
from tests.bucket.service import ObjectService
from warehouse.bucket.objects import Bucket, BucketError, open_bucket
from warehouse.format_file import mark_looked_through
from warehouse.lake import open_lake

_NAME = "raw/2025-03-11/courier-000.warc.gz"


@pytest.fixture
def stages(objects: ObjectService, tmp_path: Path) -> Stages:
    """A warehouse with a WARC file, in the folder `news`."""
    settings = load_settings(warehouse=tmp_path / "news")
    open_lake(settings.warehouse)
    mark_looked_through(settings.warehouse)
    (settings.warehouse / _NAME).parent.mkdir(parents=True)
    (settings.warehouse / _NAME).write_bytes(b"whole")
    return Stages(settings, pytest.fail, ProgressListener())


def _archive(stages: Stages, objects: ObjectService) -> Bucket:
    """Archive the file, and return the place of the copies."""
    to = f"s3://{objects.bucket}/archive"
    archive_raw(ArchiveRequest(to, 1, date(2025, 4, 1)), stages)
    return open_bucket(to, stages.settings.bucket)


def test_a_takedown_knows_of_a_copy_whose_archiving_was_interrupted(
    objects: ObjectService, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.bucket.objects.Bucket.verify", stopped)
        with pytest.raises(KeyboardInterrupt):
            _archive(stages, objects)
    bucket = open_bucket(f"s3://{objects.bucket}/archive", stages.settings.bucket)
    assert bucket.exists(_NAME)
    with pytest.raises(BroadsheetError, match="--bring-back"):
        require_not_archived(stages.settings.warehouse, {_NAME})
    bring_back(stages)
    assert not bucket.files()
    require_not_archived(stages.settings.warehouse, {_NAME})
    assert _archive(stages, objects).read(_NAME) == b"whole"


def test_a_damaged_file_does_not_cost_its_whole_copy(
    objects: ObjectService, stages: Stages
) -> None:
    bucket, path = _archive(stages, objects), stages.settings.warehouse / _NAME
    path.write_bytes(b"wh\0le")
    with pytest.raises(BroadsheetError, match="has other bytes than when it was archived"):
        _archive(stages, objects)
    with pytest.raises(BroadsheetError, match="has other bytes than when it was archived"):
        bring_back(stages)
    assert bucket.read(_NAME) == b"whole"
    path.unlink()
    bring_back(stages)
    assert path.read_bytes() == b"whole"


def test_nothing_is_pruned_while_the_bucket_with_the_copies_is_away(
    objects: ObjectService, stages: Stages
) -> None:
    bucket, warehouse = _archive(stages, objects), stages.settings.warehouse
    request = PruneRequest(9, None, date(2025, 4, 1), dry_run=False)
    service = stages.settings.bucket.model_copy(update={"endpoint": "http://127.0.0.1:9"})
    away = stages.settings.model_copy(update={"bucket": service})
    with pytest.raises(BucketError, match="did not answer as expected"):
        prune(request, Stages(away, pytest.fail, ProgressListener()))
    assert (warehouse / _NAME).read_bytes() == bucket.read(_NAME) == b"whole"
    with pytest.raises(BroadsheetError, match="--bring-back"):
        require_not_archived(warehouse, {_NAME})
    prune(request, stages)
    assert not (warehouse / _NAME).exists()
    assert not bucket.files()
    require_not_archived(warehouse, {_NAME})


def test_nothing_is_pruned_when_the_bucket_of_the_copies_is_not_that_of_the_settings(
    objects: ObjectService, stages: Stages
) -> None:
    bucket, warehouse = _archive(stages, objects), stages.settings.warehouse
    request = PruneRequest(9, None, date(2025, 4, 1), dry_run=False)
    note = warehouse / f"{_NAME}.archived"
    here = note.read_text("utf-8")
    note.write_text(here.replace(objects.bucket, "press-that-is-not"))
    with pytest.raises(BucketError, match="There is no bucket s3://press-that-is-not"):
        prune(request, stages)
    assert (warehouse / _NAME).read_bytes() == bucket.read(_NAME) == b"whole"
    assert note.is_file()
