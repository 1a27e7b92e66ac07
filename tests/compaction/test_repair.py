"""Damage of merged files is repaired: from the files that they replaced, or from the documents."""

import shutil

import pytest

from tests.compaction.compacting import (
    after_the_grace_time,
    compacted,
    merged_file,
    present_files,
)
from tests.repair.newsroom import Newsroom, damage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ALL = ("article_versions", "date_candidates", "documents", "fetches", "discoveries", "visits")


def counts(room: Newsroom) -> list[dict[str, object]]:
    return [room.ask(f"select count(*) as n from {table}")[0] for table in ALL]


@pytest.mark.parametrize("kind", ["delete", "rubbish"])
def test_replaced_files_take_the_place_of_a_damaged_merged_file(room: Newsroom, kind: str) -> None:
    before = counts(room)
    compacted(room.settings)
    for table in ("documents", "fetches"):
        damage(merged_file(room.warehouse, table), kind)
    assert room.faults()
    report = room.repair()
    assert len(report.files) == 2
    assert not report.lost
    assert room.rows() == room.whole
    assert counts(room) == before
    assert not room.faults()
    assert room.ask("select sum(rows - healed)::int as lost from repairs") == [{"lost": 0}]
    compacted(room.settings)
    assert counts(room) == before


@pytest.mark.parametrize(
    "tables", [("article_versions", "date_candidates", "documents"), ("runs",)]
)
def test_after_the_grace_time_rows_are_made_again_for_all_its_runs(
    room: Newsroom, tables: tuple[str, ...]
) -> None:
    compacted(room.settings)
    after_the_grace_time(room.warehouse)
    for table in tables:
        damage(merged_file(room.warehouse, table), "cut")
    room.repair()
    assert not room.faults()
    assert room.rows()["article_versions"] == room.whole["article_versions"]
    assert room.rows()["date_candidates"] == room.whole["date_candidates"]
    assert room.ask("select sum(rows - healed)::int as lost from repairs") == [{"lost": 0}]


def test_what_is_lost_with_a_merged_file_is_recorded_by_run(room: Newsroom) -> None:
    compacted(room.settings)
    after_the_grace_time(room.warehouse)
    damage(merged_file(room.warehouse, "article_versions"), "delete")
    shutil.rmtree(room.warehouse / "raw" / "2025-03-12")
    report = room.repair()
    assert len(report.lost) == 4
    recorded = room.ask("""
        select rows, healed
        from repairs
        where "table" = 'article_versions' and held_run_id is not null
        order by held_run_id
    """)
    assert recorded == [
        {"rows": 8, "healed": 8},
        {"rows": 4, "healed": 0},
        {"rows": 3, "healed": 3},
    ]
    room.ingest()  # would not be published if the loss counted as an imbalance
    after = room.tree()
    assert not room.repair().files
    assert room.tree() == after


@pytest.mark.parametrize("grace", ["within the grace time", "after the grace time"])
def test_no_row_is_registered_twice_if_the_metadata_is_lost(room: Newsroom, grace: str) -> None:
    before = counts(room)
    compacted(room.settings)
    room.ingest()
    compacted(room.settings)  # replaces merged files by others
    if grace == "after the grace time":
        after_the_grace_time(room.warehouse)
    for table in ALL:
        shutil.rmtree(room.warehouse / "lake" / table / "metadata")
    (room.warehouse / "catalog.db").unlink()
    room.repair()
    assert not room.faults()
    after = counts(room)
    assert after[0] == before[0]
    assert room.rows()["article_versions"] == room.whole["article_versions"]
    assert after[3:] == before[3:]


def test_a_merged_file_that_was_never_committed_is_no_part_of_a_rebuilt_table(
    room: Newsroom,
) -> None:
    before = counts(room)
    replaced = present_files(room.warehouse, "documents")
    compacted(room.settings)
    merged = merged_file(room.warehouse, "documents")
    kept = {path: path.read_bytes() for path in (merged, merged.with_suffix(".json"))}
    room.put_back()
    for path, content in kept.items():
        path.write_bytes(content)
    shutil.rmtree(room.warehouse / "lake" / "documents" / "metadata")
    room.repair()
    assert counts(room) == before
    assert not room.faults()
    assert set(replaced) < set(present_files(room.warehouse, "documents"))
