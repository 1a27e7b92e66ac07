"""A backup is whole whenever it is made, and a restored warehouse goes on as the original would."""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from config.errors import BroadsheetError, UsageError
from tasks.keep.manifest import read_manifest
from tasks.load.commit import load, publish_run
from tasks.load.resolve import resolve
from tasks.runs.run import Run
from tests.articles import article
from tests.keep.dying import died
from tests.keep.keeping import PAGE, backed_up, load_one, restored, rows_of
from tests.pipeline.command import ask
from tests.pipeline.nights import Nights
from warehouse.lake import open_lake
from warehouse.schema import ARTICLE_VERSIONS


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    nights = Nights(tmp_path / "news")
    load_one(nights, 1)
    return nights


def linked_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_nlink > 1]


def test_a_warehouse_restored_elsewhere_has_the_same_rows_history_and_tags(
    nights: Nights, tmp_path: Path
) -> None:
    table = open_lake(nights.folder).load(ARTICLE_VERSIONS)
    current = table.current_snapshot()
    assert current
    table.manage_snapshots().create_tag(current.snapshot_id, "cited").commit()
    load_one(nights, 2)
    done = backed_up(nights.folder, tmp_path / "backup", links=False)
    assert done.copied > 20
    assert (done.linked, done.unchanged) == (0, 0)
    before = rows_of(nights.folder)
    shutil.rmtree(nights.folder)

    result = restored(tmp_path / "backup", tmp_path / "élsewhere")
    assert result.files == done.copied
    assert rows_of(tmp_path / "élsewhere") == before
    moved = open_lake(tmp_path / "élsewhere").load(ARTICLE_VERSIONS)
    assert moved.refs()["cited"].snapshot_id == current.snapshot_id
    assert len(moved.snapshots()) == 2
    tagged = moved.scan(snapshot_id=current.snapshot_id).to_arrow()
    assert tagged.num_rows == 1
    again = Nights.of(tmp_path / "élsewhere", 2)
    load_one(again, 3)
    load_one(again, 1)
    assert len(ask(again.folder, "from articles")) == 3


@pytest.mark.slow
def test_a_second_backup_copies_only_what_is_new(nights: Nights, tmp_path: Path) -> None:
    first = backed_up(nights.folder, tmp_path / "backup", links=False)
    nothing = backed_up(nights.folder, tmp_path / "backup", links=False)
    assert (nothing.copied, nothing.linked, nothing.removed) == (0, 0, 0)
    assert nothing.unchanged == first.copied
    load_one(nights, 2)
    second = backed_up(nights.folder, tmp_path / "backup", links=False)
    assert 0 < second.copied < first.copied + second.unchanged
    old = {str(p.relative_to(nights.folder)) for p in nights.folder.rglob("data/run-001-*")}
    manifest = read_manifest(tmp_path / "backup")
    assert manifest
    assert old <= manifest.by_path.keys()
    restored(tmp_path / "backup", tmp_path / "back")
    assert rows_of(tmp_path / "back") == rows_of(nights.folder)


@pytest.mark.slow
def test_files_that_are_never_written_again_are_linked_on_the_same_disk(
    nights: Nights, tmp_path: Path
) -> None:
    done = backed_up(nights.folder, tmp_path / "backup")
    linked = linked_files(tmp_path / "backup")
    assert len(linked) == done.linked > 0
    assert {path.suffix for path in linked} == {".parquet", ".avro", ".json"}
    assert all(path.is_relative_to(tmp_path / "backup" / "lake") for path in linked)
    before = rows_of(nights.folder)
    load_one(nights, 2)
    restored(tmp_path / "backup", tmp_path / "back")
    assert rows_of(tmp_path / "back") == before
    assert not linked_files(tmp_path / "back")
    copied = backed_up(nights.folder, tmp_path / "backup", links=False)
    assert copied.linked == 0
    assert not [
        p for p in (tmp_path / "backup").rglob("*") if p.is_file() and p.stat().st_nlink > 1
    ]


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["change", "remove"])
def test_a_damaged_backup_is_refused_by_the_name_of_the_file(
    nights: Nights, tmp_path: Path, harm: str
) -> None:
    backed_up(nights.folder, tmp_path / "backup", links=False)
    [path, *_] = sorted((tmp_path / "backup").rglob("article_versions/data/*.parquet"))
    content = path.read_bytes()
    if harm == "change":
        state = path.stat()
        path.write_bytes(content[:50] + bytes([content[50] ^ 1]) + content[51:])
        os.utime(path, ns=(state.st_mtime_ns, state.st_mtime_ns))
    else:
        path.unlink()
    with pytest.raises(BroadsheetError, match=path.name):
        restored(tmp_path / "backup", tmp_path / "back")
    assert not (tmp_path / "back" / "lake").exists()
    done = backed_up(nights.folder, tmp_path / "backup", links=False, deep=True)
    assert done.copied == 1
    assert path.read_bytes() == content
    restored(tmp_path / "backup", tmp_path / "back")
    assert rows_of(tmp_path / "back") == rows_of(nights.folder)


@pytest.mark.slow
def test_an_unfinished_run_is_resumed_after_a_restore(nights: Nights, tmp_path: Path) -> None:
    text = "The tram is late on Monday."
    run = nights.begin(article("https://courier.example/2", text, position=2))
    resolve(run, nights.settings)
    done = backed_up(nights.folder, tmp_path / "backup")
    assert done.unfinished_runs == (run.run_id,)
    result = restored(tmp_path / "backup", tmp_path / "back")
    assert result.unfinished_runs == 1
    settings = nights.settings.model_copy(update={"warehouse": tmp_path / "back"})
    resumed = Run(run.run_id, tmp_path / "back" / "runs" / run.run_id)
    load(resumed, settings)
    publish_run(resumed, settings)
    assert len(ask(tmp_path / "back", "from articles")) == 2
    assert len(ask(nights.folder, "from articles")) == 1


@pytest.mark.slow
def test_folders_that_cannot_be_backups_are_refused(nights: Nights, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    (tmp_path / "link").symlink_to(nights.folder)
    for folder, said in (
        (nights.folder / "backup", "lie in each other"),
        (nights.folder.parent, "lie in each other"),
        (tmp_path / "link" / "b", "lie in each other"),
        (tmp_path / "full", "letter.txt"),
        (tmp_path / "full" / "letter.txt", "Cannot write"),
    ):
        with pytest.raises(UsageError, match=said):
            backed_up(nights.folder, folder)
    other = Nights(tmp_path / "other")
    load_one(other, 1)
    backed_up(other.folder, tmp_path / "backup")
    with pytest.raises(UsageError, match="of another warehouse"):
        backed_up(nights.folder, tmp_path / "backup")
    with pytest.raises(UsageError, match="no warehouse"):
        backed_up(tmp_path / "none", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_a_restore_into_a_folder_with_files_is_refused(nights: Nights, tmp_path: Path) -> None:
    backed_up(nights.folder, tmp_path / "backup")
    with pytest.raises(UsageError, match="is not empty"):
        restored(tmp_path / "backup", nights.folder)
    with pytest.raises(UsageError, match="no backup"):
        restored(tmp_path / "none", tmp_path / "back")
    with pytest.raises(UsageError, match="lie in each other"):
        restored(tmp_path / "backup", tmp_path / "backup" / "back")


def test_a_path_that_leads_out_of_the_folder_is_refused(nights: Nights, tmp_path: Path) -> None:
    backed_up(nights.folder, tmp_path / "backup")
    manifest = tmp_path / "backup" / "backup.json"
    content = json.loads(manifest.read_text())
    content["files"][0]["path"] = "../escaped"
    manifest.write_text(json.dumps(content))
    with pytest.raises(UsageError, match="is damaged"):
        restored(tmp_path / "backup", tmp_path / "back")


def entry(article_id: str) -> str:
    """Return a line of a list of takedowns, of an article that the warehouse does not have."""
    fields = {"requested_by": None, "versions": 1, "files": 1, "key_ids": [], "run_id": article_id}
    taken = {"article_id": article_id, "taken_at": "2025-03-12T09:00:00+00:00", "reason": "asked"}
    return json.dumps(taken | fields) + "\n"


@pytest.mark.slow
def test_takedowns_of_the_target_and_of_the_original_are_kept(
    nights: Nights, tmp_path: Path
) -> None:
    (nights.folder / "takedowns.jsonl").write_text(entry("a"))
    backed_up(nights.folder, tmp_path / "backup")
    (nights.folder / "takedowns.jsonl").write_text(entry("a") + entry("b"))
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "takedowns.jsonl").write_text(entry("c"))
    (tmp_path / "list").write_text(entry("d"))
    done = restored(tmp_path / "backup", tmp_path / "back", tmp_path / "list")
    assert done.taken_down == 4
    lines = (tmp_path / "back" / "takedowns.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["article_id"] for line in lines) == ["a", "b", "c", "d"]
    taken = ask(tmp_path / "back", "select article_id from takedowns order by all")
    assert [row["article_id"] for row in taken] == ["a", "b", "c", "d"]


@pytest.mark.slow
def test_a_killed_backup_leaves_the_one_before_it_and_is_repeated(
    nights: Nights, tmp_path: Path
) -> None:
    backed_up(nights.folder, tmp_path / "backup", links=False)
    before = rows_of(nights.folder)
    load_one(nights, 2)
    after = rows_of(nights.folder)
    call = "backed_up(Path({!r}), Path({!r}), links=False)"
    call = call.format(str(nights.folder), str(tmp_path / "backup"))
    shutil.copytree(tmp_path / "backup", tmp_path / "saved")
    changes = died(call, after=1_000_000)
    assert changes > 50
    # Most changes are copies. The last ones move the files to their places.
    for count in (5, changes // 2, *range(changes - 60, changes, 7), changes - 1):
        shutil.rmtree(tmp_path / "backup")
        shutil.copytree(tmp_path / "saved", tmp_path / "backup")
        assert died(call, after=count) is None
        restored(tmp_path / "backup", tmp_path / "back")
        assert rows_of(tmp_path / "back") in (before, after)
        shutil.rmtree(tmp_path / "back")
        backed_up(nights.folder, tmp_path / "backup", links=False)
        assert not (tmp_path / "backup" / ".incoming").exists()
        restored(tmp_path / "backup", tmp_path / "back")
        assert rows_of(tmp_path / "back") == after
        shutil.rmtree(tmp_path / "back")


@pytest.mark.slow
def test_a_killed_restore_is_repeated(nights: Nights, tmp_path: Path) -> None:
    backed_up(nights.folder, tmp_path / "backup", links=False)
    before, place = rows_of(nights.folder), tmp_path / "back"
    call = f"restored(Path({str(tmp_path / 'backup')!r}), Path({str(place)!r}))"
    changes = died(call, after=1_000_000)
    assert changes
    for count in (1, 20, changes // 2, *range(changes // 2, changes, changes // 20), changes - 1):
        shutil.rmtree(place)
        assert died(call, after=count) is None
        with suppress(UsageError):  # all was done but to repair the paths
            restored(tmp_path / "backup", place)
        load_one(Nights.of(place, 1, relocated=True), 1)
        query = "select url_key, version, text from article_versions"
        assert ask(place, query) == ask(nights.folder, query), count
        assert len(rows_of(place)["documents"]) == len(before["documents"]) + 1
        assert not (place / ".restoring").exists()


def test_a_run_that_was_only_planned_gets_its_empty_folders_back(
    nights: Nights, tmp_path: Path
) -> None:
    run = nights.begin(article(PAGE.format(2), "The tram is late on Monday.", position=2))
    for name in ("parts", "done"):
        shutil.rmtree(run.folder / name)
        (run.folder / name).mkdir()
    backed_up(nights.folder, tmp_path / "backup")
    restored(tmp_path / "backup", tmp_path / "back")
    folder = tmp_path / "back" / "runs" / run.run_id
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {"batches", "parts", "done"}
