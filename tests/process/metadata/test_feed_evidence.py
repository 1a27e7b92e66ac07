from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.process.document import process_document
from tasks.process.markup.parse import parse
from tasks.process.metadata.dates.archive import read_feed_date
from tasks.process.metadata.dates.written import Reading
from tasks.process.metadata.model import Metadata
from tasks.process.metadata.page import PageContext, read_metadata
from tasks.records import Article, Declared, RawDocument
from tests.process.metadata.pages import FETCHED, SETTINGS, URL, jsonld, verdicts

FEED = Declared(
    title="Ferry returns | Harbour Herald",
    authors=("By Ada Brook",),
    published="Mon, 10 Jun 2024 06:30:00 +0200",
    modified="2024-06-10T10:00:00Z",
    language="en-GB",
    publication="herald",
    origin="feed",
)
UNTIMED = replace(FEED, published="2024-06-10 06:30:00")


def described(html: str, declared: Declared = FEED, timezone: str = "") -> Metadata:
    """Return the metadata of a page that a feed lists, fetched on 10 June 2024."""
    settings = SETTINGS.model_copy(update={"timezone": timezone})
    context = PageContext(URL, FETCHED, declared=declared)
    return read_metadata(parse(html), context, settings)


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("Tue, 11 Mar 2025 06:30:00 +0100", datetime(2025, 3, 11, 5, 30)),
        ("Tue, 11 Mar 2025 06:30:00 GMT", datetime(2025, 3, 11, 6, 30)),
        ("Tue, 11 Mar 2025 06:30:00 EST", datetime(2025, 3, 11, 11, 30)),
        ("Tue, 11 Mar 2025 06:30:00 -0000", datetime(2025, 3, 11, 6, 30)),
        ("11 Mar 2025 06:30 Z", datetime(2025, 3, 11, 6, 30)),
        ("Tue, 11 Mar 25 06:30:00 EST", datetime(2025, 3, 11, 11, 30)),
        ("Tue,11 Mar 2025 6:30:00 +0000", datetime(2025, 3, 11, 6, 30)),
        ("Tuesday, 11 March 25 06:30 +0100", datetime(2025, 3, 11, 5, 30)),
        ("2025-03-11T06:30:00+01:00", datetime(2025, 3, 11, 5, 30)),
        ("2025-03-11T06:30Z", datetime(2025, 3, 11, 6, 30)),
        ("2025-03-11T06:30:00.123Z", datetime(2025, 3, 11, 6, 30)),
    ],
)
def test_the_dates_of_feeds_are_read(raw: str, instant: datetime) -> None:
    found = read_feed_date(raw, Reading(), None)
    assert (found.source, found.place, found.verdict) == ("feed", "feed[published]", "chosen")
    assert (found.instant, found.day) == (instant.replace(tzinfo=UTC), date(2025, 3, 11))


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        ("Sat, 31 Dec 94 10:00:00 GMT", "before_1995"),
        ("2024-06-11T12:00:00Z", "chosen"),
        ("2024-06-11T12:00:01Z", "future"),
        ("2024-06-12", "future"),
        ("11/03/24 06:30", "ambiguous"),
        ("Tue, 99 Mar 25 06:30:00 GMT", "unparsable"),
        ("11 Mar 25", "unparsable"),
        ("now", "unparsable"),
    ],
)
def test_dates_in_feeds_have_the_same_bounds_as_dates_in_pages(raw: str, verdict: str) -> None:
    assert read_feed_date(raw, Reading(), datetime(2024, 6, 11, 12, tzinfo=UTC)).verdict == verdict


def test_a_date_with_an_ambiguous_zone_gives_its_day_only() -> None:
    for raw in ("Tue, 11 Mar 2025 06:30:00 CST", "Tue, 11 Mar 25 06:30:00 CST"):
        found = read_feed_date(raw, Reading(), None)
        assert (found.day, found.instant) == (date(2025, 3, 11), None)


@given(st.text(max_size=250) | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+.*"))
def test_any_string_in_a_feed_is_read_as_a_date_without_an_exception(raw: str) -> None:
    found = read_feed_date(raw, Reading("Europe/Paris"), FETCHED)
    assert found.verdict in {"chosen", "ambiguous", "unparsable", "before_1995", "future"}
    assert len(found.raw) <= 200


def test_a_feed_fills_fields_that_the_page_lacks() -> None:
    metadata = described("<p>The boat is back.</p>")
    assert metadata.title == "Ferry returns | Harbour Herald"
    assert metadata.authors == ("Ada Brook",)
    assert metadata.language == "en"
    assert metadata.published is not None
    assert (metadata.published.source, metadata.published.precision) == ("feed", "second")
    assert metadata.published.instant == datetime(2024, 6, 10, 4, 30, tzinfo=UTC)


def test_fields_of_the_page_outrank_those_of_its_feed() -> None:
    page = jsonld(headline="Boat", author="Bo Lind", datePublished="2024-06-09T10:00:00Z")
    metadata = described(f"<html lang=de>{page}")
    assert (metadata.title, metadata.authors, metadata.language) == ("Boat", ("Bo Lind",), "de")
    assert verdicts(metadata) == {"2024-06-09T10:00:00Z": "chosen", FEED.published: "outranked"}


def test_the_date_of_change_in_a_feed_is_never_used() -> None:
    assert described("<p>x</p>").modified_at is None
    assert described("<p>x</p>", replace(FEED, origin="archive")).modified_at is not None


@pytest.mark.parametrize(
    ("raw", "flags"),
    [
        ("Mon, 10 Jun 2030 06:30:00 GMT", ("date_future",)),
        ("soon", ("date_unparsable",)),
        ("1 Jan 1970 00:00:00 GMT", ()),
    ],
)
def test_an_unusable_date_in_a_feed_raises_a_flag_if_the_page_has_no_date(
    raw: str, flags: tuple[str, ...]
) -> None:
    declared = replace(FEED, published=raw)
    without = described("<p>x</p>", declared)
    assert (without.published, without.flags) == (None, flags)
    assert described(jsonld(datePublished="2024-06-09T10:00:00Z"), declared).flags == ()


@pytest.mark.parametrize(
    ("own", "of_settings"),
    [("Europe/Paris", ""), ("Europe/Paris", "Asia/Tokyo"), ("", "Europe/Paris")],
)
def test_times_without_an_offset_are_in_the_zone_of_the_source_or_else_of_the_settings(
    own: str, of_settings: str
) -> None:
    declared = replace(UNTIMED, timezone=own)
    expected = datetime(2024, 6, 10, 4, 30, tzinfo=UTC)
    for html in ("<p>x</p>", jsonld(datePublished="2024-06-10 06:30:00")):
        found = described(html, declared, of_settings).published
        assert found is not None
        assert found.instant == expected


def test_a_time_without_an_offset_or_a_zone_gives_its_day_only() -> None:
    found = described("<p>x</p>", UNTIMED).published
    assert found is not None
    assert (found.instant, found.day, found.precision) == (None, date(2024, 6, 10), "day")


def test_an_offset_in_the_page_outranks_the_zone_of_the_source() -> None:
    page = jsonld(datePublished="2024-06-10T06:30:00+00:00")
    found = described(page, replace(FEED, timezone="Europe/Paris")).published
    assert found is not None
    assert found.instant == datetime(2024, 6, 10, 6, 30, tzinfo=UTC)


def test_rights_declared_outside_the_page_are_added_once() -> None:
    declared = replace(FEED, rights=("tdm-reservation:1", "tdmrep:/news"))
    page = '<meta name="tdm-reservation" content="1"><meta name="robots" content="noai">'
    assert described(page, declared).rights == ("noai", "tdm-reservation:1", "tdmrep:/news")


@pytest.mark.parametrize("value", ["0", "1", " 1 ", "maybe"])
def test_a_reservation_is_recorded_as_it_is_written(value: str) -> None:
    html = f'<meta name="TDM-Reservation" content="{value}">'
    assert described(html, Declared()).rights == (f"tdm-reservation:{value.strip()}",)


def test_a_fetched_plain_text_keeps_its_own_headline() -> None:
    body = "The ferry is back in town\n\n" + "The boat left the harbour at nine today. " * 20
    document = RawDocument("a", 1, "text", body.encode(), url=URL, declared=FEED)
    article = process_document(document, SETTINGS)
    assert isinstance(article, Article)
    assert article.title == "The ferry is back in town"
    assert (article.published_source, article.publication) == ("feed", "herald")
