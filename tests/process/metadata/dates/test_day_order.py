"""The order of day and month in 05/10/2022: the evidence for it, and no date without any."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from config.settings import load_settings
from tasks.process.markup.parse import parse
from tasks.process.metadata.model import Metadata
from tasks.process.metadata.page import PageContext, read_metadata, with_declared
from tasks.records import Declared
from tests.process.metadata.pages import FETCHED, SETTINGS, jsonld, metadata_of, verdicts

CASES = os.environ.get("BROADSHEET_CASES")
DAY_FIRST, MONTH_FIRST = date(2022, 10, 5), date(2022, 5, 10)
PAGE = "<h1>Ferry returns</h1><p>Published: 05/10/2022</p><p>The ferry is back.</p>"
COM = "https://www.herald.com/ferry"


def english(head: str = "", page: str = PAGE, url: str = COM, lang: str = "en") -> Metadata:
    return metadata_of(f'<html lang="{lang}"><head>{head}</head><body>{page}', url=url)


def day_of(metadata: Metadata) -> date | None:
    return metadata.published.day if metadata.published else None


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


@pytest.mark.parametrize(
    "url", [COM, "https://www.herald.org/a", "https://herald.io/a", "https://herald.ca/a", None]
)
@pytest.mark.parametrize("lang", ["en", ""])
def test_without_evidence_of_the_order_there_is_a_flag_and_no_date(
    url: str | None, lang: str
) -> None:
    metadata = english(url=url or COM, lang=lang)
    assert metadata.published is None
    assert metadata.flags == ("date_ambiguous",)
    assert verdicts(metadata) == {"05/10/2022": "ambiguous"}


@pytest.mark.parametrize(
    ("head", "lang", "url", "day"),
    [
        ("", "en-GB", COM, DAY_FIRST),
        ("", "en-US", COM, MONTH_FIRST),
        ("", "en-au", COM, DAY_FIRST),
        (meta("geo.region", "GB"), "en", COM, DAY_FIRST),
        (meta("geo.region", "GB-LND"), "en-US", COM, DAY_FIRST),
        (meta("geo.region", "US-NY"), "en", COM, MONTH_FIRST),
        (meta("geo.country", "us"), "en", COM, MONTH_FIRST),
        (meta("og:locale", "en_GB"), "en", COM, DAY_FIRST),
        (meta("og:locale", "en_US"), "en", COM, MONTH_FIRST),
        ("", "en", "https://herald.co.uk/a", DAY_FIRST),
        ("", "en-US", "https://herald.co.uk/a", DAY_FIRST),
        ("", "en", "https://herald.ie/a", DAY_FIRST),
        ("", "en", "https://news.us/a", MONTH_FIRST),
        ("", "en", "https://town.gov/a", MONTH_FIRST),
        ("", "en", "https://college.edu/a", MONTH_FIRST),
        ("", "en-GB", "https://college.edu/a", MONTH_FIRST),
        ("", "fr", COM, DAY_FIRST),
        ("", "es", "https://diario.com/a", DAY_FIRST),
    ],
)
def test_region_domain_and_language_hint_at_the_order(
    head: str, lang: str, url: str, day: date
) -> None:
    metadata = english(head, lang=lang, url=url)
    assert day_of(metadata) == day
    assert "date_ambiguous" not in metadata.flags


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2023-01-02T12:00:00+01:00", DAY_FIRST),
        ("2023-01-02T12:00:00+05:30", DAY_FIRST),
        ("2023-01-02T12:00:00-05:00", MONTH_FIRST),
        ("2023-01-02T12:00:00-0800", MONTH_FIRST),
        ("2023-01-02T12:00:00Z", None),
        ("2023-01-02T12:00:00+00:00", None),
        ("2023-01-02", None),
    ],
)
def test_the_time_offset_of_another_date_hints_at_the_order(stamp: str, day: date | None) -> None:
    assert day_of(english(meta("article:modified_time", stamp))) == day


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("10:30 GMT", DAY_FIRST),
        (", 10:30 IST", DAY_FIRST),
        (" 10:30 BST", DAY_FIRST),
        (" 10:30 AM EST", MONTH_FIRST),
        (" at 10:30 a.m. PDT", MONTH_FIRST),
        (" 10:30 ET", MONTH_FIRST),
        (" 10:30 UTC", None),
        (" 10:30 AM", None),
    ],
)
def test_the_zone_printed_after_the_date_hints_at_the_order(zone: str, day: date | None) -> None:
    page = f"<h1>Ferry returns</h1><p>Published: 05/10/2022 {zone}</p><p>The ferry is back.</p>"
    assert day_of(english(page=page)) == day


def test_another_date_of_the_page_proves_the_order() -> None:
    assert day_of(english(page=f"{PAGE}<p>Last seen 13/03/2022.</p>")) == DAY_FIRST
    assert day_of(english(page=f"{PAGE}<p>Last seen 03/13/2022.</p>")) == MONTH_FIRST
    assert day_of(english(page=f"{PAGE}<p>13/03/2022 and 03/13/2022.</p>")) is None
    british = english(page=f"{PAGE}<p>Last seen 03/13/2022.</p>", url="https://herald.co.uk/a")
    assert day_of(british) == MONTH_FIRST


def test_a_clear_date_of_one_of_both_days_proves_the_order() -> None:
    assert day_of(english(meta("article:modified_time", "2022-10-05T12:00:00Z"))) == DAY_FIRST
    assert day_of(english(meta("article:modified_time", "2022-05-10T12:00:00Z"))) == MONTH_FIRST


def test_a_reading_in_the_future_is_excluded() -> None:
    page = PAGE.replace("05/10/2022", "05/10/2024")  # fetched on 10 June 2024
    assert day_of(english(page=page)) == date(2024, 5, 10)


def test_a_declared_date_with_two_readings_is_not_guessed_either() -> None:
    page = jsonld(datePublished="05/10/2022") + "<h1>Ferry returns</h1>"
    metadata = english(page=page)
    assert (metadata.published, metadata.flags) == (None, ("date_ambiguous",))
    assert day_of(english(page=page, lang="en-GB")) == DAY_FIRST


def test_years_of_two_digits_are_read_if_the_order_is_known() -> None:
    page = PAGE.replace("05/10/2022", "05/10/22")
    assert day_of(english(page=page, lang="en-GB")) == DAY_FIRST
    assert day_of(english(page=page, lang="en-US")) == MONTH_FIRST
    assert day_of(english(page=page)) is None
    assert day_of(english(page=PAGE.replace("05/10/2022", "13/10/22"))) == date(2022, 10, 13)


def test_there_is_no_flag_if_another_date_is_chosen() -> None:
    metadata = english(meta("article:published_time", "2022-10-05T10:00:00Z"))
    assert (day_of(metadata), metadata.flags) == (DAY_FIRST, ())


def readings_of(metadata: Metadata) -> dict[str, date | None]:
    return {reading.day_order: reading.published_date for reading in metadata.readings}


@pytest.mark.parametrize(
    ("head", "lang", "readings"),
    [
        ("", "en", {"day_first": DAY_FIRST, "month_first": MONTH_FIRST}),
        ("", "en-GB", {"month_first": MONTH_FIRST}),
        ("", "fr", {"month_first": MONTH_FIRST}),
        (meta("geo.region", "US-NY"), "en", {"day_first": DAY_FIRST}),
        (meta("date", "13/03/2022"), "en", {}),
        (meta("article:modified_time", "2022-10-05T12:00:00Z"), "en", {}),
        (meta("article:published_time", "2022-10-05T10:00:00Z"), "en", {}),
    ],
)
def test_a_page_that_proves_no_order_has_readings_for_both(
    head: str, lang: str, readings: dict[str, date]
) -> None:
    assert readings_of(english(head, lang=lang)) == readings


def test_a_reading_has_its_own_flags_and_candidates() -> None:
    day_first, _ = english().readings
    assert day_first.date_flags == ("date_order_of_site",)
    [candidate] = day_first.date_candidates
    assert (candidate.verdict, candidate.day) == ("chosen", DAY_FIRST)
    assert day_first.published_at == datetime(2022, 10, 5, tzinfo=UTC)


def test_a_declared_date_proves_the_order_of_the_other_dates_of_its_page() -> None:
    assert day_of(english(meta("lastmod", "13/12/2022"))) == DAY_FIRST
    assert day_of(english(meta("lastmod", "12/13/2022"), lang="en-GB")) == MONTH_FIRST


def test_dates_with_hyphens_have_the_month_first_only_if_dates_prove_it() -> None:
    page = PAGE.replace("05/10/2022", "05-10-2022")
    assert day_of(english(page=page, lang="en-US")) == DAY_FIRST
    assert day_of(english(page=f"{page}<p>Seen 03-13-2022.</p>")) == MONTH_FIRST
    column = Declared(published="05-10-2022", day_order="month_first")
    assert day_of(row(column)) == MONTH_FIRST


def test_the_date_of_a_feed_follows_the_order_of_the_site() -> None:
    context = PageContext(COM, FETCHED, declared=Declared(published="05/10/2022", origin="feed"))
    metadata = read_metadata(parse("<h1>Ferry returns</h1>"), context, SETTINGS)
    assert (metadata.published, metadata.flags) == (None, ("date_ambiguous",))
    assert readings_of(metadata) == {"day_first": DAY_FIRST, "month_first": MONTH_FIRST}


def row(declared: Declared, url: str = COM) -> Metadata:
    found = with_declared(Metadata(), PageContext(url, FETCHED, declared=declared), SETTINGS)
    return found


@pytest.mark.parametrize(
    ("declared", "url", "day"),
    [
        (Declared(published="05/10/2022"), COM, None),
        (Declared(published="05/10/2022", day_order="day_first"), COM, DAY_FIRST),
        (Declared(published="05/10/2022", day_order="month_first"), COM, MONTH_FIRST),
        (
            Declared(published="05/10/2022", day_order="month_first"),
            "https://a.co.uk/",
            MONTH_FIRST,
        ),
        (Declared(published="05/10/2022"), "https://a.co.uk/", DAY_FIRST),
        (Declared(published="05/10/2022", language="de"), COM, DAY_FIRST),
        (Declared(published="05/10/2022", language="en-GB"), COM, DAY_FIRST),
        (Declared(published="05/10/2022", language="en_US"), COM, MONTH_FIRST),
        (Declared(published="05/10/2022", language="en"), COM, None),
        (Declared(published="05/10/2022 10:30", day_order="day_first"), COM, DAY_FIRST),
        (Declared(published="05/10/2022", origin="feed"), COM, None),
        (Declared(published="05/10/2022", origin="feed"), "https://a.co.uk/", DAY_FIRST),
    ],
)
def test_the_date_of_a_row_follows_its_column_then_domain_and_language(
    declared: Declared, url: str, day: date | None
) -> None:
    found = row(declared, url)
    assert day_of(found) == day
    assert ("date_ambiguous" in found.flags) == (day is None)
    assert "date_unparsable" not in found.flags


@pytest.mark.skipif(not CASES, reason="BROADSHEET_CASES does not name the cases")
def test_pages_of_the_cases_have_the_date_that_a_reader_would_give_them() -> None:
    days = []
    path = Path(CASES or "") / "70-day-order" / "in" / "pages.warc.gz"
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            html = record.reader.read().decode()
            url = record.headers["WARC-Target-URI"]
            context = PageContext(url, datetime(2023, 5, 11, tzinfo=UTC))
            found = read_metadata(parse(html), context, load_settings().process)
            assert ("date_ambiguous" in found.flags) == (found.published is None)
            days.append(day_of(found))
    first, month, none = DAY_FIRST, MONTH_FIRST, None
    assert days == [none, first, month, first, first, none, none, first]
