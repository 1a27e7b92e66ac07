"""Stored bytes go through the present extractor: only what differs gets a new version."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.demo.server import DemoSite, serve
from tests.past.site import write_config
from tests.pipeline.command import ask, run

NIGHT = ("--night", "2025-03-11")


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with serve() as running:
        yield running


@pytest.fixture
def folder(site: DemoSite, tmp_path: Path) -> Path:
    """A warehouse whose first night was blind to JSON-LD and to short texts."""
    write_config(tmp_path, site)
    run(
        *("nightly", *NIGHT, "-w", tmp_path / "w", "--config", tmp_path / "broadsheet.toml"),
        BROADSHEET_PROCESS__JSONLD_BYTES="100",
        BROADSHEET_PROCESS__MIN_WORDS="100",
    )
    return tmp_path


CURRENT = "select * exclude (run_id, loaded_at, change_reason, language_score) from articles order by url_key"


def test_a_dry_run_reports_and_changes_nothing(folder: Path) -> None:
    before = (folder / "w" / "news.duckdb").read_bytes()
    done = run("reprocess", "--dry-run", "-w", folder / "w")
    assert "would change" in done.stdout
    assert "published_source" in done.stdout
    assert (folder / "w" / "news.duckdb").read_bytes() == before
    assert not list((folder / "w" / "runs").iterdir())


def test_only_what_differs_gets_a_version_and_a_second_time_nothing(folder: Path) -> None:
    before = {row["url_key"]: row for row in ask(folder / "w", CURRENT)}
    run("reprocess", "-w", folder / "w")
    after = {row["url_key"]: row for row in ask(folder / "w", CURRENT)}
    changed = {key for key in before if after[key]["version"] == 2}
    assert changed
    for key, row in before.items():
        same = {name: row[name] for name in row if name != "version"} == {
            name: after[key][name] for name in row if name != "version"
        }
        assert same is (key not in changed)
    assert set(after) > set(before), "what was too short is loaded now"
    reasons = "select distinct change_reason from article_versions where version > 1"
    assert ask(folder / "w", reasons) == [{"change_reason": "reprocess"}]

    again = run("reprocess", "-w", folder / "w")
    assert " 0 changed" in again.stdout
    assert {row["url_key"]: row for row in ask(folder / "w", CURRENT)} == after


def test_ids_and_first_sight_stay_and_the_ledger_accounts_for_every_record(folder: Path) -> None:
    ids = "select article_id, first_seen_at from articles where version = 1"
    before = {row["article_id"]: row["first_seen_at"] for row in ask(folder / "w", ids)}
    run("reprocess", "-w", folder / "w")
    query = "select article_id, first_seen_at, fetched_at from article_versions where version = 2"
    for row in ask(folder / "w", query):
        assert row["first_seen_at"] == before[row["article_id"]] == row["fetched_at"]
    ledgers = "select flow, documents from runs order by started_at"
    night, again = ask(folder / "w", ledgers)
    assert (again["flow"], again["documents"]) == ("reprocess", night["documents"])


def test_a_reprocessed_article_that_is_looked_at_again_is_no_revision(
    folder: Path, site: DemoSite
) -> None:
    run("reprocess", "-w", folder / "w")
    run(
        *("nightly", "--night", "2025-03-12"),
        *("-w", folder / "w", "--config", folder / "broadsheet.toml"),
    )
    latest = "select loaded, revised, unchanged from nights where night = '2025-03-12'"
    rows = ask(folder / "w", latest)
    assert sum(row["revised"] for row in rows) == 0
    assert sum(row["unchanged"] for row in rows) > 20


def test_a_bound_or_source_without_files_is_wrong_usage(folder: Path) -> None:
    refused = run("reprocess", "--source", "Nobody", "-w", folder / "w", status=2)
    assert "There are no WARC files" in refused.stderr
    run("reprocess", "--from", "2025-03-12", "-w", folder / "w", status=2)
    one = run("reprocess", "--source", "Skerrow Notes", "--dry-run", "-w", folder / "w")
    assert "1 documents" in one.stdout


def test_prune_says_first_what_it_would_remove(folder: Path) -> None:
    said = run("prune", "--older-than", "30", "-w", folder / "w")
    assert "would be removed" in said.stdout
    assert list((folder / "w" / "raw").rglob("*.warc.gz"))
    done = run("prune", "--older-than", "30", "--yes", "-w", folder / "w")
    assert "1 nights" in done.stdout
    assert not list((folder / "w" / "raw").rglob("*.warc.gz"))
    assert ask(folder / "w", "select count(*) > 20 as there from articles") == [{"there": True}]
