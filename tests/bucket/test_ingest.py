"""`broadsheet ingest` of addresses from end to end, in real processes."""

import json
from pathlib import Path

import pytest

from config.settings import load_settings
from tests.bucket.service import ObjectService
from tests.bucket.web import web_server
from tests.pipeline.archives import page, story, url_of, write_stories
from tests.pipeline.command import ask, run
from warehouse.bucket.objects import open_bucket

pytestmark = pytest.mark.slow

SMALL = {"BROADSHEET_READ__BATCH_BYTES": "12000", "BROADSHEET_READ__STRIPE_BYTES": "6000"}
ARTICLES = (
    "select url, title, text, authors, source, published_at, fetched_at from articles order by url"
)
LEDGER = "select locator, outcome, reason, url, article_id, page_type from documents order by all"


def _write(folder: Path) -> None:
    folder.mkdir()
    write_stories(folder / "night.warc.gz", range(40))
    (folder / "more").mkdir()
    rows = [{"url": url_of(n), "text": story(n), "title": f"No. {n}"} for n in range(40, 70)]
    (folder / "more" / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "page.html").write_text(page(99))


def test_a_bucket_gives_the_rows_that_its_files_give(
    objects: ObjectService, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    _write(folder)
    bucket = open_bucket(f"s3://{objects.bucket}/ccnews", load_settings().bucket)
    for path in folder.rglob("*.*"):
        bucket.upload(path, path.relative_to(folder).as_posix())
    address = f"s3://{objects.bucket}/ccnews"

    run("ingest", folder, "--warehouse", tmp_path / "a", **SMALL)
    run("ingest", f"{address}/", "--warehouse", tmp_path / "b", **SMALL)

    for query in (ARTICLES, LEDGER, "select path, kind, found from inputs order by path"):
        assert ask(tmp_path / "b", query) == ask(tmp_path / "a", query)
    [row] = ask(tmp_path / "b", "select inputs, loaded from runs")
    assert row == {"inputs": [address], "loaded": 71}
    shown = run("explain", url_of(7), "--warehouse", tmp_path / "b").stdout
    assert "District 7 decides" in shown
    shown = run("explain", url_of(50), "--warehouse", tmp_path / "b").stdout
    assert "No. 50" in shown
    bucket.remove("more/rows.jsonl")
    gone = run("explain", url_of(50), "--warehouse", tmp_path / "b", status=2).stderr
    assert "are gone" in gone


def test_a_run_that_a_silent_server_stopped_is_resumed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    _write(folder)
    run("ingest", folder / "night.warc.gz", "--warehouse", tmp_path / "a", **SMALL)
    with web_server(folder) as server:
        command = ("ingest", f"{server.address}/night.warc.gz", "--warehouse", tmp_path / "b")
        server.answers = 7
        stopped = run(*command, status=1, **SMALL)
        assert "The web server did not answer as expected" in stopped.stderr
        assert "503" in stopped.stderr
        folders = list((tmp_path / "b" / "runs").glob("2*"))
        server.answers = None
        run(*command, **SMALL)

    for query in (ARTICLES, LEDGER):
        assert ask(tmp_path / "b", query) == ask(tmp_path / "a", query)
    assert [row["run_id"] for row in ask(tmp_path / "b", "select run_id from runs")] == [
        folder.name for folder in folders
    ]
