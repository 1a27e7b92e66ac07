"""A snapshot can be read without Broadsheet, and is the same bytes whenever it is made."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from config.errors import UsageError
from config.settings import load_settings
from tasks.keep.snapshots import SnapshotRequest, StoredSnapshot, create_snapshot, require_name
from tasks.keep.verify import compared, verify_snapshot, write_again
from tests.compaction.compacting import after_the_grace_time, compacted
from tests.keep.keeping import PAGE, in_stages, load_one
from tests.pipeline.command import ask, run
from tests.pipeline.nights import Nights
from tests.readers import run_as_reader
from warehouse.lake import open_lake
from warehouse.schema import SNAPSHOTS
from warehouse.tagged import remove_tags

STRANGERS = """
import duckdb, pandas, polars
file = "data/articles.parquet"
titles = duckdb.sql(f"select title from '{file}' order by article_id").fetchall()
print(len(titles), len(pandas.read_parquet(file)), polars.read_parquet(file).height)
assert [t for (t,) in titles] == pandas.read_parquet(file)["title"].tolist()
assert [t for (t,) in titles] == polars.read_parquet(file)["title"].to_list()
"""


def two_articles(folder: Path) -> Nights:
    nights = Nights(folder / "news")
    load_one(nights, 1)
    load_one(nights, 2)
    return nights


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return two_articles(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """A warehouse for tests that change nothing but the names that are used."""
    return two_articles(tmp_path_factory.mktemp("shared"))


def created(warehouse: Path, name: str, out: Path, where: str = "true") -> StoredSnapshot:
    request = SnapshotRequest(name, where, out)
    return in_stages(warehouse, lambda stages: create_snapshot(request, stages))


def differences(warehouse: Path, name: str, out: Path) -> list[str]:
    return list(verify_snapshot(name, out, load_settings(warehouse=warehouse)).differences)


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_snapshot_has_a_row_and_a_folder_that_opens_without_broadsheet(
    shared: Nights, tmp_path: Path
) -> None:
    made = created(shared.folder, "first", tmp_path / "first")
    columns = "name, articles, where_sql, checksum, old_checksum"
    query = f"select {columns} from snapshots where name = 'first'"
    assert [tuple(row.values()) for row in ask(shared.folder, query)] == [
        ("first", 2, "true", made.checksum, None)
    ]
    folder = tmp_path / "first"
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder, check=True)
    assert run_as_reader(STRANGERS, folder).split() == ["2", "2", "2"]
    assert differences(shared.folder, "first", folder) == []


@pytest.mark.slow
def test_snapshots_made_a_compaction_apart_are_the_same_bytes(
    nights: Nights, tmp_path: Path
) -> None:
    created(nights.folder, "first", tmp_path / "first")
    shutil.copytree(nights.folder, tmp_path / "saved")
    assert compacted(nights.settings).merged.tables
    created(nights.folder, "second", tmp_path / "second")
    before, after = content(tmp_path / "first"), content(tmp_path / "second")
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == {
        *("README.md", "CITATION.cff", "datapackage.json", "SHA256SUMS")
    }, "only the name differs"
    after_the_grace_time(nights.folder)
    write_again("first", tmp_path / "again", nights.settings)
    assert content(tmp_path / "again") == before
    assert differences(nights.folder, "first", tmp_path / "first") == []


@pytest.mark.slow
def test_a_tagged_state_stays_while_articles_change(nights: Nights, tmp_path: Path) -> None:
    created(nights.folder, "v1", tmp_path / "v1")
    load_one(nights, 3)
    load_one(nights, 1, "The basin stays closed until autumn, the council said on Friday.")
    created(nights.folder, "v2", tmp_path / "v2", "url not like '%/2'")
    write_again("v1", tmp_path / "again", nights.settings)
    assert content(tmp_path / "again") == content(tmp_path / "v1")
    for first, second in (("v1", "v2"), (str(tmp_path / "v1"), str(tmp_path / "v2"))):
        with compared(first, second, nights.settings) as connection:
            rows = connection.execute("select change, url, columns from changes").fetchall()
        assert rows == [
            ("added", PAGE.format(3), []),
            ("changed", PAGE.format(1), ["version", "text"]),
            ("removed", PAGE.format(2), []),
        ]


@pytest.mark.slow
def test_what_differs_is_named(nights: Nights, tmp_path: Path) -> None:
    folder = tmp_path / "first"
    created(nights.folder, "first", folder)
    saved = content(folder)
    path = folder / "data" / "articles.parquet"
    path.write_bytes(saved["data/articles.parquet"][:-1] + b"2")
    assert differences(nights.folder, "first", folder) == [f"{path} does not have its checksum."]
    path.unlink()
    assert differences(nights.folder, "first", folder) == [f"{path} is missing."]
    path.write_bytes(saved["data/articles.parquet"])
    (folder / "data" / "more.parquet").write_bytes(b"")
    [said] = differences(nights.folder, "first", folder)
    assert "does not belong to the snapshot" in said
    (folder / "data" / "more.parquet").unlink()
    (folder / "README.md").write_text("completed by hand")
    assert differences(nights.folder, "first", folder) == []
    open_lake(nights.folder).load(SNAPSHOTS)
    iceberg = open_lake(nights.folder).catalog.load_table(("news", "documents"))
    iceberg.manage_snapshots().remove_tag("snapshot-first").commit()
    assert "The table documents has lost its tag." in differences(nights.folder, "first", folder)
    remove_tags(open_lake(nights.folder), "first")  # so it is in a warehouse that pulled the row
    [said] = differences(nights.folder, "first", folder)
    assert "knows the snapshot first, but does not have its state, which `lake pull`" in said
    with pytest.raises(UsageError, match="repeat the command in the warehouse where it was made"):
        write_again("first", tmp_path / "again", nights.settings)
    assert not (tmp_path / "again").exists()
    with (
        pytest.raises(UsageError, match="does not have its state"),
        compared("first", str(folder), nights.settings),
    ):
        pass


@pytest.mark.parametrize(
    "name", ["", "a/b", "..", ".hidden", "-x", "a\\b", "a\nb", " a", "x" * 101, "../up"]
)
def test_names_that_cannot_be_folders_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        require_name(name)


@pytest.mark.slow
def test_a_name_is_used_once_and_may_be_of_any_language(shared: Nights, tmp_path: Path) -> None:
    created(shared.folder, "Fähren 2025 – 渡船", tmp_path / "one")
    with pytest.raises(UsageError, match="a name is used once"):
        created(shared.folder, "Fa\u0308hren 2025 – 渡船", tmp_path / "two")
    package = json.loads((tmp_path / "one" / "datapackage.json").read_text())
    assert package["name"] == "fahren-2025"
    assert differences(shared.folder, "Fähren 2025 – 渡船", tmp_path / "one") == []


@pytest.mark.slow
def test_what_cannot_be_made_leaves_nothing(shared: Nights, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    for out, where, said in (
        (tmp_path / "full", "true", "exists already"),
        (shared.folder / "s", "true", "lies in the warehouse"),
        (tmp_path / "no" / "s", "true", "no folder"),
        (tmp_path / "s", "url = 'none'", "No article meets"),
        (tmp_path / "s", "nonsense(", "cannot be used"),
        (tmp_path / "s", "true) union select 1, 2 --", "cannot be used"),
    ):
        with pytest.raises(UsageError, match=said):
            created(shared.folder, "s", out, where)
    assert {path.name for path in tmp_path.iterdir()} == {"full"}
    created(shared.folder, "s", tmp_path / "s")


@pytest.mark.slow
def test_the_commands_print_what_they_did(shared: Nights, tmp_path: Path) -> None:
    at = ("--warehouse", shared.folder)
    done = run("snapshot", "create", "v1", "--out", tmp_path / "v1", "--author", "Ida", *at)
    assert "2 articles" in done.stdout
    assert "Ida" in (tmp_path / "v1" / "CITATION.cff").read_text()
    listed = json.loads(run("snapshot", "list", "--format", "json", *at).stdout)
    assert "v1" in [row["name"] for row in listed]
    assert (
        "as they were made" in run("snapshot", "verify", "v1", "--out", tmp_path / "v1", *at).stdout
    )
    (tmp_path / "v1" / "data" / "runs.parquet").unlink()
    failed = run("snapshot", "verify", "v1", "--out", tmp_path / "v1", *at, status=1)
    assert "runs.parquet is missing" in failed.stdout
    assert "no article differs" in run("snapshot", "diff", "v1", "v1", *at).stderr
