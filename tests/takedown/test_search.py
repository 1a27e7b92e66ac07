"""The search index of a warehouse from which an article or old texts were removed."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tasks.jobs.retention import PruneRequest, prune
from tests.pipeline.command import run
from tests.pipeline.nights import Nights
from tests.takedown.desk import article_at, take_down, with_stages
from warehouse.search.folders import index_folders

GONE = "https://courier.example/ferry"


def test_the_index_that_is_published_lacks_the_article_and_no_other_index_is_left(
    tmp_path: Path,
) -> None:
    nights = Nights(tmp_path / "w")
    nights.load(
        article_at(GONE, "The ferry lost its rudder.", position=1, day=11),
        article_at("https://courier.example/basin", "The ferry basin opens.", position=2, day=11),
    )
    take_down(nights.settings, GONE)
    found = run("search", "ferry", "--format", "csv", "-w", nights.folder).stdout
    assert "courier.example/basin" in found
    assert "courier.example/ferry" not in found
    assert len(index_folders(nights.folder)) == 1


def test_words_of_reduced_texts_are_not_found_and_their_titles_are(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "w")
    nights.load(article_at(GONE, "The ferry lost its rudder.", position=1, day=11))
    request = PruneRequest(raw_days=None, text_days=1, today=date(2025, 3, 12), dry_run=False)
    later = datetime.now(UTC) + timedelta(days=2)
    with_stages(nights.settings, lambda stages: prune(request, stages, now=later))
    asked = ("--format", "json", "-w", nights.folder)
    assert run("search", "rudder", *asked).stdout == "[]\n"
    assert run("kwic", "rudder", *asked).stdout == "[]\n"
    assert GONE in run("search", "title:basin", *asked).stdout
    assert len(index_folders(nights.folder)) == 1
