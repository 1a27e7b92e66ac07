"""`broadsheet demo`: in two nights every page has the outcome that its author expects."""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.demo_corpus.build import SOURCES
from tests.pipeline.command import ask, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
NIGHTS = {"1": "2025-03-11", "2": "2025-03-12"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo")
    done = run("demo", "--warehouse", folder / "w", PREFECT_HOME=str(folder / "prefect"))
    return folder / "w", done.stdout


def expected() -> list[dict[str, str]]:
    with SOURCES.joinpath("nights_expected.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_it_shows_both_nights_and_four_answers(demo: tuple[Path, str]) -> None:
    _, shown = demo
    assert "Night 1, 2025-03-11: 29 loaded, 2 rejected" in shown
    assert "possible loss" in shown
    assert "1 source failed" in shown
    assert shown.count("select\n") == 4
    assert "Next:" in shown


def test_it_shows_that_prefect_starts_and_ends_with_the_report(demo: tuple[Path, str]) -> None:
    folder, shown = demo
    assert "Starting Prefect and its server: done after" in shown
    assert f"\n  {folder / 'report' / 'index.html'}\n" in shown
    page = (folder / "report" / "index.html").read_text("utf-8")
    assert "<h1>52 articles from 8 sources</h1>" in page


PAGES = """
with pages as (
    select
        night,
        source,
        final_url as url,
        arg_max(fetches, attempt) as last
    from fetches
    where kind = 'article'
    group by all
)
select
    pages.night,
    pages.source,
    pages.url,
    last.outcome as fetched,
    last.reason as fetch_reason,
    documents.outcome,
    documents.reason,
    title,
    array_to_string(authors, '; ') as authors,
    published_date,
    language
from pages
left join documents
    on documents.run_id = last.run_id
    and documents.locator = last.warc_file || '#offset=' || last.warc_offset
left join article_versions using (article_id, version)
"""


def outcome(row: dict[str, Any]) -> tuple[str, str]:
    if row["outcome"] is None or row["fetched"] == "unchanged":
        return row["fetched"], row["fetch_reason"] or ""
    return row["outcome"], row["reason"] or ""


def test_every_page_has_the_outcome_that_its_author_expects(demo: tuple[Path, str]) -> None:
    found = {(str(row["night"]), row["url"]): row for row in ask(demo[0], PAGES)}
    wanted = {(NIGHTS[row["night"]], row["url"]): row for row in expected() if row["url"]}
    pages = {key: row for key, row in wanted.items() if row["outcome"] != "postponed"}
    assert {key: outcome(row) for key, row in found.items()} == {
        key: (row["outcome"], row["reason"]) for key, row in pages.items()
    }


def test_every_article_has_the_metadata_that_its_author_expects(demo: tuple[Path, str]) -> None:
    fields = ("title", "authors", "published_date", "language")
    found = {(str(row["night"]), row["url"]): row for row in ask(demo[0], PAGES)}
    for row in expected():
        if row["outcome"] in ("loaded", "revised"):
            page = found[NIGHTS[row["night"]], row["url"]]
            assert {f: str(page[f] or "") for f in fields} == {f: row[f] for f in fields}


def test_coverage_distinguishes_no_news_from_not_collected(demo: tuple[Path, str]) -> None:
    query = "select source, state from coverage where day = '2025-03-12' order by source"
    states = {row["source"]: row["state"] for row in ask(demo[0], query)}
    assert states["Tessary Press Agency"] == "possible_loss"
    assert states["Misaki Shimpo"] == "quiet"
    assert states["Combe Echo"] == "failed"
    assert states["Skerrow Notes"] == "collected"


def test_articles_that_the_agency_s_feed_lost_come_from_its_sitemap(demo: tuple[Path, str]) -> None:
    query = "select filled from nights where source = 'Tessary Press Agency' and possible_loss"
    assert ask(demo[0], query) == [{"filled": 2}]
    query = """
        select count(*) as lost from discoveries join articles using (url_key)
        where filled_gap and verdict = 'new' and articles.source = 'Tessary Press Agency'
    """
    assert ask(demo[0], query) == [{"lost": 2}]


def test_the_reservation_of_the_gazette_is_recorded(demo: tuple[Path, str]) -> None:
    query = "select distinct rights from articles where source = 'Gazette d''Ombrine'"
    assert ask(demo[0], query) == [{"rights": ["tdm-reservation:1"]}]
