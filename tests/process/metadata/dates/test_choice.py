"""The date of publication is chosen among the dates of a page, and every date is kept."""

from datetime import UTC, date, datetime
from typing import get_args

import pytest

from tasks.process.metadata.dates.candidates import DECLARED_SOURCES
from tasks.process.metadata.sources import DATE_ORDER, DateKind
from tasks.process.terms import QUALITY_FLAGS
from tests.process.metadata.pages import jsonld, metadata_of, published, verdicts
from warehouse.schema import ARTICLE_VERSIONS


def test_json_ld_outranks_metas_and_every_date_is_kept() -> None:
    page = jsonld(datePublished="2024-06-02T08:00:00+02:00", dateModified="2024-06-05T08:00Z") + (
        '<meta property="article:published_time" content="2024-06-03T08:00:00Z">'
    )
    metadata = metadata_of(page)
    assert published(metadata).source == "jsonld"
    assert published(metadata).instant == datetime(2024, 6, 2, 6, 0, tzinfo=UTC)
    assert metadata.modified_at == datetime(2024, 6, 5, 8, 0, tzinfo=UTC)
    assert verdicts(metadata) == {
        "2024-06-02T08:00:00+02:00": "chosen",
        "2024-06-05T08:00Z": "modified",
        "2024-06-03T08:00:00Z": "outranked",
    }


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        ("1994-12-31", "before_1995"),
        ("2024-06-12T00:00:00Z", "future"),
        ("soon", "unparsable"),
    ],
)
def test_an_impossible_date_is_kept_but_not_chosen(raw: str, verdict: str) -> None:
    metadata = metadata_of(jsonld(datePublished=raw))
    assert metadata.published is None
    assert verdicts(metadata) == {raw: verdict}


def test_a_date_up_to_a_day_after_the_fetch_is_believed() -> None:
    assert published(metadata_of(jsonld(datePublished="2024-06-11T11:00:00Z"))).day


def test_a_url_gives_a_date_only_if_it_has_year_month_and_day() -> None:
    dated = metadata_of("<p>", url="https://herald.example/2021/04/09/ferry")
    assert (published(dated).source, published(dated).day) == ("url", date(2021, 4, 9))
    named = metadata_of("<p>", url="https://herald.example/statements/2019/nov/18/ferry/")
    assert (published(named).source, published(named).day) == ("url", date(2019, 11, 18))
    assert metadata_of("<p>", url="https://herald.example/2021/part/12/ferry").published is None
    assert metadata_of("<p>", url="https://herald.example/2021/04/92713").published is None
    assert metadata_of("<p>", url="https://herald.example/story-20219999").published is None


@pytest.mark.parametrize(
    "html",
    [
        '<h1>Ferry</h1><p>Text.</p><div class="comments"><time datetime="2024-05-01"></time></div>',
        '<h1>Ferry</h1><p>Text.</p><aside><time datetime="2024-05-01">x</time></aside>',
        '<h1>Ferry</h1><footer>Built on <span class="date">2024-05-01</span></footer>',
        '<h1>Ferry</h1><img src="/2024/05/01/ferry.jpg">',
        "<h1>Ferry</h1><p>Updated: May 1, 2024</p>",
        '<meta property="article:modified_time" content="2024-05-01T10:00:00Z">',
    ],
)
def test_dates_of_other_things_than_the_article_are_not_chosen(html: str) -> None:
    assert metadata_of(html).published is None


def test_a_date_printed_below_the_headline_is_found() -> None:
    metadata = metadata_of("<h1>Ferry returns</h1><p>Ada Brook</p><p>May 1, 2024</p><p>Text.</p>")
    assert (published(metadata).source, published(metadata).day) == ("text", date(2024, 5, 1))


def test_a_labelled_date_anywhere_in_the_text_is_chosen_if_there_is_no_other() -> None:
    filler = "<p>Seagulls do not read the newspaper, but they do like to sit on it.</p>" * 30
    metadata = metadata_of(f"<h1>Ferry</h1>{filler}<p>Posted on 1 May 2024 by Ada</p>")
    assert published(metadata).day == date(2024, 5, 1)


def test_a_time_without_a_zone_gives_its_day_unless_a_zone_is_set() -> None:
    page = jsonld(datePublished="2024-05-01T23:30:00")
    assert published(metadata_of(page)).instant is None
    assert published(metadata_of(page)).precision == "day"
    in_paris = published(metadata_of(page, timezone="Europe/Paris"))
    assert in_paris.instant == datetime(2024, 5, 1, 21, 30, tzinfo=UTC)


def test_the_day_is_the_local_one_if_the_page_has_the_same_instant_with_an_offset() -> None:
    page = jsonld(datePublished="2024-05-02T03:30:00Z") + (
        '<h1>Ferry</h1><time datetime="2024-05-01T22:30:00-05:00">May 1</time>'
    )
    assert published(metadata_of(page)).day == date(2024, 5, 1)


def test_a_date_with_a_time_is_chosen_over_the_same_day_without_one() -> None:
    page = jsonld(datePublished="2024-05-01") + (
        '<meta property="article:published_time" content="2024-05-01T10:00:00Z">'
    )
    assert published(metadata_of(page)).source == "meta"


def test_contradicting_dates_are_flagged() -> None:
    page = jsonld(datePublished="2024-05-01") + '<meta name="pubdate" content="2023-05-01">'
    assert metadata_of(page).flags == ("date_conflict",)
    assert set(metadata_of(page).flags) <= set(QUALITY_FLAGS)


def test_a_much_older_printed_date_is_chosen_over_the_declared_one_outside_newsrooms() -> None:
    page = (
        '<meta property="article:published_time" content="2024-03-01T10:00:00Z">'
        "<h1>Ferry returns</h1><p>May 1, 2019</p><p>Text.</p>"
    )
    assert published(metadata_of(page)).day == date(2019, 5, 1)
    assert published(metadata_of(jsonld(datePublished="2024-03-01") + page)).day == date(2024, 3, 1)


def test_every_kind_of_date_has_a_place_in_the_order_except_that_of_an_update() -> None:
    assert set(get_args(DateKind)) - set(DATE_ORDER) == {"modified"}
    assert len(DATE_ORDER) == len(set(DATE_ORDER))


def test_every_source_of_dates_is_named_in_the_schema() -> None:
    meaning = next(c.meaning for c in ARTICLE_VERSIONS.columns if c.name == "published_source")
    assert set(DECLARED_SOURCES) <= set(meaning.split("`")[1].split())
