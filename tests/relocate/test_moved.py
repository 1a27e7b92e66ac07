"""A warehouse that was moved or copied names its own files, and never those of the original."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from config.errors import DamagedWarehouseError
from tasks.load.relocate import relocate_if_moved
from tests.articles import article
from tests.pipeline.command import ask, run
from tests.pipeline.nights import Nights
from warehouse.format_file import inputs_here, moved_from, recorded_place
from warehouse.lake import Lake, open_lake
from warehouse.manifests import read_data_files
from warehouse.opening import require_openable
from warehouse.relocation import relocate_files
from warehouse.schema import ARTICLE_VERSIONS, TABLES

pytestmark = pytest.mark.slow

PAGE = "https://courier.example/{}"
ARTICLES = "select url_key, version, text from article_versions order by all"
CHECKOUT = Path(__file__).stat()


def load_one(nights: Nights, number: int) -> None:
    text = f"The basin opens at {number} on Monday, the council said."
    nights.load(article(PAGE.format(number), text, position=number, day=11))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with two runs, of which one is tagged in the history of the versions."""
    nights = Nights(tmp_path_factory.mktemp("first") / "news")
    load_one(nights, 1)
    table = open_lake(nights.folder).load(ARTICLE_VERSIONS)
    current = table.current_snapshot()
    assert current
    table.manage_snapshots().create_tag(current.snapshot_id, "cited").commit()
    load_one(nights, 2)
    return nights.folder


@pytest.fixture
def original(kept: Path, tmp_path: Path) -> Iterator[Path]:
    """That warehouse in its place; whatever a test does to it is undone."""
    shutil.copytree(kept, tmp_path / "saved")
    yield kept
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(tmp_path / "saved", kept)


def relocate(warehouse: Path) -> list[str]:
    said: list[str] = []
    relocate_if_moved(warehouse, said.append)
    return said


def history(lake: Lake) -> dict[str, Any]:
    """The snapshots and tags of all tables, with the names of their files and their numbers."""
    found = {}
    for table in TABLES:
        metadata = lake.load(table).metadata
        found[table.name] = (
            [
                (one.snapshot_id, one.parent_snapshot_id, one.timestamp_ms, files_of(one))
                for one in metadata.snapshots
            ],
            metadata.refs,
            metadata.properties,
        )
    return found


def files_of(snapshot: Any) -> list[tuple[str, int, str]]:
    return [
        (Path(file.file_path).name, file.record_count, repr(file.lower_bounds))
        for file in read_data_files(snapshot)
    ]


def tree(folder: Path) -> dict[str, bytes]:
    """The content of every file except locks."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "lock" not in path.name)
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def spoil(folder: Path) -> None:
    """Fill the files of a warehouse with rubbish: who reads one of them gets an error."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"this is the file of another warehouse")


def named_places(warehouse: Path) -> set[str]:
    """The folders that views and metadata name files in, without the part that all places share."""
    with duckdb.connect(str(warehouse / "news.duckdb"), read_only=True) as connection:
        views = connection.execute("select sql from duckdb_views()").fetchall()
    found = re.findall(r"'((?:[^']|'')*)/lake/[^']*\.parquet'", "".join(sql for (sql,) in views))
    metadata = open_lake(warehouse).load(ARTICLE_VERSIONS).metadata
    files = [file.file_path for one in metadata.snapshots for file in read_data_files(one)]
    lists = [one.manifest_list for one in metadata.snapshots]
    log = [entry.metadata_file for entry in metadata.metadata_log]
    named = [metadata.location, *files, *lists, *log]
    return {place.replace("''", "'") for place in found} | {
        path.partition("/lake/")[0] for path in named
    }


def test_a_warehouse_that_is_moved_three_times_keeps_rows_history_and_tags(
    original: Path, tmp_path: Path
) -> None:
    before, place, number = history(open_lake(original)), original, 2
    for name in ("disk", "it's elsewhere", "it's elsewhere/within"):
        aside = shutil.move(place, tmp_path / "aside")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        place = Path(shutil.move(aside, tmp_path / name))
        rows = ask(place, ARTICLES)
        assert len(rows) == number, "it is read before anything is repaired"
        [said] = relocate(place)
        assert "was moved or copied from" in said
        assert history(open_lake(place)) == before
        assert ask(place, ARTICLES) == rows
        number += 1
        load_one(Nights.of(place, number), number)
        assert named_places(place) == {str(place)}
        assert len(ask(place, ARTICLES)) == number
        before = history(open_lake(place))
    tagged = open_lake(place).load(ARTICLE_VERSIONS).scan(snapshot_id=_tag(place)).to_arrow()
    assert tagged["url_key"].to_pylist() == [PAGE.format(1)]


def _tag(place: Path) -> int:
    return open_lake(place).load(ARTICLE_VERSIONS).refs()["cited"].snapshot_id


def test_a_copy_reads_nothing_of_the_original_and_writes_nothing_into_it(
    original: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(original, copy)
    before, rows = tree(original), ask(original, ARTICLES)
    with pytest.raises(DamagedWarehouseError, match="was moved or copied here from"):
        require_openable(copy)
    load_one(Nights.of(copy, 2, relocated=True), 3)
    assert tree(original) == before
    assert ask(original, ARTICLES) == rows
    assert len(ask(copy, ARTICLES)) == 3


def test_a_copy_is_read_and_written_while_the_original_holds_other_files(
    original: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    rows = ask(original, ARTICLES)
    shutil.copytree(original, copy)
    spoil(original)
    assert ask(copy, ARTICLES) == rows
    relocate(copy)
    assert ask(copy, ARTICLES) == rows
    load_one(Nights.of(copy, 2), 3)
    assert len(ask(copy, ARTICLES)) == 3


def test_a_copy_of_hard_links_leaves_the_files_of_the_original_alone(
    original: Path, tmp_path: Path
) -> None:
    before = tree(original)
    shutil.copytree(original, tmp_path / "linked", copy_function=os.link)
    relocate(tmp_path / "linked")
    assert tree(original) == before


def test_the_query_of_a_moved_warehouse_shows_the_same_tables_and_comments(
    original: Path, tmp_path: Path
) -> None:
    queries = (
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'news' order by all",
        "select table_name, column_name, data_type, comment from duckdb_columns() "
        "where database_name = 'news' and not internal order by all",
        "select count(*) as n from news.main.articles",
        "from runs",
    )
    before = [ask(original, query) for query in queries]
    assert any(row["comment"] for row in before[1])
    moved = Path(shutil.move(original, tmp_path / "moved"))
    assert [ask(moved, query) for query in queries] == before
    relocate(moved)
    assert [ask(moved, query) for query in queries] == before


def test_a_query_of_a_moved_warehouse_reads_no_other_files(original: Path, tmp_path: Path) -> None:
    shutil.copytree(original, tmp_path / "copy")
    file = next(original.glob("lake/article_versions/data/*.parquet"))
    refused = run("sql", f"from '{file}'", "-w", tmp_path / "copy", status=2)
    assert "DuckDB refuses the query" in refused.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="another user can be taken on by root only")
def test_a_copy_that_cannot_be_written_is_read_at_once(original: Path) -> None:
    """It is read by the owner of this checkout, who may enter it even below a folder of mode 0700.

    Root runs it without its privileges, which include writing anywhere.
    """
    user = [f"--reuid={CHECKOUT.st_uid}", f"--regid={CHECKOUT.st_gid}", "--clear-groups"]
    become = ["setpriv", *user, "--bounding-set=-all", "--inh-caps=-all"]
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and only setpriv takes that from it")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(original, Path(folder) / "news"))
        subprocess.run(["chmod", "-R", "a+rX,a-w", folder], check=True)
        done = subprocess.run(
            [
                *(become if os.geteuid() == 0 else []),
                *(sys.executable, "-P", "-c", "from flows.cli import main; main()"),
                *("sql", "select 40 + count(*) as n from articles", "-w", str(copy)),
            ],
            env={**os.environ, "HOME": "/nonexistent", "TMPDIR": "/nonexistent"},
            cwd="/",
            capture_output=True,
            text=True,
        )
        subprocess.run(["chmod", "-R", "u+w", folder], check=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("42") == 1
        assert moved_from(copy) == original


def test_a_link_to_a_warehouse_is_no_move(original: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(original)
    assert moved_from(link) is None
    assert not relocate(link)
    load_one(Nights.of(link, 2), 3)
    assert recorded_place(original) == original
    assert len(ask(original, ARTICLES)) == len(ask(link, ARTICLES)) == 3
    link.unlink()
    done = run("relocate", "-w", original)  # the files of the third run were named by the link
    assert "now name" in done.stdout
    assert named_places(original) == {str(original)}


def test_a_link_at_the_old_place_is_enough(original: Path, tmp_path: Path) -> None:
    moved = Path(shutil.move(original, tmp_path / "moved"))
    original.symlink_to(moved)
    try:
        assert moved_from(moved) is None
        assert len(ask(moved, ARTICLES)) == len(ask(original, ARTICLES)) == 2
    finally:
        original.unlink()


class Stopped(BaseException):
    """Stands for a kill: no code catches it."""


@pytest.mark.parametrize("renames", [1, 2, 9, 40, -3, -2, -1])
def test_a_relocation_that_is_killed_is_completed_by_the_next_command(
    original: Path, tmp_path: Path, renames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, before = ask(original, ARTICLES), history(open_lake(original))
    shutil.copytree(original, tmp_path / "counted")
    wanted = renames if renames > 0 else _renames(tmp_path / "counted") + renames
    moved = Path(shutil.move(original, tmp_path / "moved"))
    done = 0
    replace = Path.replace

    def stopping(self: Path, target: Path) -> Path:
        nonlocal done
        if done == wanted:
            raise Stopped
        done += 1
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stopping)
        with pytest.raises(Stopped):
            relocate(moved)
    assert moved_from(moved) == original
    assert ask(moved, ARTICLES) == rows
    assert relocate(moved)
    assert moved_from(moved) is None
    assert named_places(moved) == {str(moved)}
    assert history(open_lake(moved)) == before
    assert ask(moved, ARTICLES) == rows
    assert not list(moved.glob(".publish-*"))


def _renames(copy: Path) -> int:
    """The number of renames of a relocation: files, the published one, and the place twice."""
    return relocate_files(copy, dry_run=True).files + 1 + 2


def test_a_warehouse_of_an_earlier_version_shows_its_place_by_its_catalog(
    original: Path, tmp_path: Path
) -> None:
    moved = Path(shutil.move(original, tmp_path / "moved"))
    stated = moved / "format.json"
    stated.write_text('{"format": 9}')
    assert moved_from(moved) == original
    (moved / "catalog.db").rename(tmp_path / "catalog.db")
    assert moved_from(moved) == original
    (tmp_path / "catalog.db").rename(moved / "catalog.db")
    relocate(moved)
    assert recorded_place(moved) == moved
    assert '"format":9' in stated.read_text()


def test_inputs_within_the_warehouse_are_found_at_the_present_place(
    original: Path, tmp_path: Path
) -> None:
    moved = Path(shutil.move(original, tmp_path / "moved"))
    relocate(moved)
    outside = f"{original}-archive/night.warc.gz"
    named = [f"{original}/raw/2025-03-11", outside, f"{moved}/raw/x.warc.gz"]
    assert inputs_here(named, moved) == [f"{moved}/raw/2025-03-11", outside, named[2]]


def test_relocate_says_what_it_would_do_and_what_it_did(original: Path, tmp_path: Path) -> None:
    moved = Path(shutil.move(original, tmp_path / "moved"))
    before = tree(moved)
    said = run("relocate", "--dry-run", "-w", moved).stdout
    assert "nothing was changed" in said
    assert tree(moved) == before
    doctor = run("doctor", "-w", moved, status=1)
    assert "was moved or copied here from" in doctor.stdout + doctor.stderr
    for command in (("compact", "--dry-run"), ("repair", "--dry-run")):
        refused = run(*command, "-w", moved, status=1)
        assert "broadsheet relocate" in refused.stderr
    assert tree(moved) == before
    assert "now name" in run("relocate", "-w", moved).stdout
    assert "nothing was changed" in run("relocate", "-w", moved).stdout
    assert run("relocate", "-w", tmp_path / "nothing", status=2).stderr.count("\n") == 1
