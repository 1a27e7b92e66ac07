"""Pages of one site share the order of day and month: one shows 13/03, so 05/03 is 5 March."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from config.settings import load_settings
from tasks.process.document import process_document
from tasks.records import Article, Declared, RawDocument
from tests.pipeline.archives import story, write_warc
from tests.pipeline.command import ask, run, start
from tests.pipeline.nights import Nights
from tests.pipeline.test_kills import SMALL_BATCHES, kill

pytestmark = pytest.mark.slow

COURIER, GAZETTE = "courier.example", "gazette.example"
PROCESS = load_settings().process
DAYS = "select title, published_date::varchar, quality_flags from articles order by title"
FIFTH, THIRD_OF_MAY = "2024-03-05", "2024-05-03"


def html(number: int, date: str, head: str = "", lang: str = "en") -> str:
    body = "".join(f"<p>{line}</p>" for line in story(number).split("\n\n"))
    return (
        f"<!doctype html><html lang='{lang}'><head><title>District {number} decides</title>{head}"
        f"</head><body><article><h1>District {number} decides</h1><p>Published: {date}</p>{body}"
        "</article></body></html>"
    )


def page(number: int, date: str, site: str | None = COURIER, **parts: str) -> Article:
    """Make a page of a site, or one without an address, as processing leaves it."""
    document = RawDocument(
        locator=f"night.warc.gz#offset={number}",
        position=number,
        media="html",
        body=html(number, date, **parts).encode(),
        url=site and f"https://{site}/town/story-{number}",
        fetched_at=datetime(2025, 3, 11, tzinfo=UTC),
        headers=(("content-type", "text/html; charset=utf-8"),),
    )
    article = process_document(document, PROCESS)
    assert isinstance(article, Article), article
    return article


def row(number: int, date: str) -> Article:
    """Make a row of an archive that has the address of a page."""
    document = RawDocument(
        locator=f"rows.jsonl#row={number}",
        position=number,
        media="text",
        body=story(number).encode(),
        url=f"https://{COURIER}/town/story-{number}",
        charset="utf-8",
        declared=Declared(title=f"District {number} decides", published=date),
    )
    article = process_document(document, PROCESS)
    assert isinstance(article, Article), article
    return article


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path / "w")


def dated(nights: Nights) -> dict[int, str | None]:
    """Return the day of each article by its number, after checking that the flags agree."""
    found = {}
    for title, day, flags in nights.ask(DAYS):
        assert ("date_ambiguous" in flags) is (day is None)
        found[int(title.split()[1])] = day
    return found


def test_one_page_of_a_site_shows_the_order_of_the_others(nights: Nights) -> None:
    assert nights.load(page(1, "05/03/2024"), page(2, "13/03/2024")) == ["loaded", "loaded"]
    assert dated(nights) == {1: FIFTH, 2: "2024-03-13"}
    [(flags, source, at)] = nights.ask(
        "select quality_flags, published_source, published_at::varchar from articles "
        "where title like '% 1 %'"
    )
    assert (flags[0], source) == ("date_order_of_site", "text")
    assert at.startswith("2024-03-05 00:00:00")
    assert nights.ask(
        "select raw, day::varchar, verdict from date_candidates where day = date '2024-03-05'"
    ) == [("05/03/2024", FIFTH, "chosen")]


def test_a_page_with_the_month_first_shows_it_as_well(nights: Nights) -> None:
    nights.load(page(1, "05/03/2024"), page(2, "03/13/2024"), page(3, "05-03-2024"))
    assert dated(nights) == {1: THIRD_OF_MAY, 2: "2024-03-13", 3: THIRD_OF_MAY}


def test_other_sites_show_nothing(nights: Nights) -> None:
    nights.load(page(1, "05/03/2024"), page(2, "13/03/2024", GAZETTE))
    assert dated(nights) == {1: None, 2: "2024-03-13"}


def test_hosts_of_one_registered_domain_are_one_site(nights: Nights) -> None:
    nights.load(page(1, "05/03/2024", f"www.{COURIER}"), page(2, "13/03/2024", f"m.{COURIER}"))
    assert dated(nights)[1] == FIFTH


def test_pages_without_an_address_share_the_order_of_their_source(tmp_path: Path) -> None:
    pages = [page(1, "05/03/2024", None), page(2, "13/03/2024", None)]
    named, nameless = Nights(tmp_path / "named"), Nights(tmp_path / "nameless")
    named.load(*pages, source="Courier")
    nameless.load(*pages)
    assert (dated(named)[1], dated(nameless)[1]) == (FIFTH, None)


@pytest.mark.parametrize(
    "parts",
    [
        {"lang": "en-US"},
        {"head": "<meta name='geo.region' content='US-NY'>"},
        {"head": "<meta property='article:modified_time' content='2025-01-02T12:00:00-05:00'>"},
    ],
)
def test_the_site_comes_before_region_offset_and_language(
    nights: Nights, parts: Mapping[str, str]
) -> None:
    one = page(1, "05/03/2024", **parts)
    assert str(one.published_date) == THIRD_OF_MAY
    nights.load(one, page(2, "13/03/2024"))
    assert dated(nights)[1] == FIFTH


def test_what_the_page_proves_comes_before_the_site(nights: Nights) -> None:
    own = "<meta property='article:modified_time' content='2024-05-03T12:00:00Z'>"
    nights.load(page(1, "05/03/2024", head=own), page(2, "13/03/2024"), page(3, "05/03/2025"))
    assert dated(nights) == {1: THIRD_OF_MAY, 2: "2024-03-13", 3: "2025-03-05"}


def test_an_order_that_most_pages_show_is_that_of_the_site(nights: Nights) -> None:
    nights.load(
        page(1, "05/03/2024"),
        *(page(number, f"{number + 10}/03/2024") for number in range(3, 7)),
        page(7, "03/13/2024"),
    )
    assert dated(nights)[1] == FIFTH


def test_where_pages_contradict_each_other_the_site_shows_no_order(nights: Nights) -> None:
    nights.load(
        page(1, "05/03/2024"),
        page(2, "05/03/2024", lang="en-GB"),
        *(page(number, f"{number + 10}/03/2024") for number in range(3, 6)),
        page(7, "03/13/2024"),
    )
    assert dated(nights)[1] is None
    assert dated(nights)[2] == FIFTH


def test_a_page_counts_once(nights: Nights) -> None:
    many = "13/03/2024 <p>14/03/2024</p><p>15/03/2024</p><p>16/03/2024</p>"
    nights.load(page(1, "05/03/2024"), page(2, many), page(3, "03/13/2024"))
    assert dated(nights)[1] is None


def test_rows_of_archives_neither_show_the_order_of_a_site_nor_follow_it(nights: Nights) -> None:
    nights.load(page(1, "05/03/2024"), row(2, "13/03/2024"))
    assert dated(nights)[1] is None
    nights.load(page(3, "13/03/2024"), row(4, "05/03/2024"))
    assert dated(nights)[4] is None


def test_earlier_runs_show_the_order_and_later_ones_change_nothing(nights: Nights) -> None:
    early, proof, late = page(1, "05/03/2024"), page(2, "13/03/2024"), page(3, "05/03/2024")
    nights.load(early)
    nights.load(proof)
    assert nights.load(late) == ["loaded"]
    assert dated(nights) == {1: None, 2: "2024-03-13", 3: FIFTH}
    before = nights.ask("select * exclude (loaded_at) from article_versions order by all")
    assert nights.load(early, proof, late) == ["duplicate"] * 3
    assert nights.ask("select * exclude (loaded_at) from article_versions order by all") == before


def test_an_article_in_both_run_and_warehouse_counts_once(nights: Nights) -> None:
    day_first = [page(number, f"{number + 10}/03/2024") for number in range(3, 7)]
    nights.load(*day_first)
    month_first = page(7, "03/13/2024")
    nights.load(month_first)
    nights.load(month_first, page(1, "05/03/2024"))
    assert dated(nights)[1] == FIFTH
    nights.load(page(8, "03/14/2024"), page(9, "05/03/2024"))
    assert dated(nights)[9] is None


def test_reprocessing_dates_what_was_loaded_before_the_order_was_known(nights: Nights) -> None:
    early = page(1, "05/03/2024")
    nights.load(early)
    nights.load(page(2, "13/03/2024"))
    assert nights.load(early, flow="reprocess") == ["revised"]
    assert dated(nights)[1] == FIFTH
    assert nights.ask("select version, change_reason from articles where version > 1") == [
        (2, "reprocess")
    ]
    assert nights.load(early, flow="reprocess") == ["duplicate"]


def test_rows_are_sorted_by_the_dates_that_the_site_gives(nights: Nights) -> None:
    ambiguous = [page(number, f"0{number}/12/2024") for number in (1, 2, 3)]
    nights.load(page(9, "20/06/2024"), *ambiguous, page(10, "13/02/2025"))
    [file] = (nights.folder / "lake" / "article_versions" / "data").glob("*.parquet")
    found = nights.ask(f"select published_date::varchar from read_parquet('{file}')")
    days = [day for (day,) in found]
    assert days == sorted(days)
    assert days[1] == "2024-12-01"


STORED = (
    "select url, version, published_at, published_date, published_precision, published_source, "
    "quality_flags, date_candidates.* exclude (run_id) from article_versions "
    "left join date_candidates using (article_id, version) order by all"
)


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Load two archives of one site, of which only one shows the order of day and month."""
    folder = tmp_path_factory.mktemp("archives")
    dates = {"shown": ["05/03/2024", "13/03/2024"], "open": ["06/03/2024", "07/03/2024"] * 4}
    made = []
    for place, (name, days) in enumerate(dates.items()):
        pages: dict[str, bytes | str] = {
            f"https://{COURIER}/town/story-{number}": html(number, day)
            for number, day in enumerate(days, start=place * 100)
        }
        made.append(write_warc(folder / f"{name}.warc.gz", pages))
    return made


def test_repair_gives_lost_rows_the_dates_that_they_had(
    archives: list[Path], tmp_path: Path
) -> None:
    shown, open_ = archives
    warehouse = tmp_path / "w"
    for archive in (open_, shown):
        run("ingest", archive, "-w", warehouse)
    before = ask(warehouse, STORED)
    assert len({row["published_date"] for row in before}) == 3, "NULL where nothing was shown yet"
    for table in ("article_versions", "date_candidates"):
        first, _ = sorted((warehouse / "lake" / table / "data").glob("*.parquet"))
        first.unlink()
    run("repair", "-w", warehouse)
    assert ask(warehouse, STORED) == before


@pytest.fixture(scope="module")
def loaded(archives: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Any:
    warehouse = tmp_path_factory.mktemp("loaded") / "w"
    run("ingest", *archives, "-w", warehouse, "--workers", "1")
    stored = ask(warehouse, STORED)
    days = {candidate["published_date"] for candidate in stored}
    assert days == {"2024-03-05", "2024-03-13", "2024-03-06", "2024-03-07"}
    return stored


def test_dates_depend_on_neither_workers_nor_batches_nor_the_order_of_inputs(
    archives: list[Path], loaded: Any, tmp_path: Path
) -> None:
    for number, order in enumerate(permutations(archives)):
        warehouse = tmp_path / str(number)
        run("ingest", *order, "-w", warehouse, "--workers", "4", **SMALL_BATCHES)
        assert ask(warehouse, STORED) == loaded
        run("ingest", *order, "-w", warehouse, "--workers", "1")
        assert ask(warehouse, STORED) == loaded


def test_archives_one_after_the_other_end_as_both_together(
    archives: list[Path], loaded: Any, tmp_path: Path
) -> None:
    for archive in archives:
        run("ingest", archive, "-w", tmp_path / "w")
    assert ask(tmp_path / "w", STORED) == loaded


def test_a_run_that_was_killed_before_it_was_resolved_ends_with_the_same_dates(
    archives: list[Path], loaded: Any, tmp_path: Path
) -> None:
    arguments = ("ingest", *archives, "-w", tmp_path / "w")
    process = start(*arguments, **SMALL_BATCHES)
    while not list(tmp_path.glob("w/runs/*/done/*.json")) and process.poll() is None:
        time.sleep(0.002)  # the only way to see another process's files appear
    kill(process)
    run(*arguments, **SMALL_BATCHES)
    assert ask(tmp_path / "w", STORED) == loaded
