"""A warehouse of a newer format, or without its catalog, is refused before anything changes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from config.errors import DamagedWarehouseError, UsageError
from tests.articles import article
from tests.pipeline.command import run
from tests.pipeline.nights import Nights
from warehouse.format_file import SCHEMA_PROPERTY, format_number
from warehouse.lake import open_lake
from warehouse.opening import (
    catalog_faults,
    require_openable,
)
from warehouse.schema import SCHEMA_VERSION

pytestmark = pytest.mark.slow

PAGE = "https://courier.example/basin"


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    nights = Nights(tmp_path / "w")
    nights.load(article(PAGE, "A", position=1, day=1))
    return nights


def tree(folder: Path) -> dict[str, int]:
    return {str(p): p.stat().st_mtime_ns for p in sorted(folder.rglob("*")) if p.is_file()}


def make_newer(warehouse: Path, *, by_file: bool, by_table: bool) -> None:
    """Raise the format number in the chosen places and remove it from format.json otherwise."""
    if by_file:
        (warehouse / "format.json").write_bytes(orjson.dumps({"format": SCHEMA_VERSION + 1}))
    else:
        (warehouse / "format.json").unlink()
    if by_table:
        table = open_lake_of(warehouse).catalog.load_table(("news", "runs"))
        with table.transaction() as transaction:
            transaction.set_properties({SCHEMA_PROPERTY: str(SCHEMA_VERSION + 1)})
        if not by_file:
            (warehouse / "format.json").unlink()


def open_lake_of(warehouse: Path):  # type: ignore[no-untyped-def]
    return open_lake(warehouse)


@pytest.mark.parametrize(("by_file", "by_table"), [(True, False), (False, True)])
def test_a_newer_format_is_refused_wherever_it_is_stated(
    nights: Nights, by_file: bool, by_table: bool
) -> None:
    make_newer(nights.folder, by_file=by_file, by_table=by_table)
    before = tree(nights.folder)
    with pytest.raises(UsageError, match="newer Broadsheet") as refused:
        require_openable(nights.folder)
    assert f"format {SCHEMA_VERSION + 1}" in str(refused.value)
    with pytest.raises(UsageError, match="newer Broadsheet"):
        open_lake(nights.folder)
    assert tree(nights.folder) == before


def test_every_command_that_would_change_a_newer_warehouse_refuses_it(
    nights: Nights, tmp_path: Path
) -> None:
    page = tmp_path / "page.txt"
    page.write_text("The ferry sails at noon. " * 30)
    sources = tmp_path / "sources.toml"
    sources.write_text('[[source]]\nname = "Tide"\nhomepage = "http://tide.example/"\n')
    config = tmp_path / "broadsheet.toml"
    config.write_text(f"sources = {str(sources)!r}\n")
    raw = nights.folder / "raw" / "2025-03-11"
    raw.mkdir(parents=True)
    (raw / "tide-000.warc.gz").write_bytes(b"")
    make_newer(nights.folder, by_file=True, by_table=False)
    before = tree(nights.folder)
    on = ("-w", nights.folder, "--config", config)
    for command in (
        ("ingest", page),
        ("nightly",),
        ("fetch",),
        ("backfill", "Tide", "--from", "2025-03-01"),
        ("reprocess",),
        ("prune", "--older-than", "1", "--yes"),
        ("repair",),
    ):
        refused = run(*command, *on, status=2)
        assert "was written by a newer Broadsheet" in refused.stderr, command
        assert "Traceback" not in refused.stderr
    assert tree(nights.folder) == before
    assert "1" in run("sql", "select count(*) from articles", *on).stdout


def test_losing_the_format_number_in_one_place_changes_nothing(nights: Nights) -> None:
    assert format_number(nights.folder) == SCHEMA_VERSION
    (nights.folder / "format.json").write_bytes(b"rubbish")
    assert format_number(nights.folder) == SCHEMA_VERSION
    open_lake(nights.folder)
    assert orjson.loads((nights.folder / "format.json").read_bytes())["format"] == SCHEMA_VERSION


def test_a_new_folder_and_a_warehouse_whose_first_run_was_killed_can_be_opened(
    tmp_path: Path,
) -> None:
    require_openable(tmp_path / "nowhere")
    lake = open_lake(tmp_path / "w")
    lake.catalog.drop_table(("news", "runs"))  # killed between its metadata file and its name
    require_openable(tmp_path / "w")
    open_lake(tmp_path / "w")


def test_a_catalog_without_one_of_the_tables_is_refused(nights: Nights) -> None:
    with closing(sqlite3.connect(nights.folder / "catalog.db")) as catalog, catalog:
        catalog.execute("delete from iceberg_tables where table_name = 'documents'")
    with pytest.raises(DamagedWarehouseError, match="does not name the table documents"):
        open_lake(nights.folder)


def test_a_kill_before_the_catalog_names_the_new_metadata_does_not_count_as_damage(
    nights: Nights,
) -> None:
    table = open_lake(nights.folder).catalog.load_table(("news", "documents"))
    named = Path(table.metadata_location)
    metadata = orjson.loads(named.read_bytes())
    newer = {**metadata["snapshots"][-1], "snapshot-id": 1, "summary": {"run_id": "killed"}}
    metadata |= {"current-snapshot-id": 1, "snapshots": [*metadata["snapshots"], newer]}
    number = int(named.name[:5]) + 1
    ahead = named.with_name(f"{number:05}-killed.metadata.json")
    ahead.write_bytes(orjson.dumps(metadata))
    assert not list(catalog_faults(nights.folder)), "its run was dropped with its data files"
    data = nights.folder / "lake" / "documents" / "data"
    (data / "killed-00000.parquet").write_bytes(b"PAR1PAR1")
    assert list(catalog_faults(nights.folder))
    (nights.folder / "runs" / "killed").mkdir()
    assert not list(catalog_faults(nights.folder)), "it will be resumed"
