"""Keys that an earlier version stored are named by `doctor` and removed by `forget-keys`."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings, load_settings
from flows.doctor import CHECKS, DEEP_CHECKS
from tasks.keys.forget import Request, forget_keys
from tasks.pipeline import Stages, plain_calls
from tasks.watching import Watcher
from tests.fetch.every_byte import files_with
from tests.fetch.warc_readers import check
from tests.keys.older import KEY, newsroom_with_keys, set_key, storing_keys
from tests.nights.night import Desk
from tests.nights.paper import Papers
from warehouse.lake import open_lake
from warehouse.schema import VISITS

pytestmark = pytest.mark.timeout(300)
TABLES = ("article_versions", "documents", "fetches", "discoveries", "visits")


class Room:
    """A newsroom whose warehouse is put back before each test."""

    def __init__(self, papers: Papers, desk: Desk) -> None:
        self.papers, self.desk = papers, desk
        self.warehouse = desk.warehouse
        self._kept = desk.folder / "kept"
        shutil.copytree(self.warehouse, self._kept)

    def put_back(self) -> None:
        shutil.rmtree(self.warehouse)
        shutil.copytree(self._kept, self.warehouse)
        set_key(self.desk, KEY)

    @property
    def settings(self) -> Settings:
        return load_settings(self.desk.config, warehouse=self.warehouse, workers=1)

    def forget(self, **request: bool) -> list[str]:
        with plain_calls(1) as call:
            stages = Stages(self.settings, call, Watcher())
            return [str(one) for one in forget_keys(stages, Request(**request))]

    def doctor(self, *, deep: bool = False) -> str:
        """What `doctor` says of keys."""
        try:
            return (CHECKS | (DEEP_CHECKS if deep else {}))["stored keys"](self.settings)
        except RuntimeError as error:
            return str(error)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The tables, without the entries."""
        left_out = {"visits": "exclude (entry)"}
        return {
            name: self.desk.ask(f"select * {left_out.get(name, '')} from {name} order by all")
            for name in TABLES
        }

    def tree(self) -> dict[str, bytes]:
        return {
            str(path): path.read_bytes()
            for path in sorted(self.warehouse.rglob("*"))
            if path.is_file() and "lock" not in path.name
        }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with newsroom_with_keys(tmp_path_factory.mktemp("keys")) as (papers, desk):
        yield Room(papers, desk)


@pytest.fixture
def room(built: Room) -> Room:
    built.put_back()
    return built


def names(paths: list[Path], warehouse: Path) -> set[str]:
    return {str(path.relative_to(warehouse)) for path in paths}


def test_doctor_names_the_files_and_changes_nothing(room: Room) -> None:
    held = names(files_with(KEY, room.warehouse), room.warehouse)
    assert {name.partition("/")[0] for name in held} == {"lake", "raw"}
    assert len(held) == 4
    before = room.tree()
    for deep in (False, True):
        said = room.doctor(deep=deep)
        assert all(name in said for name in held)
        assert "forget-keys" in said
        assert "other-000" not in said
    assert KEY not in said
    assert room.tree() == before


def test_after_the_command_no_byte_holds_a_key_and_nothing_else_has_changed(room: Room) -> None:
    rows, places = room.rows(), room.tree().keys()
    found = room.forget()
    assert len(found) == 4
    assert not files_with(KEY, room.warehouse)
    assert room.rows() == rows
    assert {path for path in places if "/raw/" in path} <= room.tree().keys()
    check(*(room.warehouse / "raw").rglob("*.warc.gz"))
    assert "no key" in room.doctor()
    assert "no key" in room.doctor(deep=True)
    for name in ("warehouse", "tables", "published file", "runs"):
        CHECKS[name](room.settings)
    [row] = room.desk.ask("select flow, parameters from runs where flow = 'forget-keys'")
    assert row["parameters"] == '{"files":4}'
    entries = room.desk.ask("select entry from visits where source = 'paper'")
    assert all('"homepage":"http://paper.example/"' in row["entry"] for row in entries)


def test_a_dry_run_says_the_same_and_changes_nothing(room: Room) -> None:
    before = room.tree()
    said = room.forget(dry_run=True)
    assert room.tree() == before
    assert said == room.forget()


def test_a_second_time_finds_nothing_and_changes_nothing(room: Room) -> None:
    room.forget()
    before = room.tree()
    assert not room.forget()
    after = room.tree()
    assert {name for name in after if after[name] != before.get(name)} <= {
        str(room.warehouse / "format.json")
    }


def test_the_stored_bytes_are_found_at_their_places_and_nights_go_on(room: Room) -> None:
    room.forget()
    room.papers.story("http://paper.example/1", 77)
    room.desk.night(3)
    again = room.desk.night(4, "nightly")
    assert KEY not in again
    versions = room.desk.ask("select url from article_versions where version = 2 order by all")
    assert {row["url"] for row in versions} >= {"http://paper.example/1"}
    assert room.desk.ask("select count(*) as n from documents where outcome = 'failed'") == [
        {"n": 0}
    ]
    assert not files_with(KEY, room.warehouse)


def test_a_key_that_has_left_the_list_is_found_by_what_was_stored(room: Room) -> None:
    set_key(room.desk, "another")
    assert room.forget()
    assert not files_with(KEY, room.warehouse)


def test_a_key_of_a_source_that_only_a_warc_file_tells_of_is_found(room: Room) -> None:
    """As of a backfill, which has no visits, of a source that is not listed any more."""
    before = [path for path in (room.warehouse / "raw").rglob("paper-*.warc.gz")]
    room.forget()
    kept = room.desk.folder / "kept"
    for path in before:
        gone = path.with_name(f"gone-{path.name[-11:]}")
        shutil.copy(kept / path.relative_to(room.warehouse), gone)
    (room.warehouse / "format.json").unlink()
    assert "WARC files of an earlier version were not looked into" in room.doctor()
    assert len(room.forget()) == 2
    assert not files_with(KEY, room.warehouse)


def test_logs_lose_the_value_and_databases_are_named(room: Room) -> None:
    service = room.warehouse / "service"
    service.mkdir()
    (service / "server.log").write_text(f"one\nasked with {KEY}, twice: {KEY}\nthree\n")
    (service / "prefect.db").write_text(f"SQLite {KEY}")
    found = room.forget()
    assert (service / "server.log").read_text() == (
        f"one\nasked with {'*' * len(KEY)}, twice: {'*' * len(KEY)}\nthree\n"
    )
    assert "service/prefect.db holds a key" in found
    assert names(files_with(KEY, room.warehouse), room.warehouse) == {"service/prefect.db"}


def test_a_tag_does_not_keep_a_key(room: Room) -> None:
    iceberg = open_lake(room.warehouse).load(VISITS)
    [first, *_] = iceberg.snapshots()
    with iceberg.manage_snapshots() as manage:
        manage.create_tag(first.snapshot_id, "first-night")
    room.forget()
    assert not files_with(KEY, room.warehouse)
    after = open_lake(room.warehouse).load(VISITS)
    assert len(after.snapshots()) == 1
    assert len(after.scan().to_arrow()) == 4


def test_what_a_repair_set_aside_is_rewritten_or_named(room: Room) -> None:
    [first, second] = sorted((room.warehouse / "lake/visits/data").glob("*.parquet"))
    aside = room.warehouse / "damaged/20250101T000000Z/lake/visits/data"
    aside.mkdir(parents=True)
    shutil.copy(first, aside)
    (aside / second.name).write_bytes(second.read_bytes()[:-9])
    (aside.parents[2] / "repair.json").write_text('{"done": true}')
    found = room.forget()
    cut = (aside / second.name).relative_to(room.warehouse)
    assert f"{cut} is damaged and may hold keys" in found
    assert names(files_with(KEY, room.warehouse), room.warehouse) <= {str(cut)}
    assert str(cut) in room.doctor()


def test_an_unfinished_night_of_an_earlier_version_goes_on_without_the_key(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between resolving and committing, when its rows lie in the lake already."""
    with storing_keys(), monkeypatch.context() as patch:
        patch.setattr("tasks.load.commit_run", killed)
        with pytest.raises(KeyboardInterrupt):
            room.desk.quick_night(2)
    held = names(files_with(KEY, room.warehouse), room.warehouse)
    assert {name.rpartition("/")[2] for name in held} >= {"run.json", "visits.parquet"}
    assert "run.json" in room.doctor()
    room.forget()
    assert not files_with(KEY, room.warehouse)
    room.desk.quick_night(2)
    assert room.desk.ask("select count(*) as n from nights") == [{"n": 6}]
    assert not files_with(KEY, room.warehouse)


def test_a_copy_that_a_killed_writer_left_goes_too(room: Room) -> None:
    [first, *_] = sorted((room.warehouse / "raw").rglob("paper-*.warc.gz"))
    shutil.copy(first, first.with_name(f".{first.name}.0123456789abcdef"))
    room.forget()
    assert not files_with(KEY, room.warehouse)


def killed(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_warehouse_of_today_holds_no_key_and_is_marked_so(tmp_path: Path) -> None:
    with newsroom_with_keys(tmp_path, nights=0) as (_, desk):
        desk.quick_night(0)
        settings = load_settings(desk.config, warehouse=desk.warehouse)
        assert CHECKS["stored keys"](settings) == "no key of a source is stored"
        assert not files_with(KEY, desk.warehouse)
