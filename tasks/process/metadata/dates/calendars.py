"""Convert days of the Persian and Buddhist calendars, and digits of other scripts."""

import re
from datetime import date, timedelta
from typing import Final

# Years in these ranges are never Gregorian years of a newspaper: the first newspaper was printed in
# 1605, and 2443 is far in the future. They are the Gregorian years 1991 to 2031 and 1900 to 2100.
PERSIAN_YEARS: Final = range(1370, 1411)
BUDDHIST_YEARS: Final = range(2443, 2644)
BUDDHIST_SHIFT: Final = 543
_KNOWN_YEAR, _KNOWN_START = 1403, date(2024, 3, 20)
# Each digit becomes one digit and each direction mark one space, so that offsets stay the same.
_ZEROS: Final = "\u0660\u06f0\u0966\u0e50"  # Arabic-Indic, Persian, Devanagari, Thai
_MARKS: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_WESTERN: Final = {ord(zero) + n: str(n) for zero in _ZEROS for n in range(10)} | dict.fromkeys(
    map(ord, _MARKS), " "
)
_FOREIGN = re.compile(f"[{_MARKS}" + "".join(f"{z}-{chr(ord(z) + 9)}" for z in _ZEROS) + "]")


def western_digits(text: str) -> str:
    """Return the text with all digits as 0 to 9; its length is unchanged."""
    if text.isascii() or not _FOREIGN.search(text):
        return text
    return text.translate(_WESTERN)


def calendar_day(year: int, month: int, day: int) -> date | None:
    """Return the day that three numbers name, in the calendar that the year belongs to."""
    if year in PERSIAN_YEARS:
        return persian_day(year, month, day)
    return gregorian_day(year - BUDDHIST_SHIFT * (year in BUDDHIST_YEARS), month, day)


def gregorian_day(year: int, month: int, day: int) -> date | None:
    """Return the day; None if there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def persian_day(year: int, month: int, day: int) -> date | None:
    """Return the day of the solar Hijri calendar of Iran; None if there is no such day.

    The rule of 33 years with 8 leap years gives the same days as the astronomical calendar from
    1178 to 1633 (K. M. Borkowski, "The Persian calendar for 3000 years", Earth, Moon and Planets
    74, 1996).
    """
    length = 31 if month <= 6 else 30 if month <= 11 or _is_leap(year) else 29
    if not (1178 <= year <= 1633 and 1 <= month <= 12 and 1 <= day <= length):
        return None
    first, last = sorted((year, _KNOWN_YEAR))
    days = sum(365 + _is_leap(one) for one in range(first, last))
    start = _KNOWN_START + timedelta(days=days if year > _KNOWN_YEAR else -days)
    return start + timedelta(days=31 * min(month - 1, 6) + 30 * max(month - 7, 0) + day - 1)


def _is_leap(year: int) -> bool:
    return (25 * year + 11) % 33 < 8
