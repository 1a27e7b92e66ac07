"""Any file of a warehouse may be damaged: commands report it in one sentence, repair restores it.

NEEDED and EXTRA name a file of each kind; KINDS are the ways of damaging it.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import BroadsheetError, DamagedWarehouseError
from tests.repair.newsroom import KINDS, Newsroom, damage
from warehouse.snapshots import take_snapshot

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Find = Callable[[Newsroom], Path]

# Files without which every run is refused.
NEEDED: dict[str, Find] = {
    "catalog": lambda room: room.warehouse / "catalog.db",
    "metadata": lambda room: room.metadata("article_versions"),
    "metadata of runs": lambda room: room.metadata("runs"),
    "manifest list": lambda room: room.manifest_list("documents"),
    "manifest": lambda room: room.manifest("article_versions"),
    **{
        table: lambda room, table=table: room.data(table)  # type: ignore[misc]
        for table in (
            *("article_versions", "superseded", "date_candidates", "documents"),
            *("links", "images", "revisions", "revision_changes"),
            *("discoveries", "fetches", "visits", "fingerprints", "runs"),
        )
    },
}
# Files that the next run writes again, or does not need.
EXTRA: dict[str, Find] = {
    "schema": lambda room: next((room.warehouse / "lake" / "documents").glob("schema-*")),
    "published": lambda room: room.warehouse / "news.duckdb",
    "format": lambda room: room.warehouse / "format.json",
    "raw": lambda room: next((room.warehouse / "raw").rglob("*.warc.gz")),
    "old metadata": lambda room: min((room.warehouse / "lake/documents/metadata").glob("*.json")),
}
# Tables whose rows cannot be restored from anything else.
GONE = {"discoveries", "fetches", "visits"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NEEDED)
def test_doctor_reports_the_damage_and_reading_the_tables_is_refused(
    room: Newsroom, name: str, kind: str
) -> None:
    damage(NEEDED[name](room), kind)
    before = room.tree()
    said = room.faults()
    assert said
    assert all("broadsheet repair" in one and "\n" not in one for one in said)
    with pytest.raises(DamagedWarehouseError, match="run `broadsheet repair") as refused:
        take_snapshot(room.lake)
    assert "\n" not in str(refused.value)
    assert room.tree() == before


@pytest.mark.parametrize("name", ["catalog", "article_versions"])
def test_a_run_is_refused_before_it_changes_a_table(room: Newsroom, name: str) -> None:
    damage(NEEDED[name](room), "delete")
    before = room.tree()
    with pytest.raises(DamagedWarehouseError, match="run `broadsheet repair"):
        room.ingest()
    after = {name: state for name, state in room.tree().items() if not name.startswith("runs/")}
    assert after == before


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("catalog", "delete"),
        ("metadata", "empty"),
        ("manifest", "rubbish"),
        ("article_versions", "empty"),
        ("superseded", "cut"),
        ("documents", "delete"),
        ("links", "cut"),
        ("revisions", "empty"),
        ("revision_changes", "delete"),
        ("visits", "rubbish"),
        ("fingerprints", "cut"),
        ("runs", "cut"),
    ],
)
def test_repair_restores_all_rows_that_other_files_still_hold(
    room: Newsroom, name: str, kind: str
) -> None:
    check_repair(room, name, kind)


@pytest.mark.timeout(3600)
def test_repair_restores_the_rows_of_any_damaged_file(room: Newsroom) -> None:
    for number, name in enumerate((*NEEDED, *EXTRA)):
        for kind in KINDS[number % 4 :: 4]:  # all four for each file would take five minutes
            room.put_back()
            check_repair(room, name, kind)
            room.ingest()
            assert not room.faults()


@pytest.mark.parametrize(
    ("name", "kind"), [("schema", "rubbish"), ("published", "empty"), ("raw", "cut")]
)
def test_damage_of_a_file_that_is_not_needed_stops_no_run(
    room: Newsroom, name: str, kind: str
) -> None:
    damage(EXTRA[name](room), kind)
    room.ingest()
    assert not room.faults()


def check_repair(room: Newsroom, name: str, kind: str) -> None:
    """Damage a file, repair the warehouse, and compare all rows with those before."""
    path = (NEEDED | EXTRA)[name](room)
    damage(path, kind)
    before = room.tree()
    room.repair(dry_run=True)
    assert room.tree() == before
    room.repair()
    assert not room.faults()
    assert room.rows() == room.whole
    recorded = room.ask('select "table", file, rows, healed from repairs')
    if name in GONE:
        [row] = [one for one in recorded if one["table"] == name]
        assert (row["file"], row["healed"]) == (os.path.relpath(path, room.warehouse), 0)
        assert row["rows"] > 0
    else:
        assert all(row["healed"] == row["rows"] for row in recorded)
    after = room.tree()
    assert not room.repair().files, "a second repair finds nothing"
    assert room.tree() == after


def test_nights_continue_after_a_night_was_restored_from_its_stored_bytes(
    room: Newsroom,
) -> None:
    damage(room.data("article_versions", 1), "rubbish")
    with pytest.raises(BroadsheetError, match="broadsheet repair"):
        room.desk.quick_night(2)
    room.repair()
    room.desk.quick_night(2)
    assert room.desk.texts() == room.desk.site.expected() | {
        row["url"]: row["text"]
        for row in room.ask("select url, text from articles where source is null")
        + room.ask("select url, text from articles where domain = 'courier.example'")
    }
