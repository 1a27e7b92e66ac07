"""Written dates are parsed as a whole or found within a text."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.process.metadata.dates.written import Reading, find_dates, read_whole

AS_WRITTEN = Reading()


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2021-03-04", date(2021, 3, 4)),
        ("20210304", date(2021, 3, 4)),
        ("2021-03-04T10:00:00", date(2021, 3, 4)),
        ("March 4, 2021", date(2021, 3, 4)),
        ("Thursday, 4 March 2021 at 5 p.m.", date(2021, 3, 4)),
        ("4. März 2021, 13:05 Uhr", date(2021, 3, 4)),
        ("4 de marzo de 2021", date(2021, 3, 4)),
        ("2021年3月4日 12:00", date(2021, 3, 4)),
        ("04.03.2021", date(2021, 3, 4)),
        ("13/04/2021", date(2021, 4, 13)),
        ("04/13/2021", date(2021, 4, 13)),
        ("4 марта 2021", date(2021, 3, 4)),
    ],
)
def test_a_date_without_a_zone_gives_its_day(raw: str, day: date) -> None:
    written = read_whole(raw, AS_WRITTEN)
    assert written is not None
    assert (written.day, written.instant, written.precision) == (day, None, "day")


@pytest.mark.parametrize(
    "raw",
    [
        "03/04/2021",
        "2021/04/92713",
        "2021-13-01",
        "31 February 2021",
        "20211304101500",
        "yesterday",
        "5 March 2021 was cold",
        "1/5/21",
        "",
    ],
)
def test_a_string_that_is_no_date_or_has_two_readings_is_not_read(raw: str) -> None:
    assert read_whole(raw, AS_WRITTEN) is None


def test_the_day_is_local_and_the_instant_is_in_utc() -> None:
    written = read_whole("2021-03-04T23:30:00-05:00", AS_WRITTEN)
    assert written is not None
    assert written.day == date(2021, 3, 4)
    assert written.instant == datetime(2021, 3, 5, 4, 30, tzinfo=UTC)


def test_a_time_without_an_offset_is_read_in_the_given_zone() -> None:
    written = read_whole("2021-07-04 10:00", Reading(timezone="Europe/Paris"))
    assert written is not None
    assert written.instant == datetime(2021, 7, 4, 8, 0, tzinfo=UTC)
    assert written.precision == "minute"


def test_fourteen_digits_are_a_day_and_a_time() -> None:
    written = read_whole("20210704100005", Reading(timezone="Europe/Paris"))
    assert written is not None
    assert written.instant == datetime(2021, 7, 4, 8, 0, 5, tzinfo=UTC)


def test_dates_with_slashes_are_read_in_the_given_order() -> None:
    us, other = Reading(order="month_first"), Reading(order="day_first")
    assert [w.day for *_, w in find_dates("on 03/04/2021", us)] == [date(2021, 3, 4)]
    assert [w.day for *_, w in find_dates("on 03/04/2021", other)] == [date(2021, 4, 3)]
    assert [w.day for *_, w in find_dates("on 03-04-2021", us)] == [date(2021, 4, 3)]


def test_dates_are_found_within_a_text_with_their_offsets() -> None:
    text = "Ada Brook | 4 March 2021 10:00 GMT | updated March 6, 2021"
    found = [
        (text[at : at + len(raw)], written.day) for at, raw, written in find_dates(text, AS_WRITTEN)
    ]
    assert found == [("4 March 2021", date(2021, 3, 4)), ("March 6, 2021", date(2021, 3, 6))]


@given(st.text(max_size=300) | st.from_regex(r"[0-9/. :T+-]{1,40}", fullmatch=True))
def test_any_string_is_read_without_an_exception(raw: str) -> None:
    read_whole(raw, Reading(timezone="Europe/Paris"))
    list(find_dates(raw, Reading(order="month_first")))


@given(st.datetimes(min_value=datetime(1700, 1, 1), max_value=datetime(2400, 1, 1)))
def test_any_iso_date_is_read_back_unchanged(moment: datetime) -> None:
    raw = moment.replace(microsecond=0, tzinfo=UTC).isoformat()
    written = read_whole(raw, AS_WRITTEN)
    assert written is not None
    assert written.instant == moment.replace(microsecond=0, tzinfo=UTC)
