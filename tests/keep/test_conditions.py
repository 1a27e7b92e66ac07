"""A snapshot's condition that quotes an article is changed when the article is taken down."""

from pathlib import Path

import pytest

from config.settings import load_settings
from tasks.keep.snapshots import SnapshotRequest, create_snapshot
from tasks.keep.verify import verify_snapshot, write_again
from tests.keep.keeping import in_stages
from tests.keep.test_after_a_takedown import GONE, STAYS, warehouse_with_two
from tests.pipeline.command import ask
from tests.takedown.desk import take_down
from tests.takedown.every_byte import places_with
from warehouse.lake import open_lake
from warehouse.tagged import remove_tags

pytestmark = pytest.mark.slow

ADDRESS = "courier.example/ferry"
WORDS = [ADDRESS, "Fennimore", "skipper"]
QUOTING = {
    "address": (f"url <> '{GONE}'", "url <> '(taken down)'"),
    "phrase": ("text not ilike '%skipper Ada Fennimore%'", "text not ilike '(taken down)'"),
    "name": ("true or contains(text, $$Fennimore$$)", "true or contains(text, '(taken down)')"),
    "alone": (f"url = '{GONE}'", "url = '(taken down)'"),
    "comment": (f"true -- but {GONE}", None),
    "length": ("length('skipper') < 8", None),
    "other": ("text ilike '%council%' or language = 'en'", ...),
}


def test_what_names_the_article_goes_and_the_articles_stay_chosen(tmp_path: Path) -> None:
    nights = warehouse_with_two(tmp_path / "w")
    settings = load_settings(warehouse=nights.folder)
    for name, (where, _) in QUOTING.items():
        request = SnapshotRequest(name, where=where, out=tmp_path / name)
        in_stages(nights.folder, lambda stages, one=request: create_snapshot(one, stages))
    listed = ask(nights.folder, f"select article_id from articles where url = '{STAYS}'")
    by_id = f"article_id in ('{listed[0]['article_id']}')"
    before = {path: path.read_bytes() for path in nights.folder.rglob("*") if path.is_file()}
    take_down(settings, GONE, dry_run=True)
    after = {path: path.read_bytes() for path in nights.folder.rglob("*") if path.is_file()}
    assert {path for path in before if before[path] != after.get(path)} == set()
    assert take_down(settings, GONE).is_done

    assert places_with(nights.folder, WORDS) == []
    rows = ask(nights.folder, "select name, where_sql, articles, old_checksum from snapshots")
    assert len(rows) == len(QUOTING)
    for row in rows:
        where, new = QUOTING[row["name"]]
        assert row["where_sql"] == (new or by_id if new is not ... else where), row
        assert row["articles"] == (0 if row["name"] == "alone" else 1), row
        assert row["old_checksum"], row
    for name in ("address", "alone", "comment"):
        write_again(name, tmp_path / name, settings)
        assert verify_snapshot(name, tmp_path / name, settings).differences == ()
        assert places_with(tmp_path / name, WORDS) == []


def test_a_condition_that_quotes_others_too_stays(tmp_path: Path) -> None:
    nights = warehouse_with_two(tmp_path / "w")
    settings = load_settings(warehouse=nights.folder)
    where = "published_date >= '2025-03-01' and language = 'en' and url like 'https://courier%'"
    request = SnapshotRequest("kept", where=where, out=tmp_path / "kept")
    in_stages(nights.folder, lambda stages: create_snapshot(request, stages))
    take_down(settings, GONE)
    [row] = ask(nights.folder, "select where_sql, articles from snapshots")
    assert row == {"where_sql": where, "articles": 1}


def test_a_snapshot_whose_state_is_elsewhere_loses_what_names_the_article(tmp_path: Path) -> None:
    nights = warehouse_with_two(tmp_path / "w")
    settings = load_settings(warehouse=nights.folder)
    checksums = {}
    for name in ("address", "comment", "other"):
        request = SnapshotRequest(name, where=QUOTING[name][0], out=tmp_path / name)
        made = in_stages(nights.folder, lambda stages, one=request: create_snapshot(one, stages))
        checksums[name] = made.checksum
        remove_tags(open_lake(nights.folder), name)

    assert take_down(settings, GONE).is_done

    assert places_with(nights.folder, WORDS) == []
    rows = ask(nights.folder, "select name, where_sql, checksum from snapshots")
    assert {row["name"]: row["checksum"] for row in rows} == checksums
    assert {row["name"]: row["where_sql"] for row in rows} == {
        "address": QUOTING["address"][1],
        "comment": "false",
        "other": QUOTING["other"][0],
    }
