"""Reprocessing gives a new version only to articles for which the present extractor differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.demo.server import DemoSite, serve
from tests.jobs.site import write_config
from tests.pipeline.command import ask, run

pytestmark = pytest.mark.slow

CURRENT = (
    "select * exclude (run_id, loaded_at, change_reason, language_score) "
    "from articles order by url_key"
)
Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Story:
    """A warehouse that is reprocessed, and its articles before and after.

    The night was processed with settings that ignore JSON-LD and refuse short texts.

    Attributes:
        night: the articles after the night.
        dry: the output of a dry run.
        is_untouched: whether the dry run left the published file as it was.
        reprocessed: the articles after reprocessing.
        again: the output of a second reprocessing.
        after_all: the articles after that.
    """

    warehouse: Path
    night: Rows
    dry: str
    is_untouched: bool
    reprocessed: Rows
    again: str
    after_all: Rows


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with serve() as running:
        yield running


def current(warehouse: Path) -> Rows:
    return {row["url_key"]: row for row in ask(warehouse, CURRENT)}


@pytest.fixture(scope="module")
def story(site: DemoSite, tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("reprocess")
    warehouse = folder / "w"
    config = write_config(folder, site)
    run(
        *("nightly", "--night", "2025-03-11", "-w", warehouse, "--config", config),
        BROADSHEET_PROCESS__JSONLD_BYTES="100",
        BROADSHEET_PROCESS__MIN_WORDS="100",
    )
    night, published = current(warehouse), (warehouse / "news.duckdb").read_bytes()
    dry = run("reprocess", "--dry-run", "-w", warehouse).stdout
    is_untouched = published == (warehouse / "news.duckdb").read_bytes()
    run("reprocess", "-w", warehouse)
    reprocessed = current(warehouse)
    again = run("reprocess", "-w", warehouse).stdout
    return Story(warehouse, night, dry, is_untouched, reprocessed, again, current(warehouse))


def test_a_dry_run_reports_and_changes_nothing(story: Story) -> None:
    assert "would change" in story.dry
    assert "published_source" in story.dry
    assert story.is_untouched
    assert not list((story.warehouse / "runs").iterdir())


def test_only_articles_that_differ_get_a_version_and_none_a_second_time(story: Story) -> None:
    changed = {key for key in story.night if story.reprocessed[key]["version"] == 2}
    assert changed
    for key, row in story.night.items():
        before = {name: row[name] for name in row if name != "version"}
        after = {name: story.reprocessed[key][name] for name in before}
        assert (before == after) is (key not in changed)
    assert set(story.reprocessed) > set(story.night), "short articles must be loaded now"
    reasons = "select distinct change_reason from article_versions where version > 1"
    assert ask(story.warehouse, reasons) == [{"change_reason": "reprocess"}]
    assert " 0 changed" in story.again
    assert story.after_all == story.reprocessed


def test_ids_and_first_seen_at_stay_and_the_ledger_accounts_for_every_record(story: Story) -> None:
    query = "select url_key, article_id, first_seen_at, fetched_at from articles where version = 2"
    for row in ask(story.warehouse, query):
        before = story.night[row["url_key"]]
        assert row["article_id"] == before["article_id"]
        assert row["first_seen_at"] == before["first_seen_at"] == row["fetched_at"]
    flows = ask(story.warehouse, "select flow, documents from runs order by started_at")
    assert [row["flow"] for row in flows] == ["nightly", "reprocess", "reprocess"]
    assert len({row["documents"] for row in flows}) == 1


def test_days_or_a_source_without_files_are_wrong_usage(story: Story) -> None:
    refused = run("reprocess", "--source", "Nobody", "-w", story.warehouse, status=2)
    assert "There are no WARC files" in refused.stderr
    run("reprocess", "--from", "2025-03-12", "-w", story.warehouse, status=2)
    one = run("reprocess", "--source", "Skerrow Notes", "--dry-run", "-w", story.warehouse)
    assert "1 document:" in one.stdout


def test_a_reprocessed_article_that_is_fetched_again_is_not_revised(
    story: Story, site: DemoSite, tmp_path: Path
) -> None:
    config = write_config(tmp_path, site)
    run("nightly", "--night", "2025-03-12", "-w", story.warehouse, "--config", config)
    query = "select revised, unchanged from nights where night = '2025-03-12'"
    nights = ask(story.warehouse, query)
    assert sum(row["revised"] for row in nights) == 0
    assert sum(row["unchanged"] for row in nights) == len(story.reprocessed)


def test_prune_shows_what_it_would_remove_before_it_does(tmp_path: Path) -> None:
    old, new = tmp_path / "raw" / "2025-03-11", tmp_path / "raw" / "2999-03-11"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "courier-000.warc.gz").write_bytes(b"x" * 1000)
    said = run("prune", "--older-than", "30", "-w", tmp_path)
    assert "would be removed" in said.stdout
    assert old.is_dir()
    done = run("prune", "--older-than", "30", "--yes", "-w", tmp_path)
    assert "1 night of" in done.stdout
    assert not old.exists()
    assert list(new.iterdir())


def test_prune_keeps_files_that_an_unfinished_night_needs(site: DemoSite, tmp_path: Path) -> None:
    config = write_config(tmp_path, site)
    night = ("--night", "2025-03-11", "-w", tmp_path / "w", "--config", config)
    run("fetch", "Skerrow Notes", *night)
    refused = run("prune", "--older-than", "30", "--yes", "-w", tmp_path / "w", status=1)
    assert "The night of 2025-03-11 is not finished" in refused.stderr
    run("nightly", "Skerrow Notes", *night)
    assert len(current(tmp_path / "w")) > 0
    run("prune", "--older-than", "30", "--yes", "-w", tmp_path / "w")
    assert not list((tmp_path / "w" / "raw").rglob("*.warc.gz"))
