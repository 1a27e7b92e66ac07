"""Each article has exactly one current version; a run corrects a warehouse where it has not."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from config.errors import UnbalancedRunError
from tasks.load.resolve import CorrectedArticles
from tests.articles import article
from tests.pipeline.archives import write_stories
from tests.pipeline.command import ask, run
from tests.pipeline.nights import Nights
from warehouse.lake import open_lake
from warehouse.publish import publish
from warehouse.schema import SUPERSEDED
from warehouse.snapshots import take_snapshot

pytestmark = pytest.mark.slow

PAGE = "https://courier.example/basin"
OTHER = "https://courier.example/ferry"


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    """Load two articles: the first one has two versions, the second one has one."""
    nights = Nights(tmp_path / "w")
    nights.load(article(PAGE, "A", position=1, day=1), article(OTHER, "C", position=2, day=1))
    nights.load(article(PAGE, "B", position=1, day=2))
    nights.load(article(PAGE, "B", position=1, day=3))
    return nights


def outdate(folder: Path, version: int) -> None:
    """Mark this version of each article as outdated, in the form of an older Broadsheet."""
    lake = open_lake(folder)
    ids = ask(folder, f"select article_id from article_versions where version = {version}")
    rows = [{"article_id": row["article_id"], "version": version, "run_id": "x"} for row in ids]
    columns = SUPERSEDED.arrow.names[:3]
    schema = pa.schema([SUPERSEDED.arrow.field(name) for name in columns])
    path = lake.folder(SUPERSEDED) / f"damage-{version}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema), path)
    lake.commit(SUPERSEDED, [str(path)], f"damage-{version}")


def forget_outdated(folder: Path) -> None:
    """Remove all rows from the files that say which versions are outdated."""
    lake = open_lake(folder)
    shutil.rmtree(folder / "kept")  # older versions did not make it
    for path in lake.files(SUPERSEDED):
        pq.write_table(SUPERSEDED.arrow.empty_table(), path)


def shown(nights: Nights) -> list[tuple[object, ...]]:
    return nights.ask("select url, version, text from articles order by url")


def test_an_article_without_a_current_version_is_not_published(nights: Nights) -> None:
    before = (nights.folder / "news.duckdb").read_bytes()
    outdate(nights.folder, 2)
    with pytest.raises(UnbalancedRunError, match=r"exactly one current version.* has 0"):
        publish(nights.folder, take_snapshot(open_lake(nights.folder)), nights.settings)
    assert (nights.folder / "news.duckdb").read_bytes() == before


def test_an_article_with_two_current_versions_is_not_published(nights: Nights) -> None:
    forget_outdated(nights.folder)
    with pytest.raises(UnbalancedRunError, match=r"exactly one current version.* has 2"):
        publish(nights.folder, take_snapshot(open_lake(nights.folder)), nights.settings)


def test_the_next_run_brings_lost_articles_back(nights: Nights) -> None:
    expected = shown(nights)
    for version in (1, 2):
        outdate(nights.folder, version)
    nights.load()
    assert nights.resolved.healed == CorrectedArticles(missing=2, repeated=0)
    assert shown(nights) == expected
    nights.load()
    assert nights.resolved.healed is None
    assert shown(nights) == expected


def test_the_next_run_shows_an_article_once_that_was_shown_twice(nights: Nights) -> None:
    expected = shown(nights)
    forget_outdated(nights.folder)
    nights.load()
    assert nights.resolved.healed == CorrectedArticles(missing=0, repeated=1)
    assert shown(nights) == expected


def test_a_version_that_came_back_can_be_outdated_again(nights: Nights) -> None:
    outdate(nights.folder, 2)
    nights.load()
    nights.load(article(PAGE, "C", position=1, day=4))
    assert shown(nights) == [(PAGE, 3, "C"), (OTHER, 1, "C")]
    assert nights.ask("select version, change from superseded order by version") == [(1, 1), (2, 3)]


def test_the_command_reports_articles_that_are_back(tmp_path: Path) -> None:
    archive = write_stories(tmp_path / "a.warc.gz", range(3))
    warehouse = tmp_path / "w"
    run("ingest", archive, "-w", warehouse)
    outdate(warehouse, 1)
    said = run("ingest", archive, "-w", warehouse)
    assert "3 articles that were missing from `articles` are back." in said.stdout + said.stderr
    assert ask(warehouse, "select count(*) as n from articles") == [{"n": 3}]
