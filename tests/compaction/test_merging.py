"""Small files are merged by month; rows, sorting, bloom filters, tags and unfinished runs stay."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import BroadsheetError, DamagedWarehouseError
from tests.compaction.tables import START, Tables, run_of
from warehouse.compaction import MergeRules, may_merge, merges_of
from warehouse.expiry import remove_expired
from warehouse.replaced import copies_of, hidden_files, is_compacted
from warehouse.schema import ARTICLE_VERSIONS, DOCUMENTS, SUPERSEDED, TABLES

pytestmark = pytest.mark.slow

GRACE = timedelta(days=7)
MARCH, APRIL = "202503", "202504"


def test_merged_files_hold_the_same_rows_sorted_and_with_bloom_filters(tmp_path: Path) -> None:
    tables = Tables(tmp_path, row_group_rows=16)
    for night, table in product(range(3), TABLES):
        tables.run(night, 20, table)
    before = {table: tables.content(table) for table in TABLES}
    report = tables.merge()
    assert {(one.table, one.replaced, one.merged) for one in report.tables} == {
        (table.name, 3, 1) for table in TABLES
    }
    for table in TABLES:
        assert tables.content(table) == before[table]
        [file] = tables.lake.files(table)
        rows = pq.read_table(file, columns=list(table.order_by)).to_pylist()
        keys = [[(row[name] is None, row[name] or 0) for name in table.order_by] for row in rows]
        assert all(_is_ordered(*pair) for pair in pairwise(keys)), table.name
        assert pq.read_metadata(file).num_row_groups == 4
        assert _bloom_filters(file) == set(table.bloom)


def _is_ordered(first: list[tuple[bool, Any]], second: list[tuple[bool, Any]]) -> bool:
    """Return whether a key may stand before another, NULL last."""
    differing = ((a, b) for a, b in zip(first, second, strict=True) if a != b)
    a, b = next(differing, ((False, 0), (True, 0)))
    return b[0] or (not a[0] and a[1] < b[1])


def _bloom_filters(file: str) -> set[str]:
    with duckdb.connect() as connection:
        found = connection.execute(
            "select distinct path_in_schema from parquet_metadata($file) "
            "where bloom_filter_offset is not null",
            {"file": file},
        ).fetchall()
    return {name for (name,) in found}


def test_every_table_says_the_order_of_its_merged_files() -> None:
    for table in TABLES:
        assert table.order_by, table.name
        assert set(table.order_by) <= set(table.arrow.names)
        assert table.sort_by in (None, table.order_by[0])


def test_files_of_the_present_month_are_merged_when_there_are_enough_and_others_always(
    tmp_path: Path,
) -> None:
    tables = Tables(tmp_path)
    for night in range(29, 33):  # 30 and 31 March, 1 and 2 April
        tables.run(night)
    before = tables.content()
    tables.merge(APRIL, files=3)
    assert [is_compacted(name) for name in tables.names()] == [True, False, False]
    tables.run(33)
    tables.merge(APRIL, files=3)
    assert [name[:6] for name in tables.names() if is_compacted(name)] == [MARCH, APRIL]
    for night in range(34, 37):
        tables.run(night)
    tables.merge(APRIL, files=3)
    assert len(tables.names()) == 3, "the merged file of April is not written again each time"
    tables.merge("202505", files=3)
    assert len(tables.names()) == 2
    assert set(before) <= set(tables.content())


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(1, 12), min_size=1, max_size=12), most=st.integers(4, 20))
def test_every_file_is_in_at_most_one_merge_and_nothing_is_left_to_merge_afterwards(
    sizes: list[int], most: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("files")
    files = [
        _write(folder / f"{run_of(night)}-00000.parquet", rows) for night, rows in enumerate(sizes)
    ]
    rules = MergeRules(most, frozenset())
    merges = merges_of(SUPERSEDED, files, rules)
    chosen = [file for merge in merges for file in merge.files]
    assert len(chosen) == len(set(chosen))
    assert all(merge.rows <= most and len(merge.files) > 1 for merge in merges)
    merged = [_write(folder / merge.name, merge.rows) for merge in merges]
    left = [file for file in files if file not in chosen]
    assert sum(pq.read_metadata(file).num_rows for file in (*left, *merged)) == sum(sizes)
    assert not merges_of(SUPERSEDED, [*left, *merged], rules)


def _write(path: Path, rows: int) -> str:
    pq.write_table(pa.table({"version": range(rows)}), path)
    return str(path)


def test_the_files_of_an_unfinished_run_are_left_out(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    for night in range(3):
        tables.run(night)
    (tables.warehouse / "runs" / run_of(1)).mkdir()
    tables.merge()
    assert f"{run_of(1)}-00000.parquet" in tables.names()
    assert len(tables.names()) == 2


def test_a_run_finds_its_commit_after_compactions_and_many_other_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.lake.MOST_SNAPSHOTS", 4)
    monkeypatch.setattr("warehouse.lake.KEPT_SNAPSHOTS", 1)
    tables = Tables(tmp_path)
    run_id = tables.run(0)
    (tables.warehouse / "runs" / run_id).mkdir()
    for night in range(1, 7):
        tables.run(night, 1)
    tables.merge()
    for days in (0, 8):
        remove_expired(tables.lake, GRACE, START + timedelta(days=days))
    names = tables.names()
    assert len(tables.lake.load(SUPERSEDED).snapshots()) < 6, "others must have expired"
    [own] = [file for file in tables.lake.files(SUPERSEDED) if run_id in file]
    assert tables.lake.commit(SUPERSEDED, [own], run_id) is not None
    assert tables.names() == names, "the run must not be loaded again"


def test_each_table_is_changed_by_one_snapshot(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    for night in (0, 1, 40, 41):
        tables.run(night)
    before = tables.lake.load(SUPERSEDED).snapshots()
    tables.merge()
    after = tables.lake.load(SUPERSEDED).snapshots()
    assert len(after) == len(before) + 1
    assert after[-1].summary is not None
    assert after[-1].summary["total-data-files"] == "2"
    assert len(tables.names()) == 2


def test_replaced_files_go_after_the_grace_time_and_those_that_a_tag_names_stay(
    tmp_path: Path,
) -> None:
    tables = Tables(tmp_path)
    tables.run(0)
    tables.run(1)
    iceberg = tables.lake.load(SUPERSEDED)
    tagged = iceberg.snapshots()[-1].snapshot_id
    iceberg.manage_snapshots().create_tag(tagged, "paper").commit()
    for night in range(2, 6):
        tables.run(night)
    old = {Path(file) for file in tables.lake.files(SUPERSEDED)}
    paper = {tables.lake.folder(SUPERSEDED) / f"{run_of(night)}-00000.parquet" for night in (0, 1)}
    before = tables.content()
    tables.merge()
    now = datetime.now(UTC)
    remove_expired(tables.lake, GRACE, now)
    remove_expired(tables.lake, GRACE, now + timedelta(days=6))
    assert all(path.is_file() for path in old), "an older publication may still name them"
    remove_expired(tables.lake, GRACE, now + GRACE)
    assert {path for path in old if path.exists()} == paper
    assert tables.content() == before
    iceberg = tables.lake.load(SUPERSEDED)
    assert iceberg.scan(snapshot_id=tagged).count() == 6
    for snapshot in iceberg.snapshots():
        assert iceberg.scan(snapshot_id=snapshot.snapshot_id).count() > 0
    iceberg.manage_snapshots().remove_tag("paper").commit()
    remove_expired(tables.lake, GRACE, now + GRACE)
    remove_expired(tables.lake, GRACE, now + 2 * GRACE)
    assert not [path for path in old if path.exists()]
    assert not list(tables.lake.folder(SUPERSEDED).glob("*.json"))


def test_files_of_older_versions_get_the_columns_that_they_lack(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    tables.run(0, 5, DOCUMENTS)
    [file] = tables.lake.files(DOCUMENTS)
    old = pq.read_table(file)
    pq.write_table(old.drop_columns(["extra", "whole_hash"]), file)
    tables.run(1, 5, DOCUMENTS)
    before = tables.content(DOCUMENTS)
    tables.merge()
    assert tables.content(DOCUMENTS) == before
    [merged] = tables.lake.files(DOCUMENTS)
    assert pq.read_schema(merged).equals(DOCUMENTS.arrow)


def test_a_killed_compaction_is_continued_with_the_files_that_it_had_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = Tables(tmp_path)
    for night in range(3):
        tables.run(night)
    with monkeypatch.context() as patch:
        patch.setattr("tasks.load.compaction.commit_merges", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            tables.merge()
    [written] = [
        p for p in tables.lake.folder(SUPERSEDED).glob("*.parquet") if is_compacted(p.name)
    ]
    before = written.stat().st_mtime_ns
    assert may_merge(tables.lake, MergeRules(100, frozenset(), MARCH, 30)), "it must be seen"
    tables.merge()
    assert tables.names() == [written.name]
    assert written.stat().st_mtime_ns == before
    assert not may_merge(tables.lake, MergeRules(100, frozenset(), MARCH, 30))


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("kind", ["delete", "rubbish inside"])
def test_a_damaged_file_is_named_and_nothing_is_changed(tmp_path: Path, kind: str) -> None:
    tables = Tables(tmp_path)
    for night in range(3):
        tables.run(night, 500, ARTICLE_VERSIONS)
    path = Path(tables.lake.files(ARTICLE_VERSIONS)[1])
    content = path.read_bytes()
    path.unlink()
    if kind != "delete":
        path.write_bytes(content[:100] + b"rubbish" * 300 + content[2200:])
    names = tables.names(ARTICLE_VERSIONS)
    with pytest.raises(DamagedWarehouseError, match=f"{path.name} .*repair") as refused:
        tables.merge()
    assert "\n" not in str(refused.value)
    assert tables.names(ARTICLE_VERSIONS) == names
    assert not [name for name in tables.lake.folder(ARTICLE_VERSIONS).glob(".*")]


def test_too_little_room_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    for night in range(2):
        tables.run(night)
    publish = tables.settings.publish.model_copy(update={"free_bytes": 10**18})
    tables.settings = tables.settings.model_copy(update={"publish": publish})
    with pytest.raises(BroadsheetError, match="make room"):
        tables.merge()
    assert not list(tables.lake.folder(SUPERSEDED).glob("*compacted*"))


def test_the_time_ends_after_a_file_and_the_next_compaction_makes_the_others(
    tmp_path: Path,
) -> None:
    from tasks.load.compaction import merge_files, merge_rules

    tables = Tables(tmp_path)
    for night in (0, 1, 31, 32, 62, 63):
        tables.run(night)
    before = tables.content()
    rules = merge_rules(tables.warehouse, tables.settings)
    counts = []
    for _ in range(3):
        report = merge_files(tables.lake, tables.settings, rules, seconds=1e-9)
        counts.append((len(tables.names()), report.is_complete))
        assert tables.content() == before
    assert counts == [(5, False), (4, False), (3, True)]


def test_a_replaced_file_may_itself_be_a_merged_one() -> None:
    replaced = {"ab": frozenset("ab"), "abc": frozenset({"ab", "c"})}
    assert copies_of("abc", {"abc", "ab", "c"}, replaced) == frozenset({"ab", "c"})
    assert copies_of("abc", {"a", "b", "c"}, replaced) == frozenset("abc")
    assert copies_of("abc", {"a", "c"}, replaced) is None
    # The snapshot that named `abc` is lost: whatever is left of the files, no row counts twice.
    assert hidden_files((), {"abc", "ab", "a", "b", "c"}, replaced) == {"abc", "ab"}
    assert hidden_files((), {"abc", "a", "b"}, replaced) == {"ab", "a", "b", "c"}
    assert hidden_files(("abc",), {"abc", "ab", "a", "b", "c"}, replaced) >= {"ab", "a", "b", "c"}
