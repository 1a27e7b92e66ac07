"""`news.duckdb` in the bucket is not forgotten when a push ends before it."""

from pathlib import Path

import pytest

from flows.actions.lake_check import check_bucket
from tests.articles import article
from tests.bucket.corpus import pushed_corpus
from tests.bucket.lakes import pushed
from tests.bucket.service import ObjectService
from warehouse.bucket.objects import open_bucket
from warehouse.bucket.step import kept_in_step
from warehouse.bucket.uploads import TransferWatch

pytestmark = pytest.mark.slow


def test_a_push_that_ended_before_the_readers_file_is_seen_and_caught_up(
    objects: ObjectService, catalog: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = pushed_corpus(objects, catalog, tmp_path)
    settings, nights = corpus.settings, corpus.nights
    bucket = open_bucket(settings.lake, settings.bucket)
    assert "in step" in check_bucket(settings)
    nights.load(article("https://courier.example/9", "A later text.", position=9, day=12))

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    before = bucket.sha256("news.duckdb")
    with monkeypatch.context() as patched:
        patched.setattr("warehouse.bucket.step.publish_for_readers", stopped)
        with pytest.raises(KeyboardInterrupt):
            pushed(settings)
    with pytest.raises(RuntimeError, match=r"news\.duckdb shows an earlier state"):
        check_bucket(settings)
    with kept_in_step(settings, "test", TransferWatch(), wait=False, notify=pytest.fail):
        pass
    assert bucket.sha256("news.duckdb") != before
    assert "in step" in check_bucket(settings)
    bucket.remove("news.duckdb")
    with pytest.raises(RuntimeError, match=r"lacks 1 file, .*news\.duckdb: run `broadsheet lake "):
        check_bucket(settings)
