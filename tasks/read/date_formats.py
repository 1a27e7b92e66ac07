"""Writes the format of dates in words that people know, such as DD.MM.YYYY."""

import re

from tasks.web.day_orders import DayOrder

_DIGITS = str.maketrans("012345678", "9" * 9)
_LONGEST = 40
_WORDS = re.compile(r"[^\W\d_]{3,}\.?")
_NUMERIC = re.compile(r"(9{1,2})([./-])(9{1,2})\2(9999|99)(?!9)")
_YEAR_FIRST = re.compile(r"9999([./-])(9{1,2})\1(9{1,2})(?!9)")
_TIME = re.compile(r"9{1,2}:99(:99)?(\.9+)?")
_OFFSET = re.compile(r"[+-]99:?99$")
_ONLY_DIGITS = {
    "9" * 10: "seconds since 1970",
    "9" * 13: "milliseconds since 1970",
    "99999999": "YYYYMMDD",
    "9" * 14: "YYYYMMDDhhmmss",
}


def date_shape(text: str) -> str:
    """Return a date with 9 for each digit, by which dates of one format are counted."""
    return text[:_LONGEST].translate(_DIGITS)


def format_of(shape: str, order: DayOrder) -> str:
    """Return a shape as a format.

    Args:
        shape: as `date_shape` returns it.
        order: the order of day and month that the whole table shows.
    """
    if shape in _ONLY_DIGITS:
        return _ONLY_DIGITS[shape]
    text = _OFFSET.sub("+hh:mm", shape)
    text = _TIME.sub(lambda found: "hh:mm" + (":ss" if found[1] else ""), text)
    text, isos = _YEAR_FIRST.subn(r"YYYY\1MM\1DD", text)
    if not isos:
        text = _NUMERIC.sub(lambda found: _numeric(found, order), text)
    if "YY" not in text and "9999" in text:
        text = _written(text)
    return text


def _numeric(found: re.Match[str], order: DayOrder) -> str:
    separator = found[2]
    year = "Y" * len(found[4])
    names = ("MM", "DD") if order == "month_first" else ("DD", "MM")
    if separator == "." or order != "unknown":
        return separator.join((*names, year))
    return f"NN{separator}NN{separator}{year} (the order of day and month is not shown)"


def _written(text: str) -> str:
    """Return the format of a date with the month in words; a weekday may stand before it."""
    words = [word for word in _WORDS.findall(text) if word not in ("YYYY", "hh:mm")]
    if words:
        text = text.replace(words[-1], "Month", 1)
        for weekday in words[:-1]:
            text = text.replace(weekday, "Weekday", 1)
    return re.sub(r"(?<!9)9{1,2}(?!9)", "D", text.replace("9999", "YYYY", 1))
