"""Publishing: readers always see one complete publication."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import warehouse.lake
import warehouse.opening
import warehouse.publish
import warehouse.schema
import warehouse.snapshots
from config.errors import DamagedWarehouseError, UnbalancedRunError, UsageError
from tests.articles import article
from tests.pipeline.nights import Nights
from warehouse.lake import open_lake
from warehouse.publish import publish
from warehouse.schema import ARTICLE_VERSIONS, DOCUMENTS, TABLES, Column, Table
from warehouse.snapshots import take_snapshot

pytestmark = pytest.mark.slow

PAGE = "https://courier.example/basin"


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path / "w")


def test_an_empty_warehouse_can_be_published_and_queried(nights: Nights) -> None:
    snapshot = take_snapshot(open_lake(nights.folder))
    publish(nights.folder, snapshot, nights.settings)
    assert nights.ask("select count(*) from articles") == [(0,)]


def test_the_published_file_shows_all_columns_of_the_design_with_their_types(
    nights: Nights,
) -> None:
    nights.load(article(PAGE, "A", position=1, day=1))
    found = dict(nights.ask("select column_name, column_type from (describe articles)"))
    types = {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE", "REAL": "FLOAT"}
    assert found == {c.name: types.get(c.sql_type, c.sql_type) for c in ARTICLE_VERSIONS}


def test_columns_and_tables_have_their_meaning_as_a_comment(nights: Nights) -> None:
    nights.load(article(PAGE, "A", position=1, day=1))
    query = (
        "select comment from duckdb_columns() where table_name = 'documents' and comment is null"
    )
    assert nights.ask(query) == []


def test_a_ledger_that_lacks_a_row_is_not_published(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights.load(article(PAGE, "A", position=1, day=1))
    before = (nights.folder / "news.duckdb").read_bytes()
    lake = open_lake(nights.folder)
    snapshot = take_snapshot(lake)
    snapshot.files[DOCUMENTS.name].pop()
    shutil.rmtree(nights.folder / "kept")
    with pytest.raises(UnbalancedRunError, match="its ledger has"):
        publish(nights.folder, snapshot, nights.settings)
    assert (nights.folder / "news.duckdb").read_bytes() == before
    assert not list(nights.folder.glob(".publish-*"))


def test_a_missing_parquet_file_is_found_before_the_rename(nights: Nights) -> None:
    nights.load(article(PAGE, "A", position=1, day=1))
    snapshot = take_snapshot(open_lake(nights.folder))
    Path(snapshot.files[ARTICLE_VERSIONS.name][1]).unlink()
    with pytest.raises(DamagedWarehouseError, match="is missing: run `broadsheet repair"):
        publish(nights.folder, snapshot, nights.settings)


def test_a_stray_wal_beside_the_target_is_removed(nights: Nights) -> None:
    stray = nights.folder / "news.duckdb.wal"
    stray.write_bytes(b"left by a tool that opened the file for writing")
    nights.load(article(PAGE, "A", position=1, day=1))
    assert not stray.exists()
    assert nights.ask("select count(*) from articles") == [(1,)]


def test_the_published_file_needs_no_extension(nights: Nights, tmp_path: Path) -> None:
    nights.load(article(PAGE, "A", position=1, day=1))
    config = {
        "autoinstall_known_extensions": "false",
        "extension_directory": str(tmp_path / "none"),
    }
    path = str(nights.folder / "news.duckdb")
    with duckdb.connect(path, read_only=True, config=config) as connection:
        assert connection.execute("select count(*) from latest_articles").fetchone() == (0,)


READ = """
import duckdb, sys
path, seen = sys.argv[1], set()
print("ready", flush=True)
while True:
    with duckdb.connect(path, read_only=True) as connection:
        query = "select count(*), (select sum(loaded + revised) from runs) from articles"
        articles, versions = connection.execute(query).fetchone()
    assert articles == versions, (articles, versions)
    seen.add(articles)
    if articles == int(sys.argv[2]):
        break
print(sorted(seen))
"""


def test_a_reader_sees_whole_nights_only_and_never_an_error(nights: Nights) -> None:
    nights.load(article(PAGE, "A", position=1, day=1))
    command = [sys.executable, "-P", "-c", READ, str(nights.folder / "news.duckdb"), "10"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "ready\n"
        for night in range(3):
            pages = [
                article(f"{PAGE}/{night}/{n}", f"text {night} {n}", position=n, day=1)
                for n in range(3)
            ]
            nights.load(*pages)
        seen = reader.stdout.read()
    assert reader.returncode == 0
    assert set(eval(seen)) <= {1, 4, 7, 10}


def _with_column(monkeypatch: pytest.MonkeyPatch, version: int) -> Table:
    """Give article_versions one more column, as a later Broadsheet might."""
    added = Column("beat", pa.string(), "the reporter's beat", origin="resolve")
    grown = replace(ARTICLE_VERSIONS, columns=(*ARTICLE_VERSIONS.columns, added))
    tables = (grown, *TABLES[1:])
    for module in (warehouse.schema, warehouse.lake, warehouse.publish, warehouse.snapshots):
        monkeypatch.setattr(module, "TABLES", tables)
    for module in (warehouse.lake, warehouse.opening):
        monkeypatch.setattr(module, "SCHEMA_VERSION", version)
    return grown


def test_a_warehouse_opens_after_a_column_was_added_to_the_schema(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights.load(article(PAGE, "A", position=1, day=1))
    with monkeypatch.context() as later:
        _with_column(later, version=warehouse.schema.SCHEMA_VERSION + 1)
        snapshot = take_snapshot(open_lake(nights.folder))
        publish(nights.folder, snapshot, nights.settings)
        assert nights.ask("select url, beat from articles") == [(PAGE, None)]
    with pytest.raises(UsageError, match="newer Broadsheet"):
        open_lake(nights.folder)


def test_publishing_leaves_no_file_open_and_no_temporary_file(nights: Nights) -> None:
    nights.load(article(PAGE, "A", position=1, day=1))
    names = {name for name in os.listdir(nights.folder) if not name.startswith(".lock")}  # noqa: PTH208
    assert names == {"news.duckdb", "lake", "catalog.db", "format.json", "kept", "runs", "search"}
    assert not list((nights.folder / "runs").iterdir())
