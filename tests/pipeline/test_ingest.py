"""The command `ingest` from end to end, in real processes."""

import json
import os
from pathlib import Path

import pytest

from tests.pipeline.archives import page, story, url_of, write_stories, write_warc
from tests.pipeline.command import ask, run

LEDGER = "select locator, outcome, reason from documents order by run_id, locator"


def test_an_archive_becomes_articles_and_the_closing_table_counts_them(tmp_path: Path) -> None:
    archive = write_stories(tmp_path / "night.warc.gz", range(20))
    done = run("ingest", archive, "--warehouse", tmp_path / "w", "--source", "Courier")
    assert "loaded" in done.stdout
    assert "documents in" in done.stdout
    found = ask(tmp_path / "w", "select * from articles where url like '%district-7'")[0]
    assert found["title"] == "District 7 decides"
    assert found["text"] == story(7)
    assert found["authors"] == ["Ida Marsh"]
    assert found["source"] == "Courier"
    assert found["published_at"] == "2025-03-11T05:30:00+00:00"
    assert found["published_date"] == "2025-03-11"
    assert found["fetched_at"] == "2025-03-11T23:00:00+00:00"


def test_the_same_command_again_changes_no_article(tmp_path: Path) -> None:
    pages = {url_of(n): page(n) for n in range(5)}
    pages["https://courier.example/empty"] = "<html><body><p>Soon.</p></body></html>"
    archive = write_warc(tmp_path / "night.warc.gz", pages)
    run("ingest", archive, "--warehouse", tmp_path / "w")
    before = ask(tmp_path / "w", "select * from articles order by url")
    run("ingest", archive, "--warehouse", tmp_path / "w")
    assert ask(tmp_path / "w", "select * from articles order by url") == before
    ledger = ask(
        tmp_path / "w", "select outcome, reason, count(*) as n from documents group by all"
    )
    counted = {(row["outcome"], row["reason"]): row["n"] for row in ledger}
    assert counted == {
        ("loaded", None): 5,
        ("duplicate", "same_bytes"): 5,
        ("rejected", "too_short"): 2,
    }


def test_files_that_were_added_to_a_folder_are_read_by_the_same_command(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.html").write_text(page(number))
    run("ingest", folder, "--warehouse", tmp_path / "w")
    for number in (6, 7):
        (folder / f"{number}.html").write_text(page(number))
    run("ingest", folder, "--warehouse", tmp_path / "w")
    runs = ask(tmp_path / "w", "select documents, loaded, duplicate from runs order by run_id")
    assert runs == [
        {"documents": 6, "loaded": 6, "duplicate": 0},
        {"documents": 8, "loaded": 2, "duplicate": 6},
    ]


def test_copies_of_one_story_at_many_addresses_all_stay(tmp_path: Path) -> None:
    addresses = [f"https://paper{n}.example/wire/story.html" for n in range(4)]
    addresses += ["https://paper.example/story?id=1", "https://paper.example/story?id=2"]
    archive = write_warc(tmp_path / "night.warc.gz", {url: page(1) for url in addresses})
    run("ingest", archive, "--warehouse", tmp_path / "w")
    query = "select count(*) as articles, count(distinct cluster_id) as stories from articles"
    assert ask(tmp_path / "w", query) == [{"articles": 6, "stories": 1}]


def test_batches_and_workers_do_not_change_the_result(tmp_path: Path) -> None:
    archive = write_stories(tmp_path / "night.warc.gz", range(40))
    run("ingest", archive, "--warehouse", tmp_path / "one", "--workers", "1")
    small = {"BROADSHEET_READ__BATCH_BYTES": "4000"}
    run("ingest", archive, "--warehouse", tmp_path / "many", "--workers", "3", **small)
    query = "select url_key, version, content_hash from articles order by url_key"
    assert ask(tmp_path / "one", query) == ask(tmp_path / "many", query)
    query = "select locator, outcome, reason from documents order by locator"
    assert ask(tmp_path / "one", query) == ask(tmp_path / "many", query)


def test_the_published_file_can_be_opened_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stories(tmp_path / "night.warc.gz", range(2))
    monkeypatch.chdir(tmp_path)
    run("ingest", "night.warc.gz", "--warehouse", "w")
    monkeypatch.chdir("/")
    assert ask(tmp_path / "w", "select count(*) as n from articles") == [{"n": 2}]


def test_limit_bounds_the_number_of_documents(tmp_path: Path) -> None:
    archive = write_stories(tmp_path / "night.warc.gz", range(20))
    run("ingest", archive, "--warehouse", tmp_path / "w", "--limit", "3")
    assert ask(tmp_path / "w", "select documents from runs") == [{"documents": 3}]


def test_a_dry_run_shows_what_it_would_read_and_changes_nothing(tmp_path: Path) -> None:
    archive = write_stories(tmp_path / "night.warc.gz", range(3))
    done = run("ingest", archive, "--warehouse", tmp_path / "w", "--dry-run")
    assert "1 file of" in done.stdout
    assert not (tmp_path / "w").exists()


def test_a_dry_run_says_which_column_becomes_what(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Link;Titel;Inhalt;Label\nhttps://a.example/1;A title;A text.;FAKE\n;;;\n")
    done = run("ingest", path, "--warehouse", tmp_path / "w", "--dry-run")
    said = " ".join(done.stdout.split())
    assert '2 documents CSV, utf-8, delimiter ";", with a header; ' in said
    assert "url = Link, text = Inhalt, title = Titel; 1 column into extra: Label" in said
    assert "first: A title | https://a.example/1 | A text." in said
    assert "skipped: 1 no_text (Inhalt is empty)" in said
    assert not (tmp_path / "w").exists()


def test_labels_and_the_dialect_that_was_named_reach_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = "The council met on Monday and voted to close the bridge for repairs until autumn. "
    rows = "".join(f"{n}~A title {n}~{text * 8}{n}\n" for n in (1, 2))
    path.write_text(rows + f"3~A title 1~{text * 8}1\n")
    chosen = ("--delimiter", "~", "--no-header", "--map", "text=3", "--map", "title=2")
    run("ingest", path, "--warehouse", tmp_path / "w", *chosen)
    articles = ask(
        tmp_path / "w", "select title, extra->>'1' as label from articles order by title"
    )
    assert articles == [{"title": "A title 1", "label": "1"}, {"title": "A title 2", "label": "2"}]
    query = "select extra->>'1' as label from documents where outcome = 'duplicate'"
    assert ask(tmp_path / "w", query) == [{"label": "3"}]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.warc"], "nowhere.warc does not exist"),
        (["folder"], "The folder folder is empty"),
        (["picture.png"], "picture.png is"),
        (["story.txt", "--map", "text"], "is not FIELD=COLUMN"),
        (["story.txt", "--config", "missing.toml"], "Cannot read the settings file missing.toml"),
        (["story.txt", "--config", "odd.toml"], "Unknown setting 'colour'"),
        (["story.txt", "--warehouse", "story.txt"], "Cannot make the warehouse"),
    ],
)
def test_wrong_usage_is_one_sentence_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "story.txt").write_text(story(1))
    (tmp_path / "odd.toml").write_text('colour = "red"\n')
    done = run("ingest", *arguments, status=2)
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


def test_a_folder_of_unusable_files_is_ingested_with_a_reason_for_each(tmp_path: Path) -> None:
    folder = tmp_path / "rubbish"
    (folder / "page.html").mkdir(parents=True)
    (folder / "page.html" / "story.html").write_text(page(1))
    (folder / "random.warc.gz").write_bytes(os.urandom(50_000))
    (folder / "cut.warc.gz").write_bytes(
        write_stories(tmp_path / "night.warc.gz", range(4)).read_bytes()[:-200]
    )
    (folder / "picture.html").write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(1000))
    (folder / "empty.json").touch()
    (folder / "deep.html").write_text("<div>" * 100_000 + story(2))
    (folder / "breaks.html").write_text("<p>" + "<br>" * 300_000 + story(3))
    (folder / "line.jsonl").write_bytes(b'{"text": "' + b"x" * 30_000_000)
    (folder / "loop").symlink_to(folder)
    (folder / "broken").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.html")
    done = run("ingest", folder, "--warehouse", tmp_path / "w")
    assert "Traceback" not in done.stderr
    counts = ask(tmp_path / "w", "select documents, loaded, rejected, failed from runs")[0]
    assert counts["loaded"] == 4
    assert counts["documents"] == counts["loaded"] + counts["rejected"] + counts["failed"]
    unexplained = (
        "select * from documents where outcome in ('rejected', 'failed') and reason is null"
    )
    assert ask(tmp_path / "w", unexplained) == []


def test_rows_of_a_dump_with_its_own_column_names_are_mapped(tmp_path: Path) -> None:
    dump = tmp_path / "dump.jsonl"
    rows = [
        {"story": story(n), "heading": f"Story {n}", "day": "26-FEB-1987 15:01:01.79", "nr": n}
        for n in range(3)
    ]
    dump.write_text("\n".join(map(json.dumps, rows)))
    columns = ["--map", "text=story", "--map", "title=heading", "--map", "published=day"]
    run("ingest", dump, "--warehouse", tmp_path / "w", *columns)
    found = ask(tmp_path / "w", "select title, published_date, text from articles order by title")
    assert found == [
        {"title": f"Story {n}", "published_date": "1987-02-26", "text": story(n)} for n in range(3)
    ]


def test_keep_all_loads_pages_that_are_not_articles_with_a_flag(tmp_path: Path) -> None:
    shop = page(0).replace("NewsArticle", "Product")
    archive = write_warc(tmp_path / "a.warc.gz", {url_of(0): shop, url_of(1): page(1)})
    types = "select page_type, quality_flags from articles order by url"
    run("ingest", archive, "--warehouse", tmp_path / "w")
    assert [row["page_type"] for row in ask(tmp_path / "w", types)] == ["article"]
    run("ingest", archive, "--keep-all", "--warehouse", tmp_path / "w")
    product, article = ask(tmp_path / "w", types)
    assert (product["page_type"], article["page_type"]) == ("product", "article")
    assert "kept_no_article" in product["quality_flags"]
    assert "kept_no_article" not in article["quality_flags"]


@pytest.mark.parametrize(("lane", "extractor"), [("fast", "blocks"), ("careful", "trafilatura")])
def test_the_extractor_that_is_set_reads_the_pages(
    tmp_path: Path, lane: str, extractor: str
) -> None:
    archive = write_stories(tmp_path / "night.warc.gz", range(2))
    run("ingest", archive, "--extractor", lane, "--warehouse", tmp_path / "w")
    found = ask(tmp_path / "w", "select extractor, text from articles order by url")
    assert [row["extractor"] for row in found] == [extractor] * 2
    assert [row["text"] for row in found] == [story(0), story(1)]
