"""Reads the dates of mastheads, such as `27. Februar 2012 Montag 9:50 PM GMT+1`.

A date is found in its line and written in ISO 8601. A date of numbers alone, such as 3/4/2012,
stays as written, because the order of day and month is decided later from the whole file.
"""

import re
from datetime import date

from tasks.web.months import month_number

_WORD = r"(?P<month>[^\W\d_]{3,12})\.?"
_FORMS = (
    re.compile(
        rf"(?P<day>\d{{1,2}})(?:\.|er|st|nd|rd|th|º)?\s(?:de\s|of\s)?{_WORD},?\s(?:de\s)?(?P<year>\d{{4}})"
    ),
    re.compile(rf"{_WORD}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"),
    re.compile(
        r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]"
    ),
)
_NUMERIC = re.compile(r"(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{4}(?!\d)")
_MONTH = re.compile(rf"{_WORD}\s(?:de\s)?(?P<year>\d{{4}})")
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})(?::|\s?[hH]\s?)(\d{2})(?::(\d{2}))?(?!\d)\s*([AaPp])?\.?(?:[Mm]\.?)?"
    r"\s*(?:(?:GMT|UTC|Z)?\s*([+-]\d{1,2}(?::?\d{2})?)|(GMT|UTC|Z)|(E[SD]T|C[SD]T|M[SD]T|P[SD]T))?"
)
# Offsets of American time zones in hours.
_AMERICAN = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_LONGEST = 200


def read_date(text: str, most_before: int = 40) -> tuple[str, int, int] | None:
    """Find the first date in a line.

    Args:
        most_before: maximum number of characters before the date, such as a weekday.

    Returns:
        The date, and the places in the text at which it begins and ends; None if there is no date.
        The date is in ISO 8601, with the time if its zone is known. A date of numbers is returned
        as written.
    """
    line = text[:_LONGEST].replace("\n", " ").replace("\u00a0", " ")
    found = [
        (match.start(), match.end(), day)
        for form in _FORMS
        for match in form.finditer(line)
        if (day := _day(match))
    ]
    if found:
        start, end, day = min(found)
        if start > most_before:
            return None
        return day.isoformat() + _time(line[end:]), start, end
    if (match := _NUMERIC.search(line)) and match.start() <= most_before:
        return match[0], match.start(), match.end()
    return _read_month(text)


def _day(match: re.Match[str]) -> date | None:
    word = match["month"]
    month = int(word) if word.isdecimal() else (month_number(word) or 0)
    try:
        return date(int(match["year"]), month, int(match["day"]))
    except ValueError:
        return None


def _read_month(text: str) -> tuple[str, int, int] | None:
    """Read the date of a magazine, such as `October 2012`."""
    first = text.split("\n")[0].strip(" ,;")
    match = _MONTH.fullmatch(first)
    month = month_number(match["month"]) if match else None
    return (f"{match['year']}-{month:02}", 0, len(first)) if match and month else None


def is_date(text: str) -> bool:
    """Return whether a line is a date, possibly with a weekday, a time or an edition."""
    found = read_date(text.split("\n")[0])
    return found is not None and len(text) <= _LONGEST and not _is_sentence(text, found[1])


def _is_sentence(text: str, start: int) -> bool:
    """Return whether more words precede the date than a weekday has, as in running text."""
    return len(text[:start].split()) > 2


def _time(rest: str) -> str:
    """Return the time after a date, such as `T21:50+01:00`; "" without a time or a zone."""
    match = _CLOCK.search(rest)
    if match is None:
        return ""
    hour, minute, half = int(match[1]), int(match[2]), (match[4] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    zone = _zone(match)
    if zone is None or hour > 23 or minute > 59:
        return ""
    seconds = f":{match[3]}" if match[3] else ""
    return f"T{hour:02}:{minute:02}{seconds}{zone}"


def _zone(match: re.Match[str]) -> str | None:
    if match[5]:
        digits = match[5][1:].replace(":", "")
        hours, minutes = (digits, "00") if len(digits) <= 2 else (digits[:-2], digits[-2:])
        return f"{match[5][0]}{int(hours):02}:{minutes}"
    if match[6]:
        return "+00:00"
    return f"{_AMERICAN[match[7]]:+03}:00" if match[7] else None
