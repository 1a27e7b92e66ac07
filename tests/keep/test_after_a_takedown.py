"""Backups and snapshots of articles that are taken down afterwards."""

from pathlib import Path

import pytest

from config.settings import load_settings
from tasks.keep.snapshots import SnapshotRequest, create_snapshot
from tasks.keep.verify import verify_snapshot, write_again
from tests.keep.keeping import backed_up, in_stages, restored
from tests.pipeline.command import ask
from tests.pipeline.nights import Nights
from tests.takedown.desk import article_at, take_down
from tests.takedown.every_byte import places_with

pytestmark = pytest.mark.slow

GONE = "https://courier.example/ferry"
SENTENCE = "The skipper Ada Fennimore lost her licence on Monday"
STAYS = "https://courier.example/basin"


def warehouse_with_two(folder: Path) -> Nights:
    nights = Nights(folder)
    nights.load(
        article_at(GONE, f"{SENTENCE}. The board met twice.", position=1, day=11),
        article_at(STAYS, "The basin opens at nine, the council said.", position=2, day=11),
    )
    return nights


def test_a_restored_older_backup_has_no_article_that_was_taken_down_since(tmp_path: Path) -> None:
    nights = warehouse_with_two(tmp_path / "w")
    backed_up(nights.folder, tmp_path / "backup", links=False)
    take_down(nights.settings, GONE)
    done = restored(tmp_path / "backup", tmp_path / "back")
    assert done.taken_down == 1
    assert [row["url"] for row in ask(tmp_path / "back", "select url from articles")] == [STAYS]
    assert places_with(tmp_path / "back", [SENTENCE, "courier.example/ferry"]) == []
    assert len(ask(tmp_path / "back", "from takedowns")) == 1


def test_a_snapshot_is_verified_after_a_takedown(tmp_path: Path) -> None:
    nights = warehouse_with_two(tmp_path / "w")
    settings = load_settings(warehouse=nights.folder)
    request = SnapshotRequest("thesis", out=tmp_path / "thesis")
    made = in_stages(nights.folder, lambda stages: create_snapshot(request, stages))
    report = take_down(nights.settings, GONE)
    assert report.is_done
    assert places_with(nights.folder, [SENTENCE, "courier.example/ferry"]) == []

    [row] = ask(nights.folder, "select articles, checksum, old_checksum from snapshots")
    assert (row["articles"], row["old_checksum"]) == (1, made.checksum)
    [said, *_] = verify_snapshot("thesis", tmp_path / "thesis", settings).differences
    assert "changed by takedown of 20" in said

    write_again("thesis", tmp_path / "thesis", settings)
    assert verify_snapshot("thesis", tmp_path / "thesis", settings).differences == ()
    assert places_with(tmp_path / "thesis", [SENTENCE, "courier.example/ferry"]) == []
