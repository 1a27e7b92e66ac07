"""Dates of archive rows are read strictly: a date that is not certain is not read."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.process.metadata.dates.archive import read_archive_date
from tasks.process.metadata.dates.written import Reading


@pytest.mark.parametrize(
    ("raw", "day", "precision"),
    [
        ("26-FEB-1987 15:01:01.79", date(1987, 2, 26), "day"),
        ("1987-02-26", date(1987, 2, 26), "day"),
        ("19870226", date(1987, 2, 26), "day"),
        ("1987-02", date(1987, 2, 1), "month"),
        ("January 5, 2021", date(2021, 1, 5), "day"),
        ("5 January 2021", date(2021, 1, 5), "day"),
        ("Mon, 26 Feb 1987 15:01:01 +0100", date(1987, 2, 26), "second"),
        ("1611234567", date(2021, 1, 21), "second"),
        ("1611234567890", date(2021, 1, 21), "second"),
        ("2021-01-05T10:00:00Z", date(2021, 1, 5), "second"),
        ("25/12/1912", date(1912, 12, 25), "day"),
    ],
)
def test_dates_in_the_forms_of_archives_are_read(raw: str, day: date, precision: str) -> None:
    found = read_archive_date(raw)
    assert (found.source, found.verdict) == ("archive", "chosen")
    assert (found.day, found.precision) == (day, precision)


@pytest.mark.parametrize("raw", ["2021", "today", "32 May 2021", "", "x" * 5_000])
def test_an_uncertain_date_is_not_read(raw: str) -> None:
    found = read_archive_date(raw)
    assert (found.day, found.verdict) == (None, "unparsable")
    assert len(found.raw) <= 200


def test_a_date_with_two_readings_is_read_if_the_order_is_known() -> None:
    found = read_archive_date("03/04/2021")
    assert (found.day, found.verdict) == (None, "ambiguous")
    assert read_archive_date("03/04/2021", Reading(order="day_first")).day == date(2021, 4, 3)
    assert read_archive_date("03/04/98", Reading(order="month_first")).day == date(1998, 3, 4)


def test_a_date_before_the_first_newspaper_is_not_chosen() -> None:
    assert read_archive_date("1599-12-31").verdict == "before_1600"
    assert read_archive_date("1600-01-01").verdict == "chosen"


def test_a_time_without_an_offset_is_read_in_the_zone_of_the_archive() -> None:
    found = read_archive_date("26-FEB-1987 15:01:01.79", Reading("America/New_York"))
    assert found.instant == datetime(1987, 2, 26, 20, 1, 1, tzinfo=UTC)


@given(st.text(max_size=250) | st.from_regex(r"-?[0-9]{1,14}", fullmatch=True))
def test_any_string_is_judged_without_an_exception(raw: str) -> None:
    assert read_archive_date(raw).verdict in {"chosen", "ambiguous", "unparsable", "before_1600"}
