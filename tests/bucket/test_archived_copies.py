"""Each copy of a WARC file is known from its first byte on, and none is lost for a damaged file."""

from datetime import date
from pathlib import Path

import pytest

from config.errors import BroadsheetError
from config.settings import load_settings
from tasks.jobs.archive_raw import ArchiveRequest, archive_raw, bring_back, require_not_archived
from tasks.pipeline import Stages
from tasks.runs.progress import ProgressListener
from tests.bucket.service import ObjectService
from warehouse.bucket.objects import Bucket, open_bucket
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
