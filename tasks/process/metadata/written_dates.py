"""Dates as they are written, in machine's and in people's forms, read without guessing.

Two doors: `read_whole` takes a string that is a date and nothing else; `find_dates` looks for dates
in running text. What admits of two readings (03/04/2021) is read only where the caller says which
order is meant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from tasks.process.metadata.months import month_number

DayOrder = Literal["day_first", "month_first", "unknown"]
Precision = Literal["second", "minute", "day", "month"]

ZONE = r"(?:UTC|GMT)?\s?[+-]\d{1,2}(?::?\d{2})?|Z|[A-Z]{2,5}"
CLOCK = (
    r"(?P<hour>\d{1,2})(?:(?:[:.hH]\s?|\s?Uhr\s?)(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?)?\s?(?P<half>[aApP]\.?[mM]\b\.?)?"
    rf"(?:\s?\(?(?P<zone>{ZONE})\b)?"
)
ISO = re.compile(
    r"(?P<year>\d{4})(?P<sep>[-/.]?)(?P<month>\d{2})(?:(?P=sep)(?P<day>\d{2}))?"
    r"(?:(?:[T_]|\s{1,3}|,\s|\s-\s)(?P<hour>\d{2}):?(?P<minute>\d{2})"
    r"(?::?(?P<second>\d{2})(?:[.,:]\d{1,9})?)?"
    rf"\s?(?P<zone>{ZONE})?(?:\[[\w/+-]{{1,40}}\])?)?",
    re.IGNORECASE,
)
EPOCH = re.compile(r"-?\d{9,10}(?:\.\d{1,9})?|-?\d{12,13}")
AFTER_DATE = re.compile(
    r"[\s,|•·–—-]{0,5}(?:at|um|à|a las|alle|às|ore|kl\.?|o|klo|в|@|T)?\s{0,2}" + CLOCK
)

WORD = r"[^\W\d_]{3,14}"
LINK = r"(?:\s?(?:de|del|of|do|d'|-|/)\s?|[\s.,]{1,3})"
# Each names its parts; `text` is lower-cased only where months are looked up.
FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|°)?\.?{LINK}(?P<word>{WORD})\.?{LINK}"
        r"(?P<year>\d{4})(?!\d)",
        rf"(?P<word>{WORD})\.?\s{{0,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?,?\s{{0,3}}"
        r"(?P<year>\d{4})(?!\d)",
        r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})(?!\d)",
        r"(?<![\d/-])(?P<one>\d{1,2})\s?(?P<sep>[/-])\s?(?P<two>\d{1,2})\s?(?P=sep)\s?"
        r"(?P<year>\d{4})(?!\d)",
        rf"(?P<year>\d{{4}})[.,]?\s(?P<word>{WORD})\s(?P<day>\d{{1,2}})\b",
    )
)
YEAR = re.compile(r"(?<!\d)(?:1[6-9]|20)\d\d(?!\d)")
# 31.10.23: with full stops the order is day, month, year wherever it is used.
SHORT_YEAR = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{2})(?![\d.])")
MONTH_YEAR = re.compile(rf"(?P<word>{WORD})\.?,?\s(?:de\s|of\s)?(?P<year>\d{{4}})")
WEEKDAY = re.compile(r"[^\W\d_]{2,14}\.?,?\s+(?=\d)|[^\W\d_]{2,14}\.?,\s+|[^\W\d_]{3}\s+(?=[A-Z])")
# Offsets in hours; abbreviations with several meanings (IST, BST, CST, AST) are left out.
ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4, "PST": -8, "PDT": -7, "MDT": -6,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
}  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read what a string leaves open: the zone of bare times and the order of 3/4/2021."""

    timezone: str = ""
    order: DayOrder = "unknown"


def read_whole(raw: str, reading: Reading) -> WrittenDate | None:
    """The date that the whole string is; None for what is no date, or not certainly one."""
    text = " ".join(raw[:200].split())
    if match := ISO.fullmatch(text):
        return _from_parts(match.groupdict(), reading)
    if EPOCH.fullmatch(text):
        return _from_epoch(float(text))
    body = text
    for _ in range(2):
        for form in FORMS:
            match = form.match(body)
            if match and (date_ := _day_of(match, reading)):
                return _with_rest(date_, body[match.end() :], reading)
        if found := _c_style(body, reading):
            return found
        body = WEEKDAY.sub("", body, count=1) if WEEKDAY.match(body) else ""
    return _month_only(text)


def find_dates(text: str, reading: Reading) -> Iterator[tuple[int, str, WrittenDate]]:
    """Dates within a text: offset, the text of the date, the date.

    Looks for years first and then at the characters around them, which costs a third of matching
    all forms everywhere.
    """
    done = 0
    for year in YEAR.finditer(text):
        if year.start() < done:
            continue
        start = max(done, year.start() - 32)
        window = text[start : year.end() + 48]
        for form in FORMS:
            match = _covering(form, window, year.start() - start)
            day = match and _day_of(match, reading)
            if match and day:
                done = start + match.end()
                found = _with_clock(day, window, match, reading)
                yield start + match.start(), match.group(), found
                break
    if not done and (short := SHORT_YEAR.search(text)):
        day = _calendar_day(2000 + int(short[3]), int(short[2]), int(short[1]))
        if day is not None:
            yield short.start(), short.group(), WrittenDate(day, "day")


def _covering(form: re.Pattern[str], window: str, year_at: int) -> re.Match[str] | None:
    return next((m for m in form.finditer(window) if m.start("year") == year_at), None)


def _day_of(match: re.Match[str], reading: Reading) -> date | None:
    parts = match.groupdict()
    if "one" in parts:
        slashed = parts["sep"] == "/" or reading.order == "unknown"
        order = reading.order if slashed else "day_first"  # month first is written with slashes
        month, day = _in_order(int(parts["one"]), int(parts["two"]), order)
    elif "word" in parts:
        month, day = month_number(parts["word"]) or 0, int(parts["day"])
    else:
        month, day = int(parts["month"]), int(parts["day"])
    return _calendar_day(int(parts["year"]), month, day)


def _in_order(one: int, two: int, order: DayOrder) -> tuple[int, int]:
    """(month, day); (0, 0) where both readings are possible and nobody says which."""
    if one > 12 or one == two:
        return two, one
    if two > 12 or order == "month_first":
        return one, two
    return (two, one) if order == "day_first" else (0, 0)


def _calendar_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _with_rest(day: date, rest: str, reading: Reading) -> WrittenDate | None:
    """A date followed by nothing, or by a time and nothing."""
    rest = rest.strip(" .,|")
    if not rest:
        return WrittenDate(day, "day")
    match = AFTER_DATE.match(" " + rest)
    if match is None or len(match.group()) < len(rest) - 8:
        return None
    return _at(day, match.groupdict(), reading)


def _with_clock(day: date, window: str, match: re.Match[str], reading: Reading) -> WrittenDate:
    after = AFTER_DATE.match(window, match.end())
    if after and (after["minute"] or after["half"]):
        return _at(day, after.groupdict(), reading)
    return WrittenDate(day, "day")


def _from_parts(parts: dict[str, str | None], reading: Reading) -> WrittenDate | None:
    year, month = int(parts["year"] or 0), int(parts["month"] or 0)
    if parts["day"] is None:
        first = _calendar_day(year, month, 1)
        return WrittenDate(first, "month") if first and parts["sep"] else None
    day = _calendar_day(year, month, int(parts["day"]))
    if day is None:
        return None
    return _at(day, parts, reading) if parts["hour"] else WrittenDate(day, "day")


def _at(day: date, parts: dict[str, str | None], reading: Reading) -> WrittenDate:
    """The day with its time where that and its zone are known; else the day alone."""
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
        hour = hour % 12 + (12 if half == "p" else 0)
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
    seconds = number / 1000 if abs(number) >= 1e11 else number
    try:
        instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return WrittenDate(instant.date(), "second", instant)


C_STYLE = re.compile(
    r"(?:[A-Z][a-z]{2},? )?(?P<word>[A-Z][a-z]{2}) (?P<day>\d{1,2}),? (?P<time>\d\d:\d\d(?::\d\d)?)"
    r"(?: (?P<before>[A-Z]{3,4}))? (?P<year>\d{4})$"
)


def _c_style(text: str, reading: Reading) -> WrittenDate | None:
    """`Tue Jan 21 10:00:00 UTC 2020`, as C and Java print it."""
    match = C_STYLE.match(text)
    day = match and _day_of(match, reading)
    if not match or not day:
        return None
    return _with_rest(day, f"{match['time']} {match['before'] or ''}", reading)


def _month_only(text: str) -> WrittenDate | None:
    match = MONTH_YEAR.fullmatch(text)
    number = match and month_number(match["word"])
    first = _calendar_day(int(match["year"]), number, 1) if match and number else None
    return WrittenDate(first, "month") if first else None
