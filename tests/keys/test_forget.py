"""Keys that an earlier version stored are named by `doctor` and removed by `forget-keys`."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from config.settings import Settings, load_settings
from flows.actions.doctor import CHECKS, DEEP_CHECKS
from flows.actions.forget_keys import show_findings
from tasks.keys.forget import ForgetRequest, forget_keys
from tasks.pipeline import Stages, thread_runner
from tasks.runs.progress import ProgressListener
from tests.fetch.every_byte import files_with
from tests.keys.older import KEY, newsroom_with_keys, set_key, storing_keys
from tests.nights.night import Desk
from tests.nights.paper import Papers
from tests.raw.warc_readers import check
from warehouse.lake import open_lake
from warehouse.schema import VISITS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
TABLES = ("article_versions", "documents", "fetches", "discoveries", "visits")


class RestoredNewsroom:
    """A newsroom whose warehouse is restored before each test."""

    def __init__(self, papers: Papers, desk: Desk) -> None:
        self.papers, self.desk = papers, desk
        self.warehouse = desk.warehouse
        self._kept = desk.folder / "kept"
        shutil.copytree(self.warehouse, self._kept)

    def restore(self) -> None:
        shutil.rmtree(self.warehouse)
        shutil.copytree(self._kept, self.warehouse)
        set_key(self.desk, KEY)

    @property
    def settings(self) -> Settings:
        return load_settings(self.desk.config, warehouse=self.warehouse, workers=1)

    def forget(self, **request: bool) -> list[str]:
        with thread_runner(1) as run_stage:
            stages = Stages(self.settings, run_stage, ProgressListener())
            return [str(one) for one in forget_keys(stages, ForgetRequest(**request))]

    def doctor(self, *, deep: bool = False) -> str:
        """Return the report of `doctor` on stored keys."""
        try:
            return (CHECKS | (DEEP_CHECKS if deep else {}))["stored keys"](self.settings)
        except RuntimeError as error:
            return str(error)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of the tables, without the entries of visits."""
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
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RestoredNewsroom]:
    with newsroom_with_keys(tmp_path_factory.mktemp("keys")) as (papers, desk):
        yield RestoredNewsroom(papers, desk)


@pytest.fixture
def newsroom(built: RestoredNewsroom) -> RestoredNewsroom:
    built.restore()
    return built


def names(paths: list[Path], warehouse: Path) -> set[str]:
    return {str(path.relative_to(warehouse)) for path in paths}


def test_doctor_names_the_files_with_keys_and_changes_nothing(newsroom: RestoredNewsroom) -> None:
    files = names(files_with(KEY, newsroom.warehouse), newsroom.warehouse)
    assert {name.partition("/")[0] for name in files} == {"lake", "raw"}
    assert len(files) == 4
    before = newsroom.tree()
    for deep in (False, True):
        report = newsroom.doctor(deep=deep)
        assert all(name in report for name in files)
        assert "forget-keys" in report
        assert "other-000" not in report
    assert KEY not in report
    assert newsroom.tree() == before


def test_forget_keys_removes_every_key_and_changes_nothing_else(newsroom: RestoredNewsroom) -> None:
    rows, places = newsroom.rows(), newsroom.tree().keys()
    found = newsroom.forget()
    assert len(found) == 4
    assert not files_with(KEY, newsroom.warehouse)
    assert newsroom.rows() == rows
    assert {path for path in places if "/raw/" in path} <= newsroom.tree().keys()
    check(*(newsroom.warehouse / "raw").rglob("*.warc.gz"))
    assert "no key" in newsroom.doctor()
    assert "no key" in newsroom.doctor(deep=True)
    for name in ("warehouse", "tables", "published file", "runs"):
        CHECKS[name](newsroom.settings)
    [row] = newsroom.desk.ask("select flow, parameters from runs where flow = 'forget-keys'")
    assert row["parameters"] == '{"files":4}'
    entries = newsroom.desk.ask("select entry from visits where source = 'paper'")
    assert all('"homepage":"http://paper.example/"' in row["entry"] for row in entries)


def test_a_dry_run_reports_the_same_findings_and_changes_nothing(
    newsroom: RestoredNewsroom,
) -> None:
    before = newsroom.tree()
    report = newsroom.forget(dry_run=True)
    assert newsroom.tree() == before
    assert report == newsroom.forget()


def test_a_second_run_finds_nothing_and_changes_nothing(newsroom: RestoredNewsroom) -> None:
    newsroom.forget()
    before = newsroom.tree()
    assert not newsroom.forget()
    after = newsroom.tree()
    assert {name for name in after if after[name] != before.get(name)} <= {
        str(newsroom.warehouse / "format.json")
    }


def test_later_nights_still_find_the_stored_bytes_at_their_offsets(
    newsroom: RestoredNewsroom,
) -> None:
    newsroom.forget()
    newsroom.papers.story("http://paper.example/1", 77)
    newsroom.desk.night(3)
    again = newsroom.desk.night(4, "nightly")
    assert KEY not in again
    versions = newsroom.desk.ask("select url from article_versions where version = 2 order by all")
    assert {row["url"] for row in versions} >= {"http://paper.example/1"}
    assert newsroom.desk.ask("select count(*) as n from documents where outcome = 'failed'") == [
        {"n": 0}
    ]
    assert not files_with(KEY, newsroom.warehouse)


def test_a_key_that_is_not_in_the_list_any_more_is_found_by_the_stored_entries(
    newsroom: RestoredNewsroom,
) -> None:
    set_key(newsroom.desk, "another")
    assert newsroom.forget()
    assert not files_with(KEY, newsroom.warehouse)


def test_a_key_that_is_stored_in_warc_files_only_is_found(newsroom: RestoredNewsroom) -> None:
    """Simulate a backfill, which has no visits, of a source that is not listed any more."""
    before = [path for path in (newsroom.warehouse / "raw").rglob("paper-*.warc.gz")]
    newsroom.forget()
    kept = newsroom.desk.folder / "kept"
    for path in before:
        gone = path.with_name(f"gone-{path.name[-11:]}")
        shutil.copy(kept / path.relative_to(newsroom.warehouse), gone)
    (newsroom.warehouse / "format.json").unlink()
    assert "WARC files of an earlier version were not looked into" in newsroom.doctor()
    assert len(newsroom.forget()) == 2
    assert not files_with(KEY, newsroom.warehouse)


def test_keys_in_logs_are_overwritten_and_databases_are_named(newsroom: RestoredNewsroom) -> None:
    service = newsroom.warehouse / "service"
    service.mkdir()
    (service / "server.log").write_text(f"one\nasked with {KEY}, twice: {KEY}\nthree\n")
    (service / "prefect.db").write_text(f"SQLite {KEY}")
    found = newsroom.forget()
    assert (service / "server.log").read_text() == (
        f"one\nasked with {'*' * len(KEY)}, twice: {'*' * len(KEY)}\nthree\n"
    )
    assert "service/prefect.db holds a key" in found
    assert names(files_with(KEY, newsroom.warehouse), newsroom.warehouse) == {"service/prefect.db"}


def test_a_snapshot_with_a_tag_is_removed_too(newsroom: RestoredNewsroom) -> None:
    iceberg = open_lake(newsroom.warehouse).load(VISITS)
    [first, *_] = iceberg.snapshots()
    with iceberg.manage_snapshots() as manage:
        manage.create_tag(first.snapshot_id, "first-night")
    newsroom.forget()
    assert not files_with(KEY, newsroom.warehouse)
    after = open_lake(newsroom.warehouse).load(VISITS)
    assert len(after.snapshots()) == 1
    assert len(after.scan().to_arrow()) == 4


def test_files_that_a_repair_set_aside_are_rewritten_or_named(newsroom: RestoredNewsroom) -> None:
    [first, second] = sorted((newsroom.warehouse / "lake/visits/data").glob("*.parquet"))
    aside = newsroom.warehouse / "damaged/20250101T000000Z/lake/visits/data"
    aside.mkdir(parents=True)
    shutil.copy(first, aside)
    (aside / second.name).write_bytes(second.read_bytes()[:-9])
    (aside.parents[2] / "repair.json").write_text('{"done": true}')
    found = newsroom.forget()
    cut = (aside / second.name).relative_to(newsroom.warehouse)
    assert f"{cut} is damaged and may hold keys" in found
    assert names(files_with(KEY, newsroom.warehouse), newsroom.warehouse) <= {str(cut)}
    assert str(cut) in newsroom.doctor()


def test_an_unfinished_night_of_an_earlier_version_resumes_without_the_key(
    newsroom: RestoredNewsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kill a night between resolving and committing, when its rows are in the lake already."""
    with storing_keys(), monkeypatch.context() as patch:
        patch.setattr("tasks.load.commit.commit_run", killed)
        with pytest.raises(KeyboardInterrupt):
            newsroom.desk.quick_night(2)
    files = names(files_with(KEY, newsroom.warehouse), newsroom.warehouse)
    assert {name.rpartition("/")[2] for name in files} >= {"run.json", "visits.parquet"}
    assert "run.json" in newsroom.doctor()
    newsroom.forget()
    assert not files_with(KEY, newsroom.warehouse)
    newsroom.desk.quick_night(2)
    assert newsroom.desk.ask("select count(*) as n from nights") == [{"n": 6}]
    assert not files_with(KEY, newsroom.warehouse)


def test_the_copy_of_a_killed_writer_is_removed_too(newsroom: RestoredNewsroom) -> None:
    [first, *_] = sorted((newsroom.warehouse / "raw").rglob("paper-*.warc.gz"))
    shutil.copy(first, first.with_name(f".{first.name}.0123456789abcdef"))
    newsroom.forget()
    assert not files_with(KEY, newsroom.warehouse)


def killed(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_new_warehouse_holds_no_key_and_is_marked_as_searched(tmp_path: Path) -> None:
    with newsroom_with_keys(tmp_path, nights=0) as (_, desk):
        desk.quick_night(0)
        settings = load_settings(desk.config, warehouse=desk.warehouse)
        assert CHECKS["stored keys"](settings) == "no key of a source is stored"
        assert not files_with(KEY, desk.warehouse)


@pytest.mark.parametrize("dry_run", [True, False])
def test_the_command_reports_that_no_key_is_stored(dry_run: bool) -> None:
    said = io.StringIO()
    show_findings(Console(file=said, width=200), [], dry_run=dry_run)
    assert said.getvalue() == "No file was found that holds a key; nothing was changed.\n"
