"""An article that is taken down is in no table and no file any more, and does not come back."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from config.errors import UsageError
from config.settings import load_settings
from tasks.explain.stored import read_stored
from tasks.jobs.takedown import reapply_takedowns
from tasks.records import Link
from tasks.repair.repair import repair
from tasks.takedown.finding import asked_for, read_names
from tasks.web.urls import url_key
from tests.pipeline.archives import story
from tests.pipeline.nights import Nights
from tests.takedown.desk import article_at, sentences, take_down, with_stages
from tests.takedown.every_byte import places_with
from warehouse.lake import open_lake
from warehouse.schema import ARTICLE_VERSIONS, TABLES

GONE = "https://courier.example/2025/quarry-owner-sentenced"
STAYS = "https://courier.example/2025/harbour"
COPY = "https://herald.example/quarry"
TEXT = story(1)
CHANGED = TEXT.replace("committee", "assembly")
EDITED = TEXT.replace("committee", "board")


def title(text: str) -> str:
    return f"The headline about {text}"


def gone(text: str, position: int, day: int) -> Any:
    return article_at(
        GONE,
        text,
        position=position,
        day=day,
        title=title("a quarry owner"),
        extra='{"contact": "owner@quarry.example"}',
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Nights, Path]:
    """Three runs: two versions of an article, one that stays, and an edited copy elsewhere."""
    nights = Nights(tmp_path_factory.mktemp("taken") / "news")
    nights.load(
        gone(TEXT, 1, 11), article_at(STAYS, story(2), position=2, day=11), source="courier"
    )
    table = open_lake(nights.folder).load(ARTICLE_VERSIONS)
    current = table.current_snapshot()
    assert current
    table.manage_snapshots().create_tag(current.snapshot_id, "cited").commit()
    nights.load(
        gone(CHANGED, 3, 12),
        article_at(STAYS, story(2), position=4, day=12),
        source="courier",
    )
    nights.load(article_at(COPY, EDITED, position=5, day=13, domain="herald.example"))
    saved = nights.folder.with_name("saved")
    shutil.copytree(nights.folder, saved)
    return nights, saved


@pytest.fixture
def nights(kept: tuple[Nights, Path]) -> Nights:
    """The same warehouse, restored in its place."""
    nights, saved = kept
    shutil.rmtree(nights.folder)
    shutil.copytree(saved, nights.folder)
    return Nights.of(nights.folder, 3)


WORDS = [GONE, GONE.removeprefix("https:"), title("a quarry owner"), "owner@quarry.example"]


def left(nights: Nights) -> list[str]:
    lost = set(sentences(TEXT)) | set(sentences(CHANGED))
    return places_with(nights.folder, [*WORDS, *sorted(lost - set(sentences(EDITED)))])


def test_every_table_has_a_rule() -> None:
    from tasks.takedown.rules import TAKEDOWN_RULES

    assert set(TAKEDOWN_RULES) == {table.name for table in TABLES}


def test_no_byte_of_the_article_is_left(nights: Nights) -> None:
    assert {one.partition(":")[0].partition("/")[0] for one in left(nights)} == {
        "lake",
        "news.duckdb",
    }
    report = take_down(nights.settings, GONE, requested_by="a lawyer")
    assert left(nights) == []
    assert nights.ask("select url from articles order by all") == [(STAYS,), (COPY,)]
    [row] = nights.ask("select * exclude (run_id, taken_at, key_ids) from takedowns")
    [taken] = report.survey.articles
    assert row == (
        taken.article_id,
        "court order 12",
        "a lawyer",
        2,
        report.survey.takedown.rewritten,
    )
    [line] = (nights.folder / "takedowns.jsonl").read_text().splitlines()
    assert json.loads(line)["article_id"] == taken.article_id
    assert not (nights.folder / "takedown.json").exists()


@pytest.mark.slow
def test_the_ledger_balances_and_says_that_the_article_was_taken_down(nights: Nights) -> None:
    [(article_id,)] = nights.ask(f"select article_id from articles where url = '{GONE}'")
    take_down(nights.settings, GONE)
    rows = nights.ask(
        "select run_id, outcome, reason, url, version from documents "
        f"where article_id = '{article_id}' order by all"
    )
    assert rows == [
        ("run-001", "rejected", "taken_down", None, None),
        ("run-002", "rejected", "taken_down", None, None),
    ]
    counts = nights.ask(
        "select run_id, documents, loaded, revised, duplicate, rejected from runs "
        "where flow = 'ingest' order by all"
    )
    assert counts == [
        ("run-001", 2, 1, 0, 0, 1),
        ("run-002", 2, 0, 0, 1, 1),
        ("run-003", 1, 1, 0, 0, 0),
    ]


@pytest.mark.slow
def test_the_article_is_not_loaded_again_and_nothing_of_it_is_stored(nights: Nights) -> None:
    take_down(nights.settings, GONE)
    assert (
        nights.load(gone(TEXT, 1, 11), gone(CHANGED, 2, 12), gone("A new text.", 3, 13))
        == ["rejected"] * 3
    )
    rows = nights.ask(
        "select reason, url, detail, extra, whole_hash from documents where run_id = 'run-004'"
    )
    assert rows == [("taken_down", None, None, None, None)] * 3
    assert left(nights) == []


@pytest.mark.slow
def test_a_tagged_snapshot_lacks_the_article_and_keeps_the_others(nights: Nights) -> None:
    lake = open_lake(nights.folder)
    before = lake.load(ARTICLE_VERSIONS).refs()["cited"].snapshot_id
    report = take_down(nights.settings, GONE)
    assert report.survey.takedown.references == ("cited",)
    table = open_lake(nights.folder).load(ARTICLE_VERSIONS)
    reference = table.refs()["cited"]
    assert reference.snapshot_id != before
    rows = table.scan(snapshot_id=reference.snapshot_id).to_arrow().to_pylist()
    assert [row["url"] for row in rows] == [STAYS]
    assert set(table.refs()) == {"main", "cited"}


@pytest.mark.slow
def test_a_copy_is_listed_and_stays_in_a_cluster_of_its_own(nights: Nights) -> None:
    [[first], [second]] = nights.ask(
        f"select cluster_id from articles where url in ('{GONE}', '{COPY}')"
    )
    assert first == second
    report = take_down(nights.settings, GONE)
    [copy] = report.survey.copies
    assert (copy.url, copy.kind) == (COPY, "edited")
    assert nights.ask(f"select article_id = cluster_id from articles where url = '{COPY}'") == [
        (True,)
    ]
    assert nights.ask("select count(*), sum(articles) from stories") == [(2, 2)]
    assert nights.ask("from copies") == []


@pytest.mark.slow
def test_readers_of_the_publication_before_are_not_disturbed(nights: Nights) -> None:
    with duckdb.connect(str(nights.folder / "news.duckdb"), read_only=True) as reader:
        stream = reader.execute("select url, text from article_versions order by url")
        assert stream.fetchone()
        take_down(nights.settings, GONE)
        assert len(stream.fetchall()) == 3
        urls = reader.execute("select distinct url from article_versions order by url").fetchall()
        assert urls == [(STAYS,), (COPY,)]


@pytest.mark.slow
def test_a_dry_run_lists_every_place_and_changes_nothing(nights: Nights) -> None:
    before = {path: path.read_bytes() for path in nights.folder.rglob("*") if path.is_file()}
    report = take_down(nights.settings, GONE, dry_run=True)
    after = {path: path.read_bytes() for path in nights.folder.rglob("*") if path.is_file()}
    assert {path for path in before if before[path] != after.get(path)} == set()
    counts = {place.where: place.count for place in report.survey.places}
    assert counts["article_versions"] == 2 + 0
    assert counts["documents"] == 2
    assert not report.is_done


@pytest.mark.slow
def test_saying_no_changes_nothing(nights: Nights) -> None:
    report = take_down(nights.settings, GONE, confirm=lambda _: False)
    assert not report.is_done
    assert len(nights.ask("from articles")) == 3


@pytest.mark.slow
def test_a_repeated_takedown_says_when_it_was_and_changes_nothing(nights: Nights) -> None:
    take_down(nights.settings, GONE)
    report = take_down(nights.settings, GONE)
    assert not report.is_done
    assert set(report.taken_before) == {GONE}
    assert nights.ask("select count(*) from takedowns") == [(1,)]


def test_an_unknown_address_is_refused(nights: Nights) -> None:
    with pytest.raises(UsageError, match=r"has nothing at https://courier\.example/nowhere"):
        take_down(nights.settings, GONE, "https://courier.example/nowhere")
    assert len(nights.ask("from articles")) == 3


@pytest.mark.slow
def test_a_file_names_many_articles_by_address_and_id(nights: Nights, tmp_path: Path) -> None:
    [(article_id,)] = nights.ask(f"select article_id from articles where url = '{COPY}'")
    path = tmp_path / "list.txt"
    path.write_text(
        f"# by order of the court\n\n{GONE}?utm_source=feed\n{article_id.upper()}\n{GONE}\n"
    )
    report = take_down(nights.settings, *read_names(str(path)))
    assert len(report.survey.articles) == 2
    assert report.survey.copies == ()
    assert nights.ask("select url from articles") == [(STAYS,)]
    lost = set(sentences(TEXT)) | set(sentences(CHANGED)) | set(sentences(EDITED))
    assert places_with(nights.folder, [*WORDS, COPY, *sorted(lost)]) == []


@pytest.mark.parametrize("content", ["", "# nothing\n", "no address\n"])
def test_a_file_without_an_address_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(content)
    with pytest.raises(UsageError):
        asked_for(read_names(str(path)))


@pytest.mark.slow
def test_explain_says_that_it_was_taken_down(nights: Nights) -> None:
    take_down(nights.settings, GONE)
    with pytest.raises(UsageError, match="was taken down on 20"):
        read_stored(nights.folder, GONE, nights.settings.read)


@pytest.mark.slow
def test_a_list_is_applied_again_to_an_older_warehouse(
    nights: Nights, kept: tuple[Nights, Path], tmp_path: Path
) -> None:
    take_down(nights.settings, GONE)
    listed = tmp_path / "takedowns.jsonl"
    shutil.copy(nights.folder / "takedowns.jsonl", listed)
    rows = nights.ask("select * exclude (files) from takedowns")
    shutil.rmtree(nights.folder)
    shutil.copytree(kept[1], nights.folder)
    assert left(nights)
    assert with_stages(nights.settings, lambda stages: reapply_takedowns(listed, stages)) == 1
    assert left(nights) == []
    assert nights.ask("select * exclude (files) from takedowns") == rows
    assert with_stages(nights.settings, lambda stages: reapply_takedowns(listed, stages)) == 0


@pytest.mark.slow
def test_a_moved_warehouse_is_taken_down_in_its_new_place(nights: Nights, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(nights.folder, moved)
    settings = load_settings(warehouse=moved, workers=1)
    before = {path: path.read_bytes() for path in nights.folder.rglob("*.parquet")}
    take_down(settings, GONE)
    copy = Nights.of(moved, 3)
    assert left(copy) == []
    assert {path: path.read_bytes() for path in nights.folder.rglob("*.parquet")} == before


@pytest.mark.slow
def test_links_of_other_articles_to_it_stay(nights: Nights) -> None:
    linking = article_at(
        "https://courier.example/2025/linking",
        story(7),
        position=9,
        day=14,
        links=(Link("the owner", GONE, url_key(GONE) or "", True, 1),),
    )
    nights.load(linking)
    assert nights.ask("select target_article_id is not null from links") == [(True,)]
    take_down(nights.settings, GONE)
    assert nights.ask("select url, target_article_id from links") == [(GONE, None)]
    places = {place.partition("/data")[0] for place in left(nights)}
    assert places == {"lake/links", *(f"news.duckdb: {word}" for word in WORDS[:2])}


@pytest.mark.slow
def test_a_lost_table_of_takedowns_is_made_again_from_the_list(nights: Nights) -> None:
    take_down(nights.settings, GONE)
    rows = nights.ask("from takedowns")
    for path in (nights.folder / "lake" / "takedowns" / "data").glob("*.parquet"):
        path.unlink()
    report = with_stages(nights.settings, repair)
    assert not report.lost_rows
    assert nights.ask("from takedowns") == rows
    assert nights.load(gone("Another text.", 1, 14)) == ["rejected"]
