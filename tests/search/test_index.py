"""The index of a publication: what it holds, how it is continued, and what becomes of damage."""

import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import warehouse.search.build
from config.errors import BroadsheetError, UsageError
from config.settings import Settings, load_settings
from flows.actions.index_check import check_index
from tasks.load.commit import publish_tables
from tasks.search.find import Question, open_desk
from tests.articles import article
from tests.pipeline.command import run
from tests.pipeline.nights import Nights
from warehouse.layout import PUBLISHED, SEARCH
from warehouse.search.folders import index_folders, new_publication_id, remove_old_indexes
from warehouse.search.index import open_index

pytestmark = pytest.mark.slow

PAGE = "https://courier.example/{}"


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path / "w")


def load(nights: Nights, number: int, text: str, day: int = 1) -> None:
    nights.load(article(PAGE.format(number), text, position=number, day=day))


def found(folder: Path, query: str) -> list[str | None]:
    with open_desk(folder) as desk:
        return sorted(str(row.url) for row in desk.find(Question(query)))


def pages(*numbers: int) -> list[str]:
    return [PAGE.format(number) for number in numbers]


def without_index(settings: Settings) -> Settings:
    return settings.model_copy(
        update={"search": settings.search.model_copy(update={"index": False})}
    )


def test_a_night_adds_its_articles_and_keeps_the_files_of_the_index_before(nights: Nights) -> None:
    load(nights, 1, "the ferry sails")
    [first] = index_folders(nights.folder)
    load(nights, 2, "the strike begins")
    [_, second] = index_folders(nights.folder)
    assert found(nights.folder, "the") == pages(1, 2)
    shared = {path.stat().st_ino for path in first.glob("*.idx")}
    assert shared & {path.stat().st_ino for path in second.glob("*.idx")}


def test_only_current_versions_are_found(nights: Nights) -> None:
    load(nights, 1, "the ferry sails", day=1)
    load(nights, 1, "the bridge opens", day=2)
    assert (found(nights.folder, "ferry"), found(nights.folder, "bridge")) == ([], pages(1))


def test_a_night_opens_only_the_files_of_the_days_that_it_concerns(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night that makes no older version the current one again opens none of the older files."""
    for number, day in ((1, 1), (2, 20)):
        one = article(PAGE.format(number), "the ferry sails", position=number, day=day)
        published = datetime(2025, 3, day, 6, 30, tzinfo=UTC)
        nights.load(replace(one, published_at=published, published_date=published.date()))
    read: list[int] = []
    real = warehouse.search.build.create_view

    def counted(connection: Any, name: str, files: Any, schema: Any) -> None:
        read.extend([len(files)] if name == "article_versions" else [])
        real(connection, name, files, schema)

    monkeypatch.setattr(warehouse.search.build, "create_view", counted)
    load(nights, 3, "the bridge opens")
    assert read == [1]  # the file without rows
    assert found(nights.folder, "the") == pages(1, 2, 3)


def test_an_older_capture_that_comes_later_is_not_found(nights: Nights) -> None:
    load(nights, 1, "the ferry sails", day=5)
    load(nights, 1, "the bridge opens", day=2)
    assert (found(nights.folder, "ferry"), found(nights.folder, "bridge")) == (pages(1), [])


def test_a_version_that_is_current_again_is_found_again(nights: Nights) -> None:
    load(nights, 1, "the ferry sails", day=1)
    load(nights, 1, "the bridge opens", day=2)
    load(nights, 1, "the ferry sails", day=3)
    assert (found(nights.folder, "ferry"), found(nights.folder, "bridge")) == (pages(1), [])


def test_an_index_built_anew_finds_the_same_as_one_that_grew(nights: Nights) -> None:
    for number in range(6):
        load(nights, number % 4, f"ferry number {number} sails", day=number + 1)
    grown = [found(nights.folder, f"number AND {number}") for number in range(6)]
    publish_tables(nights.folder, nights.settings, index_anew=True)
    assert [found(nights.folder, f"number AND {number}") for number in range(6)] == grown


def test_the_published_file_names_the_index_of_its_own_publication(nights: Nights) -> None:
    load(nights, 1, "the ferry sails")
    [(name, search)] = nights.ask("select publication_id, search from publication")
    assert search == f"{SEARCH}/{name}"
    assert (nights.folder / search).is_dir()


@pytest.mark.parametrize("damage", ["folder", "segment", "record", "cut"])
def test_a_damaged_index_is_noticed_and_healed_by_the_next_run(nights: Nights, damage: str) -> None:
    load(nights, 1, "the ferry sails")
    [folder] = index_folders(nights.folder)
    segment = next(folder.glob("*.idx"))
    if damage == "folder":
        shutil.rmtree(folder)
    elif damage == "cut":
        os.truncate(segment, 3)
    else:
        (segment if damage == "segment" else folder / "broadsheet.json").unlink()
    with pytest.raises(BroadsheetError, match="reprocess --search"):
        found(nights.folder, "ferry")
    with pytest.raises(RuntimeError, match="reprocess --search"):
        check_index(nights.settings)
    load(nights, 2, "the ferry rests")
    assert found(nights.folder, "ferry") == pages(1, 2)
    assert check_index(nights.settings, deep=True).startswith("2 articles")


@pytest.mark.parametrize("name", ["meta.json", "*.pos", "*.idx", "*.store", "*.term", "*.del"])
def test_an_index_with_rubbish_in_a_file_is_built_anew_by_the_next_run(
    nights: Nights, name: str
) -> None:
    load(nights, 1, "the ferry sails")
    load(nights, 2, "the ferry rests")
    load(nights, 1, "the ferry sails again", day=2)
    for path in index_folders(nights.folder)[-1].glob(name):
        size = path.stat().st_size
        path.unlink()  # earlier nights share it
        path.write_bytes(b"rubbish" * (size // 7) + b"#" * (size % 7))
    load(nights, 3, "the ferry waits", day=3)
    assert found(nights.folder, "ferry") == pages(1, 2, 3)
    assert check_index(nights.settings, deep=True).startswith("3 articles")


def test_a_changed_byte_is_noticed_by_the_deep_check(nights: Nights) -> None:
    load(nights, 1, "the ferry sails")
    [folder] = index_folders(nights.folder)
    segment = next(folder.glob("*.term"))
    content = bytearray(segment.read_bytes())
    content[5] ^= 255
    segment.write_bytes(content)
    assert check_index(nights.settings)
    with pytest.raises(RuntimeError, match="damaged file"):
        check_index(nights.settings, deep=True)


def test_without_the_setting_there_is_no_index_and_search_says_so(nights: Nights) -> None:
    nights.settings = without_index(nights.settings)
    load(nights, 1, "the ferry sails")
    assert nights.ask("select search from publication") == [(None,)]
    with pytest.raises(UsageError, match=r"search\.index"):
        found(nights.folder, "ferry")
    nights.settings = load_settings(warehouse=nights.folder)
    load(nights, 2, "the ferry rests")
    assert found(nights.folder, "ferry") == pages(1, 2)


def test_a_night_is_published_even_if_its_index_cannot_be_built(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError("No space left on device")

    load(nights, 1, "the ferry sails")
    with monkeypatch.context() as patched:
        patched.setattr(warehouse.search.build, "complete_folder", full)
        load(nights, 2, "the ferry rests")
    assert nights.ask("select count(*) from articles") == [(2,)]
    with pytest.raises(RuntimeError, match="published without one"):
        check_index(nights.settings)
    assert not list((nights.folder / SEARCH).glob(".*"))
    load(nights, 3, "the ferry turns")
    assert found(nights.folder, "ferry") == pages(1, 2, 3)


def test_an_index_that_lacks_articles_is_built_anew(nights: Nights, monkeypatch: Any) -> None:
    load(nights, 1, "the ferry sails")
    real = warehouse.search.build._start
    monkeypatch.setattr(
        warehouse.search.build,
        "_start",
        lambda task: replace(real(task), files={"article_versions": [], "superseded": []}),
    )
    load(nights, 2, "the ferry rests")
    assert found(nights.folder, "ferry") == pages(1, 2)


def test_old_indexes_stay_for_the_grace_time(tmp_path: Path) -> None:
    start = datetime(2025, 3, 1, tzinfo=UTC)
    names = [new_publication_id(start + timedelta(days=day)) for day in range(12)]
    for name in names:
        (tmp_path / SEARCH / name).mkdir(parents=True)
    remove_old_indexes(tmp_path, names[-1], timedelta(days=7), start + timedelta(days=11))
    # The index of day 4 was replaced on day 5, six days ago; that of day 3 seven days ago.
    assert [folder.name for folder in index_folders(tmp_path)] == names[4:]


def test_a_moved_warehouse_is_searched_and_continued(nights: Nights, tmp_path: Path) -> None:
    load(nights, 1, "the ferry sails")
    moved = tmp_path / "moved"
    shutil.move(nights.folder, moved)
    assert found(moved, "ferry") == pages(1)
    later = Nights.of(moved, 1, relocated=True)
    load(later, 2, "the ferry rests")
    assert found(moved, "ferry") == pages(1, 2)


def test_an_empty_warehouse_has_an_empty_index(nights: Nights) -> None:
    publish_tables(nights.folder, nights.settings)
    assert found(nights.folder, "ferry") == found(nights.folder, "NOT ferry") == []


def test_a_warehouse_of_an_older_broadsheet_is_indexed_by_its_next_run(nights: Nights) -> None:
    nights.settings = without_index(nights.settings)
    load(nights, 1, "the ferry sails")
    with duckdb.connect(str(nights.folder / PUBLISHED)) as connection:
        connection.execute("drop table publication")
    with pytest.raises(UsageError, match="no search index"):
        found(nights.folder, "ferry")
    assert check_index(load_settings(warehouse=nights.folder)).startswith("none yet")
    nights.settings = load_settings(warehouse=nights.folder)
    load(nights, 2, "the ferry rests")
    assert found(nights.folder, "ferry") == pages(1, 2)


def test_the_index_can_be_read_where_nothing_can_be_written(nights: Nights) -> None:
    load(nights, 1, "the ferry sails")
    [folder] = index_folders(nights.folder)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    changed = folder.stat().st_mtime_ns
    assert found(nights.folder, "ferry") == pages(1)
    assert before == {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert changed == folder.stat().st_mtime_ns


def test_an_index_is_opened_many_times_and_leaves_nothing_behind(
    nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tantivy watches the folder that it opens; its thread may write there while it is removed."""
    load(nights, 1, "the ferry sails")
    [folder] = index_folders(nights.folder)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with ThreadPoolExecutor(4) as threads:
        opened = list(threads.map(open_index, [folder] * 1_000))
    assert {one.searcher.num_docs for one in opened} == {1}
    assert not list(tmp_path.glob("broadsheet-search-*"))


def test_repair_and_compaction_keep_the_search(nights: Nights) -> None:
    for number in range(3):
        load(nights, number, f"the ferry sails {number} times")
    run("compact", "--warehouse", nights.folder)
    assert found(nights.folder, "ferry") == pages(0, 1, 2)
    (nights.folder / PUBLISHED).unlink()
    run("repair", "--warehouse", nights.folder)
    assert found(nights.folder, "ferry") == pages(0, 1, 2)
    shutil.rmtree(nights.folder / SEARCH)
    run("reprocess", "--search", "--warehouse", nights.folder)
    assert found(nights.folder, "ferry") == pages(0, 1, 2)
