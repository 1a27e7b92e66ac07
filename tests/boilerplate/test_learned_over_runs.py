"""Boilerplate is learned from night to night, removed from later pages, and can be put back."""

import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tasks.records import Article
from tests.articles import article
from tests.boilerplate.recurring_lines import COURIER, LINE, OTHER, row_of, write_pages, write_rows
from tests.pipeline.archives import story
from tests.pipeline.command import ask, run, start
from tests.pipeline.nights import Nights
from tests.pipeline.test_kills import SMALL_BATCHES, kill
from warehouse.lake import SCHEMA_PROPERTY, open_lake
from warehouse.schema import ARTICLE_VERSIONS, BOILERPLATE_HISTORY, DOCUMENTS

pytestmark = pytest.mark.slow

FOREIGN = "Überall am Kai – 🌊 – liest man den Courier."
ROWS = (
    "select * exclude (run_id, loaded_at, first_seen_at) from article_versions "
    "order by url, version"
)
HISTORY = "select * exclude (run_id, changed_at) from boilerplate_history order by all"
OUTCOMES = (
    "select outcome, count(*) as n from documents "
    "where run_id = (select max(run_id) from runs) group by outcome"
)


def outcomes(warehouse: Path) -> dict[str, int]:
    """Return the number of documents of the newest run by outcome."""
    return {row["outcome"]: row["n"] for row in ask(warehouse, OUTCOMES)}


def texts(warehouse: Path, day: int) -> list[dict[str, Any]]:
    query = f"select * from articles where day(published_date) = {day} order by url"
    return ask(warehouse, query)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make archives of eight days of March 2025, whose articles have one line in common."""
    made = tmp_path_factory.mktemp("archives")
    write_rows(made / "four-days.jsonl", range(20), range(1, 5), LINE)
    write_rows(made / "fifth.jsonl", range(20, 25), range(5, 6), LINE)
    write_rows(made / "sixth.jsonl", range(30, 34), range(6, 7), LINE)
    write_rows(made / "seventh.jsonl", range(40, 44), range(7, 8), LINE, OTHER)
    write_rows(made / "eighth.jsonl", range(50, 54), range(8, 9), LINE)
    return made


@pytest.fixture(scope="module")
def paper(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a warehouse that has learned the line and removed it from the articles of one day."""
    warehouse = tmp_path_factory.mktemp("paper") / "w"
    run("ingest", folder / "four-days.jsonl", "-w", warehouse)
    assert ask(warehouse, "from boilerplate") == [], "on four days only"
    run("ingest", folder / "fifth.jsonl", "-w", warehouse)
    run("ingest", folder / "sixth.jsonl", "-w", warehouse)
    return warehouse


def test_a_recurring_line_is_listed_and_removed_from_later_articles_only(
    paper: Path,
) -> None:
    [listed] = ask(paper, "from boilerplate")
    assert (listed["source"], listed["line"], listed["state"]) == (COURIER, LINE, "learned")
    assert (listed["articles"], listed["days"], listed["share"]) == (25, 5, 1.0)
    assert all(LINE in row["text"] for day in range(1, 6) for row in texts(paper, day))
    for row in texts(paper, 6):
        assert LINE not in row["text"]
        assert row["learned_lines"] == [LINE]
        assert row["content_hash"] != row["whole_hash"]
        assert "dropped_learned:1" in row["quality_flags"]
        assert row["extractor_version"].endswith(f"+learned.{listed['version']}")
        assert row["word_count"] == len(row["text"].replace(".", "").split())
    for row in texts(paper, 5):
        assert "+learned." not in row["extractor_version"]
        assert row["learned_lines"] == []
        assert row["content_hash"] == row["whole_hash"]


def test_loading_the_same_archives_again_gives_duplicates_after_lines_were_learned(
    paper: Path, folder: Path
) -> None:
    rows, history = ask(paper, ROWS), ask(paper, HISTORY)
    run("ingest", *sorted(folder.glob("f*.jsonl")), folder / "sixth.jsonl", "-w", paper)
    assert outcomes(paper) == {"duplicate": 29}
    assert ask(paper, ROWS) == rows
    assert ask(paper, HISTORY) == history


def test_an_analyst_can_keep_a_line_drop_another_and_withdraw_both_overrides(
    paper: Path, folder: Path
) -> None:
    before = ask(paper, "from boilerplate")
    overrides = paper / "boilerplate.toml"
    overrides.write_text(
        f'["{COURIER}"]\nkeep = ["{LINE}"]\ndrop = ["{OTHER}", "{FOREIGN}"]\n', "utf-8"
    )
    assert "keeps 1 and drops 2" in run("doctor", "-w", paper).stdout
    run("ingest", folder / "seventh.jsonl", "-w", paper)
    for row in texts(paper, 7):
        assert LINE in row["text"]
        assert row["learned_lines"] == [OTHER]
    states = "select line, state, is_removed, version from boilerplate order by state, line"
    dropped, foreign, kept = ask(paper, states)
    assert (foreign["line"], foreign["version"]) == (FOREIGN, dropped["version"])
    assert (kept["line"], kept["state"], kept["is_removed"]) == (LINE, "kept", False)
    assert (dropped["line"], dropped["state"], dropped["is_removed"]) == (OTHER, "dropped", True)
    assert texts(paper, 7)[0]["extractor_version"].endswith(f"+learned.{dropped['version']}")
    overrides.unlink()
    run("ingest", folder / "eighth.jsonl", "-w", paper)
    after = ask(paper, "from boilerplate order by state desc")
    assert [row["state"] for row in after] == ["learned", "forgotten", "forgotten"]
    assert after[0]["version"] == before[0]["version"]


def test_a_malformed_file_of_overrides_ends_the_run_with_a_clear_message(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "boilerplate.toml").write_text("[Courier]\nkeeps = []\n", "utf-8")
    failed = run("ingest", folder / "sixth.jsonl", "-w", tmp_path, status=1)
    assert "boilerplate.toml is refused at Courier.keeps" in failed.stderr.replace("\n", " ")
    assert "Traceback" not in failed.stderr
    assert not (tmp_path / "news.duckdb").exists()


def test_a_killed_run_resumes_with_the_lines_it_began_with_and_equals_an_unbroken_run(
    folder: Path, tmp_path: Path
) -> None:
    known = write_rows(tmp_path / "known.jsonl", range(25), range(1, 6), LINE)
    pages = write_pages(tmp_path / "new.warc.gz", range(100, 160), range(7, 11), LINE)
    named = ("--source", COURIER)
    unbroken, killed = tmp_path / "unbroken", tmp_path / "killed"
    for warehouse in (unbroken, killed):
        run("ingest", known, "-w", warehouse)
    run("ingest", pages, *named, "-w", unbroken, **SMALL_BATCHES)
    process = start("ingest", pages, *named, "-w", killed, **SMALL_BATCHES)
    while not list(killed.glob("runs/*/parts/*.parquet")) and process.poll() is None:
        time.sleep(0.002)  # the only way to see another process's files appear
    kill(process)
    (killed / "boilerplate.toml").write_text(f'["{COURIER}"]\nkeep = ["{LINE}"]\n', "utf-8")
    run("ingest", pages, *named, "-w", killed, **SMALL_BATCHES)
    assert ask(killed, ROWS) == ask(unbroken, ROWS)
    assert ask(killed, HISTORY) == ask(unbroken, HISTORY)
    assert len(texts(killed, 7)) == 15
    assert texts(killed, 7)[0]["learned_lines"] == [LINE]


def test_a_page_whose_text_is_unchanged_is_a_duplicate_after_the_line_was_learned(
    tmp_path: Path,
) -> None:
    first = write_pages(tmp_path / "first.warc.gz", range(25), range(6, 11), LINE)
    again = write_pages(tmp_path / "again.warc.gz", range(25), range(6, 11), LINE, mark="<!-- -->")
    warehouse = tmp_path / "w"
    run("ingest", first, "-w", warehouse)
    assert [row["state"] for row in ask(warehouse, "from boilerplate")] == ["learned"]
    address = row_of(0, 6)["url"]
    explained = run("explain", address, "-w", warehouse).stdout
    assert "cleaned: learned boilerplate" in " ".join(explained.split())
    kept = run("explain", address, "-w", warehouse, BROADSHEET_LEARN__REMOVE="false").stdout
    assert "learned boilerplate" not in " ".join(kept.split())
    run("ingest", again, "-w", warehouse)
    assert outcomes(warehouse) == {"duplicate": 25}
    reasons = "select distinct reason from documents where outcome = 'duplicate'"
    assert ask(warehouse, reasons) == [{"reason": "same_text"}]


def test_reprocessing_removes_lines_from_old_articles_once_and_restores_kept_lines(
    tmp_path: Path,
) -> None:
    night = tmp_path / "raw" / "2025-03-11"
    night.mkdir(parents=True)
    write_pages(night / "courier-000.warc.gz", range(25), range(6, 11), LINE)
    reprocess = ("reprocess", "-w", tmp_path)
    run(*reprocess)
    assert outcomes(tmp_path) == {"loaded": 25}
    loaded = ask(tmp_path, "select text from articles order by url")
    assert "25 would change" in run(*reprocess, "--dry-run").stdout
    assert "25 changed" in run(*reprocess).stdout
    reasons = "select change_reason, learned_lines, count(*) as n from articles group by all"
    assert ask(tmp_path, reasons) == [
        {"change_reason": "reprocess", "learned_lines": [LINE], "n": 25}
    ]
    assert " 0 changed" in run(*reprocess).stdout
    (tmp_path / "boilerplate.toml").write_text(f'["courier.example"]\nkeep = ["{LINE}"]\n')
    assert "25 changed" in run(*reprocess).stdout
    assert ask(tmp_path, "select text from articles order by url") == loaded


def test_lines_are_listed_but_not_removed_if_removing_is_switched_off(
    folder: Path, tmp_path: Path
) -> None:
    unremoved = {"BROADSHEET_LEARN__REMOVE": "false"}
    run("ingest", *sorted(folder.glob("f*.jsonl")), "-w", tmp_path / "w", **unremoved)
    run("ingest", folder / "sixth.jsonl", "-w", tmp_path / "w", **unremoved)
    assert [row["line"] for row in ask(tmp_path / "w", "from boilerplate")] == [LINE]
    assert all(LINE in row["text"] for row in texts(tmp_path / "w", 6))


def dated(number: int) -> Article:
    """Return an article with a line that all have in common, dated on one of six days."""
    text = f"{story(number)}\n\n{LINE}"
    found = article(f"https://courier.example/{number}", text, position=number, day=11)
    return replace(found, published_date=date(2025, 3, 1 + number % 6))


def test_nothing_is_learned_from_nineteen_articles_but_from_twenty(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "w")
    nights.load(*map(dated, range(19)))
    assert nights.ask("select count(*) from boilerplate_history") == [(0,)]
    nights.load(dated(19))
    assert nights.ask("select source, line, articles from boilerplate") == [
        ("courier.example", LINE, 20)
    ]


def _undo_migration(nights: Nights) -> None:
    """Remove the columns and the table of this feature from a warehouse and its files."""
    lake = open_lake(nights.folder)
    gone = {ARTICLE_VERSIONS: {"learned_lines", "whole_hash"}, DOCUMENTS: {"whole_hash"}}
    for table, columns in gone.items():
        for path in lake.files(table):
            pq.write_table(pq.read_table(path).drop_columns(sorted(columns)), path)
        with lake.catalog.load_table(("news", table.name)).update_schema() as update:
            for column in columns:
                update.delete_column(column)
        with lake.catalog.load_table(("news", table.name)).transaction() as transaction:
            transaction.set_properties({SCHEMA_PROPERTY: "2"})
    lake.catalog.drop_table(("news", BOILERPLATE_HISTORY.name))


def test_a_warehouse_made_before_this_feature_gets_its_columns_and_table(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "w")
    address = "https://courier.example/basin"
    nights.load(article(address, "A", position=1, day=1))
    _undo_migration(nights)
    assert nights.load(article(address, "A", position=1, day=2, page="other")) == ["duplicate"]
    assert nights.load(article(address, "B", position=1, day=3)) == ["revised"]
    found = nights.ask("select version, whole_hash is null from article_versions order by all")
    assert found == [(1, True), (2, False)]
