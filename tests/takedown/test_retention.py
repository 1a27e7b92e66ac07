"""Texts that are reduced by `prune`: rows stay, texts are nowhere, and nothing is invented."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from config.errors import UsageError
from config.settings import load_settings
from flows.cli import app
from tasks.jobs.retention import Pruned, PruneRequest, prune
from tasks.jobs.stories import rebuild_stories
from tasks.revisions.stored import read_history
from tests.pipeline.archives import story
from tests.pipeline.nights import Nights
from tests.takedown.desk import article_at, sentences, with_stages
from tests.takedown.every_byte import places_with
from warehouse.lake import open_lake
from warehouse.schema import ARTICLE_VERSIONS

OLD = "https://courier.example/old"
COPY = "https://herald.example/copy"
TEXT = story(1)
CHANGED = TEXT.replace("committee", "assembly")
LATER = TEXT.replace("committee", "tribunal")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Nights, Path]:
    """An article with two versions and an edited copy of it, and a tag on the first run."""
    nights = Nights(tmp_path_factory.mktemp("reduced") / "news")
    nights.load(article_at(OLD, TEXT, position=1, day=11), source="courier")
    table = open_lake(nights.folder).load(ARTICLE_VERSIONS)
    current = table.current_snapshot()
    assert current
    table.manage_snapshots().create_tag(current.snapshot_id, "cited").commit()
    nights.load(article_at(OLD, CHANGED, position=2, day=12), source="courier")
    nights.load(
        article_at(COPY, TEXT.replace("committee", "board"), position=3, day=12),
    )
    saved = nights.folder.with_name("saved")
    shutil.copytree(nights.folder, saved)
    return nights, saved


@pytest.fixture
def nights(kept: tuple[Nights, Path]) -> Nights:
    nights, saved = kept
    shutil.rmtree(nights.folder)
    shutil.copytree(saved, nights.folder)
    return Nights.of(nights.folder, 3)


def reduced(nights: Nights, *, dry_run: bool = False, days: int | None = 1) -> Pruned:
    """Reduce the texts, as on the day after tomorrow."""
    request = PruneRequest(None, days, date.today(), dry_run)
    now = datetime.now(UTC) + timedelta(days=2)
    found: Pruned = with_stages(nights.settings, lambda stages: prune(request, stages, now=now))
    return found


def rows(nights: Nights) -> list[Any]:
    return nights.ask(
        "select article_id, version, url, title, word_count, content_hash, cluster_id "
        "from article_versions order by all"
    )


def test_no_sentence_is_left_and_every_row_is(nights: Nights) -> None:
    words = sorted({*sentences(TEXT), *sentences(CHANGED)})
    before, stories = rows(nights), nights.ask("from stories order by all")
    assert places_with(nights.folder, words)
    done = reduced(nights)
    assert done.texts is not None
    assert done.texts.versions == 3
    assert places_with(nights.folder, words) == []
    assert rows(nights) == before
    assert nights.ask("from stories order by all") == stories
    assert nights.ask("select distinct text, quality_flags from article_versions") == [
        (None, ["text_removed"])
    ]
    assert nights.ask("select words_added > 0, text_changed from revisions") == [(True, True)]
    assert set(open_lake(nights.folder).load(ARTICLE_VERSIONS).refs()) == {"main", "cited"}


@pytest.mark.slow
def test_a_dry_run_changes_nothing_and_a_second_run_finds_nothing(nights: Nights) -> None:
    done = reduced(nights, dry_run=True)
    assert done.texts is not None
    assert done.texts.versions == 3
    assert nights.ask("select count(text) from article_versions") == [(3,)]
    reduced(nights)
    again = reduced(nights)
    assert again.texts is not None
    assert (again.texts.versions, again.texts.files) == (0, 0)


@pytest.mark.slow
def test_young_texts_stay(nights: Nights) -> None:
    done = reduced(nights, days=3)
    assert done.texts is not None
    assert done.texts.files == 0
    assert nights.ask("select count(text) from article_versions") == [(3,)]


@pytest.mark.slow
def test_the_same_pages_are_duplicates_and_a_new_text_is_no_invented_revision(
    nights: Nights,
) -> None:
    reduced(nights)
    assert nights.load(article_at(OLD, CHANGED, position=4, day=13), source="courier") == [
        "duplicate"
    ]
    assert nights.load(article_at(OLD, LATER, position=5, day=14), source="courier") == ["revised"]
    [row] = nights.ask(
        "select previous_version, text_changed, words_added, words_removed, is_silent, "
        "paragraphs_changed from revisions where version = 3"
    )
    assert row == (2, None, None, None, None, 0)
    with pytest.raises(UsageError, match="were removed by `broadsheet prune`"):
        read_history(nights.folder, OLD)
    assert nights.ask("from revision_changes where version = 3") == []


@pytest.mark.slow
def test_stories_that_are_made_anew_keep_what_was_found(nights: Nights) -> None:
    before = nights.ask("select article_id, cluster_id from articles order by all")
    pairs = nights.ask("select article_id, other_id, kind from copies")
    assert len(pairs) == 1
    reduced(nights)
    report = with_stages(nights.settings, rebuild_stories)
    assert (report.dropped, report.moved) == (0, 0)
    assert nights.ask("select article_id, cluster_id from articles order by all") == before
    assert nights.ask("select article_id, other_id, kind from copies") == pairs


def test_nothing_is_old_unless_a_setting_says_so() -> None:
    retention = load_settings().retention
    assert (retention.text_days, retention.raw_days) == (0, 0)


@pytest.mark.parametrize("days", ["-1", "0", "99999999", "1e30"])
@pytest.mark.parametrize("option", ["--older-than", "--texts-older-than"])
def test_ages_that_are_no_ages_are_refused(option: str, days: str) -> None:
    done = CliRunner().invoke(app, ["prune", option, days, "-w", "/nowhere"])
    assert done.exit_code == 2
    assert option in done.output
