"""Parse written dates, in machine-readable and natural forms, without guessing.

`read_whole` takes a string that is a date and nothing else; `find_dates` looks for dates in running
text. A date with two readings (03/04/2021) is parsed only if the caller gives the order of day and
month.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from tasks.process.metadata.dates.calendars import (
    BUDDHIST_SHIFT,
    BUDDHIST_YEARS,
    PERSIAN_YEARS,
    calendar_day,
    gregorian_day,
    persian_day,
    western_digits,
)
from tasks.process.metadata.dates.forms import (
    AFTER_DATE,
    C_STYLE,
    DIGIT,
    EPOCH,
    FORMS,
    MONTH_YEAR,
    NON_ASCII_FORMS,
    SHORT_SLASHED_YEAR,
    SHORT_THAI_YEAR,
    SHORT_YEAR,
    SUFFIX,
    WEEKDAY,
    YEAR,
    numeric_date,
)
from tasks.web.day_orders import DayOrder, has_two_readings
from tasks.web.months import is_thai, month_number, persian_month_number

Precision = Literal["second", "minute", "day", "month"]

# Offsets in hours; abbreviations with several meanings (IST, BST, CST, AST) are left out.
ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4, "PST": -8, "PDT": -7, "MDT": -6,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
}  # fmt: skip

WHOLE_FORMS = (*FORMS, SHORT_SLASHED_YEAR)
NON_ASCII_WHOLE_FORMS = (*WHOLE_FORMS, *NON_ASCII_FORMS, SHORT_THAI_YEAR)
FIRST_SHORT_YEAR = 69  # 69 is 1969 and 68 is 2068, as POSIX reads %y
AFTER_NOON = frozenset("pمبμc")  # first letters of p.m. and its like


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date as read from a string.

    Attributes:
        day: the calendar day as written; the first of the month for precision `month`.
        instant: in UTC; None unless a time and its zone are known.
    """

    day: date
    precision: Precision
    instant: datetime | None = None


# The offset in the text, the text of the date, and the date; None if it has two readings.
FoundDate = tuple[int, str, WrittenDate | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """The context of a date: everything that a string alone does not say.

    Attributes:
        timezone: the IANA name of the zone of times without an offset; empty for none.
        order: the order of day and month in 3/4/2021.
        language: the primary subtag, which decides `months.AMBIGUOUS_NAMES`.
        is_proven: whether other dates prove the order. If only a region or language hints at
            `month_first`, that holds for slashes: 05-03-2021 still has the day first.
    """

    timezone: str = ""
    order: DayOrder = "unknown"
    language: str = ""
    is_proven: bool = False


def read_whole(raw: str, reading: Reading) -> WrittenDate | None:
    """Parse a string that is a date as a whole; return None if it is not certainly one."""
    text = western_digits(" ".join(raw[:200].split()))
    forms = WHOLE_FORMS if text.isascii() else NON_ASCII_WHOLE_FORMS
    if match := numeric_date(text):
        return _from_parts(match.groupdict(), reading)
    if EPOCH.fullmatch(text):
        return _from_epoch(float(text))
    body = text
    for _ in range(2):  # the second time without a weekday at the beginning
        for form in forms:
            match = form.match(body)
            if match and (date_ := _day_of(match, reading)):
                return _with_trailing_time(date_, body[match.end() :], reading)
        if found := _read_c_style(body, reading):
            return found
        body = WEEKDAY.sub("", body, count=1) if WEEKDAY.match(body) else ""
    return _read_month_only(text)


def find_dates(text: str, reading: Reading) -> Iterator[FoundDate]:
    """Yield the dates within a text, from left to right.

    Years are searched first and all forms are matched only around them, which takes a third of the
    time of matching all forms everywhere.
    """
    if not DIGIT.search(text):
        return
    done = 0  # the end of the last date: no character belongs to two dates
    digits = western_digits(text)
    forms = FORMS if text.isascii() else (*FORMS, *NON_ASCII_FORMS)
    for year in YEAR.finditer(digits):
        if year.start() < done:
            continue
        # Room for day and month before the year, or for day, month, time and zone after it.
        start = max(done, year.start() - 32)
        window = digits[start : year.end() + 48]
        for form in forms:
            match = _match_with_year_at(form, window, year.start() - start)
            day = match and _day_of(match, reading)
            if match and (day or _is_undecided(match, reading)):
                done = start + match.end()
                found = _with_following_time(day, window, match, reading) if day else None
                yield start + match.start(), text[start + match.start() : done], found
                break
    if not done:
        yield from _find_short_years(text, digits, reading)


def _find_short_years(text: str, digits: str, reading: Reading) -> Iterator[FoundDate]:
    """Yield the first date with a year of two digits: `31.10.23`, `31/10/23` or `5 มี.ค. 67`."""
    forms = (SHORT_YEAR, SHORT_SLASHED_YEAR)
    for form in forms if text.isascii() else (*forms, SHORT_THAI_YEAR):
        match = form.search(digits)
        day = match and _day_of(match, reading)
        if match and (day or _is_undecided(match, reading)):
            found = WrittenDate(day, "day") if day else None
            yield match.start(), text[match.start() : match.end()], found
            return


def _match_with_year_at(form: re.Pattern[str], window: str, year_at: int) -> re.Match[str] | None:
    return next((m for m in form.finditer(window) if m.start("year") == year_at), None)


def _day_of(match: re.Match[str], reading: Reading) -> date | None:
    parts = match.groupdict()
    year = int(parts["year"])
    if "word" in parts:
        return _named_day(match, year, reading)
    year += 0 if year >= 100 else 2000 if year < FIRST_SHORT_YEAR else 1900
    if "one" in parts:
        # An order that is only hinted at holds for slashes; with hyphens the day comes first.
        is_used = parts["sep"] == "/" or reading.is_proven or reading.order == "unknown"
        order = reading.order if is_used else "day_first"
        month, day = _in_order(int(parts["one"]), int(parts["two"]), order)
    else:
        month, day = int(parts["month"]), int(parts["day"])
    return calendar_day(year, month, day)


def _named_day(match: re.Match[str], year: int, reading: Reading) -> date | None:
    """Return the day of a date with a named month; the name decides the calendar of the year."""
    word, day = match["word"], int(match["day"])
    if is_thai(word):
        year += 2500 if year < 100 else 0
        year -= BUDDHIST_SHIFT if year in BUDDHIST_YEARS else 0
    elif year in PERSIAN_YEARS:
        return persian_day(year, persian_month_number(word) or 0, day)
    number = month_number(word, is_croatian=_is_croatian(match, reading))
    return gregorian_day(year, number or 0, day)


def _is_croatian(match: re.Match[str], reading: Reading) -> bool:
    """Return whether `listopada` is October, by the language or the full stop after the day."""
    if reading.language in {"hr", "bs", "sr", "pl", "cs", "sk"}:
        return reading.language in {"hr", "bs", "sr"}
    return match.string[match.end("day") :][:1] == "."


def _is_undecided(match: re.Match[str], reading: Reading) -> bool:
    """Return whether a date has two readings and the order of day and month is unknown."""
    return reading.order == "unknown" and has_two_readings(match.group())


def _in_order(one: int, two: int, order: DayOrder) -> tuple[int, int]:
    """Return month and day; (0, 0) if both readings are possible and the order is unknown."""
    if one > 12 or one == two:
        return two, one
    if two > 12 or order == "month_first":
        return one, two
    return (two, one) if order == "day_first" else (0, 0)


def _with_trailing_time(day: date, rest: str, reading: Reading) -> WrittenDate | None:
    """Return a date that is followed by nothing or only by a time; None for any other text."""
    rest = rest.strip(" .,،|")
    if not rest or re.fullmatch(SUFFIX, rest):
        return WrittenDate(day, "day")
    match = AFTER_DATE.match(" " + rest)
    if match is None or len(match.group()) < len(rest) - 8:
        return None
    return _with_time(day, match.groupdict(), reading)


def _with_following_time(
    day: date, window: str, match: re.Match[str], reading: Reading
) -> WrittenDate:
    after = AFTER_DATE.match(window, match.end())
    if after and (after["minute"] or after["half"]):
        return _with_time(day, after.groupdict(), reading)
    return WrittenDate(day, "day")


def _from_parts(parts: dict[str, str | None], reading: Reading) -> WrittenDate | None:
    year, month = int(parts["year"] or 0), int(parts["month"] or 0)
    if parts["day"] is None:
        first = calendar_day(year, month, 1)
        return WrittenDate(first, "month") if first and parts["sep"] else None
    day = calendar_day(year, month, int(parts["day"]))
    if day is None:
        return None
    return _with_time(day, parts, reading) if parts["hour"] else WrittenDate(day, "day")


def _with_time(day: date, parts: dict[str, str | None], reading: Reading) -> WrittenDate:
    """Return the day with its time if the time and its zone are known, else the day alone."""
    clock, zone = _clock(parts), _zone(parts.get("zone"), reading)
    if clock is None or zone is None:
        return WrittenDate(day, "day")
    try:
        instant = datetime.combine(day, clock, zone).astimezone(UTC)
    except (OverflowError, ValueError):
        return WrittenDate(day, "day")
    return WrittenDate(day, "second" if parts.get("second") else "minute", instant)


def _clock(parts: dict[str, str | None]) -> time | None:
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    half = (parts.get("half") or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half in AFTER_NOON else 0)
    try:
        return time(hour, minute, min(int(parts["second"] or 0), 59))  # 60: a leap second
    except ValueError:
        return None


def _zone(name: str | None, reading: Reading) -> tzinfo | None:
    if not name:
        return ZoneInfo(reading.timezone) if reading.timezone else None
    if name.upper() in ZONES:
        return timezone(timedelta(hours=ZONES[name.upper()]))
    match = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", name)
    if match is None:
        return None
    sign = -1 if match[1] == "-" else 1
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=sign * minutes)) if minutes < 24 * 60 else None


def _from_epoch(number: float) -> WrittenDate | None:
    # 1e11 seconds are in the year 5138, so larger numbers are milliseconds.
    seconds = number / 1000 if abs(number) >= 1e11 else number
    try:
        instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return WrittenDate(instant.date(), "second", instant)


def _read_c_style(text: str, reading: Reading) -> WrittenDate | None:
    """Parse a date as C and Java print it: `Tue Jan 21 10:00:00 UTC 2020`."""
    match = C_STYLE.match(text)
    day = match and _day_of(match, reading)
    if not match or not day:
        return None
    return _with_trailing_time(day, f"{match['time']} {match['before'] or ''}", reading)


def _read_month_only(text: str) -> WrittenDate | None:
    match = MONTH_YEAR.fullmatch(text)
    number = match and month_number(match["word"])
    first = gregorian_day(int(match["year"]), number, 1) if match and number else None
    return WrittenDate(first, "month") if first else None
