"""Losses that cannot be repaired are recorded and named; history and tags are kept."""

import shutil
from pathlib import Path

import pytest

from config.errors import DamagedWarehouseError
from tasks.repair.findings import find_damage
from tasks.repair.journal import begin
from tests.pipeline.command import run
from tests.repair.newsroom import Newsroom, damage
from warehouse.rebuild import set_aside

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_versions_whose_bytes_are_gone_are_reported_and_older_ones_become_current(
    room: Newsroom,
) -> None:
    revised = room.ask("select url from articles where version = 2 order by all")
    room.data("article_versions", 1).unlink()
    shutil.rmtree(room.warehouse / "raw" / "2025-03-12")
    report = room.repair()
    assert len(report.lost) == 4
    assert all("night of 2025-03-12" in one.run for one in report.lost)
    assert {one.url for one in report.lost if one.version == 2} == {row["url"] for row in revised}
    current = room.ask("select url from articles where version = 1 order by all")
    assert all(row in current for row in revised)
    assert room.ask('select "table", rows, healed from repairs where rows > 0') == [
        {"table": "article_versions", "rows": 4, "healed": 0}
    ]
    room.ingest()  # would not be published if the loss counted as an imbalance
    after = room.tree()
    assert not room.repair().files
    assert room.tree() == after


def test_versions_recorded_as_lost_are_restored_when_their_bytes_come_back(room: Newsroom) -> None:
    raw = room.warehouse / "raw" / "2025-03-12"
    away = room.warehouse.parent / "away"
    room.data("article_versions", 1).unlink()
    raw.rename(away)
    room.repair()
    away.rename(raw)
    room.repair()
    assert room.rows() == room.whole
    [lost] = room.ask("select sum(rows - healed)::int as lost from repairs")
    assert lost == {"lost": 0}


def test_versions_and_their_ledger_that_are_lost_together_are_both_restored(room: Newsroom) -> None:
    for table in ("article_versions", "documents"):
        damage(room.data(table, 1), "rubbish")
    room.repair()
    assert not room.faults()
    assert room.rows()["article_versions"] == room.whole["article_versions"]
    assert room.ask("select count(*) as n from articles") == [{"n": 13}]


def test_a_table_without_metadata_is_rebuilt_from_its_parquet_files(room: Newsroom) -> None:
    for table in ("article_versions", "runs", "superseded"):
        shutil.rmtree(room.warehouse / "lake" / table / "metadata")
    (room.warehouse / "catalog.db").unlink()
    with pytest.raises(DamagedWarehouseError, match="is missing"):
        room.ingest()
    room.repair()
    assert room.rows() == room.whole
    room.ingest()
    assert not room.faults()


def test_the_folders_of_several_tables_can_be_lost(room: Newsroom) -> None:
    for table in ("documents", "date_candidates", "superseded"):
        shutil.rmtree(room.warehouse / "lake" / table)
    room.repair()
    assert not room.faults()
    assert room.rows()["article_versions"] == room.whole["article_versions"]
    assert room.rows()["superseded"] == room.whole["superseded"]
    [kept] = room.ask("select count(*) as n from documents where outcome in ('loaded', 'revised')")
    assert kept == {"n": len(room.whole["article_versions"])}
    room.ingest()


def test_tags_and_older_snapshots_survive_the_loss_of_the_catalog(room: Newsroom) -> None:
    table = room.lake.catalog.load_table(("news", "article_versions"))
    first = table.snapshots()[0].snapshot_id
    table.manage_snapshots().create_tag(first, "paper").commit()
    damage(room.warehouse / "catalog.db", "rubbish")
    damage(room.manifest_list_of_newest("article_versions"), "cut")
    room.repair()
    table = room.lake.catalog.load_table(("news", "article_versions"))
    assert table.scan(snapshot_id=table.snapshot_by_name("paper").snapshot_id).count() == 8  # type: ignore[union-attr]
    assert room.rows() == room.whole


def test_a_catalog_of_an_earlier_night_is_refused_and_rebuilt(room: Newsroom) -> None:
    catalog = room.warehouse / "catalog.db"
    earlier = catalog.read_bytes()
    room.ingest()  # brings nothing new, but is a run that the old catalog does not know
    catalog.write_bytes(earlier)
    with pytest.raises(DamagedWarehouseError, match="is older than the table"):
        room.ingest()
    room.repair()
    assert room.ask("select count(*) as n from runs where flow <> 'repair'") == [{"n": 4}]
    assert not room.faults()


def test_a_run_that_cannot_be_resumed_is_refused_and_set_aside(room: Newsroom) -> None:
    folder = room.warehouse / "runs" / "20250313T020000000000Z-00000000"
    folder.mkdir()
    (folder / "run.json").write_bytes(b'{"flow": "ing')
    assert any("cannot be resumed" in one for one in room.faults())
    with pytest.raises(DamagedWarehouseError, match=r"run\.json is damaged"):
        room.ingest()
    report = room.repair()
    assert "cannot be resumed" in report.notes[0]
    assert not folder.exists()
    assert list((room.warehouse / "damaged").glob(f"*/runs/{folder.name}/run.json"))
    assert room.rows() == room.whole
    room.ingest()


def test_an_interrupted_repair_is_continued_by_the_next_one(room: Newsroom) -> None:
    path = room.data("article_versions", 0)
    damage(path, "cut")
    journal = begin(room.warehouse, find_damage(room.warehouse).files)
    set_aside(path, room.warehouse, journal.folder)
    with pytest.raises(DamagedWarehouseError, match="was interrupted"):
        room.ingest()
    assert any("was interrupted" in one for one in room.faults())
    room.repair()
    assert room.rows() == room.whole
    [row] = room.ask("select run_id, detail, rows, healed from repairs")
    assert row == {"run_id": journal.run_id, "detail": "is damaged", "rows": 8, "healed": 8}


def test_lost_rows_of_the_table_repairs_are_restored_from_the_journals(room: Newsroom) -> None:
    room.data("visits", 0).unlink()
    shutil.rmtree(room.warehouse / "raw" / "2025-03-12")
    room.data("article_versions", 1).unlink()
    room.repair()
    query = 'select "table", rows, healed from repairs where rows > healed order by all'
    before = room.ask(query)
    damage(room.data("repairs", 0), "empty")
    room.repair()
    assert [row for row in room.ask(query) if row["table"] != "repairs"] == before
    room.ingest()


def test_the_command_reports_its_work_and_sets_its_exit_status(room: Newsroom) -> None:
    on = ("-w", room.warehouse, "--config", room.desk.config)
    room.data("article_versions", 2).unlink()
    assert "broadsheet repair" in run("doctor", *on, status=1).stdout
    refused = run("ingest", room.archive, *on, status=1)
    assert refused.stderr.count("broadsheet: ") == 1
    assert "Traceback" not in refused.stderr
    before = room.tree()
    dry = run("repair", "--dry-run", *on).stdout
    assert "is missing; it held 3 rows of the ingest run" in dry
    assert "missing: version 1 of https://courier.example/2025/03/11/district-0" in dry
    assert room.tree() == before
    done = run("repair", *on).stdout
    assert "3 rows of the ingest run" in done
    assert "3 of them made again" in done
    assert "0 versions are lost, 13 articles are there" in done
    assert "is whole; nothing was changed" in run("repair", *on).stdout
    run("ingest", room.archive, *on)  # was refused before the repair
    run("doctor", *on)
    missing = run("repair", "-w", room.warehouse / "nowhere", status=2)
    assert "There is no warehouse" in missing.stderr


def test_a_warehouse_that_is_nothing_but_a_damaged_run_can_be_repaired(tmp_path: Path) -> None:
    folder = tmp_path / "w" / "runs" / "20250311T020000Z-0123456789ab"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text('{"flow": "ingest", "inp')
    page = tmp_path / "page.txt"
    page.write_text("The ferry to Quillhaven sails again. " * 20)
    on = ("-w", tmp_path / "w")
    assert "broadsheet repair" in run("ingest", page, *on, status=1).stderr
    assert "run.json is damaged" in run("repair", *on).stdout
    run("ingest", page, *on)
    assert not (tmp_path / "w" / "runs").exists() or not any((tmp_path / "w" / "runs").iterdir())
