"""Days in lists and in their addresses: of entries, and of the sitemaps that hold them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from email.utils import parsedate
from urllib.parse import parse_qsl, urlsplit

from tasks.discover.model import ListedPage

_YEAR = r"(?:199[5-9]|20\d\d)"
MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12]\d|3[01])"
# https://www.w3.org/TR/NOTE-datetime, and the same without hyphens.
W3C_DAY = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)(?=\D|$)")
URL_DAY = re.compile(
    rf"[/_-](?P<year>{_YEAR})(?P<sep>[/_-]?)(?P<month>{MONTH})(?P=sep)(?P<day>{_DAY})(?=[/._?-]|$)"
)
NAMED_DAY = re.compile(
    rf"(?<![0-9a-z])(?P<year>{_YEAR})(?P<sep>[/_-]?)(?P<month>{MONTH})"
    rf"(?:(?P=sep)(?P<day>{_DAY}))?(?![0-9a-z])",
    re.IGNORECASE,
)
YEAR_FOLDER = re.compile(rf"/({_YEAR})/")
# "sitemap-before-2010-01.xml" holds other months than the one it names.
OPEN_RANGE = re.compile(
    r"before|until|since|after|older|newer|from|range|[_-]to[_-]", re.IGNORECASE
)
QUERY_PARTS = {
    "yyyy": "year", "year": "year", "mm": "month", "month": "month", "dd": "day", "day": "day",
}  # fmt: skip

_Span = tuple[int, int | None, int | None]


def entry_day(listed: ListedPage) -> date | None:
    """Return the day of an entry: published, else modified, else a full date in its address.

    Of a date with a time, the day counts as written, in its own offset. A year or a month alone
    gives no day.
    """
    for written in (listed.published, listed.modified):
        day = _written_day(written) if written else None
        if day:
            return day
    found = URL_DAY.search(_path_and_query(listed.url)[0])
    return _day(found["year"], found["month"], found["day"]) if found else None


def _written_day(written: str) -> date | None:
    """Return the day of a date by W3C's or RFC 822's format; None for any other text."""
    found = W3C_DAY.match(written.strip())
    if found:
        return _day(found[1], found[3], found[4])
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        parts = parsedate(written)  # RFC 822, as RSS has it
        return date(*parts[:3]) if parts else None
    return None


def sitemap_span(url: str) -> _Span | None:
    """Return year, month and day of the pages in a sitemap, by its address; None if in doubt.

    Examples: `/2020/03/sitemap.xml`, `sitemap-2020-03-01.xml`, `sitemap?yyyy=2020&mm=03`. A number
    that may number a part, as in `sitemap-2020.xml`, is not taken for a year.
    """
    path, query = _path_and_query(url)
    if OPEN_RANGE.search(path) or OPEN_RANGE.search(query):
        return None
    found = {*_spans_in_path(path), *_spans_in_query(query)}
    return found.pop() if len(found) == 1 else None


def _path_and_query(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.path, parts.query


def _spans_in_path(path: str) -> Iterator[_Span]:
    """Yield the dates in a path, and years that are folders of their own."""
    named = [_span(found.groupdict()) for found in NAMED_DAY.finditer(path)]
    yield from named
    known = {year for year, _, _ in named}
    for found in YEAR_FOLDER.finditer(path):
        if int(found[1]) not in known:
            yield int(found[1]), None, None


def _spans_in_query(query: str) -> Iterator[_Span]:
    """Yield the dates in a query: `date=2020-03-01`, or year, month and day as parameters."""
    values = parse_qsl(query)
    for name, value in values:
        found = NAMED_DAY.fullmatch(value) if name.lower() == "date" else None
        if found:
            yield _span(found.groupdict())
    parts = {
        QUERY_PARTS[name.lower()]: value for name, value in values if name.lower() in QUERY_PARTS
    }
    if re.fullmatch(_YEAR, parts.get("year", "")):
        yield _span(parts)


def _span(parts: Mapping[str, str | None]) -> _Span:
    year, month, day = (_number(parts.get(name)) for name in ("year", "month", "day"))
    month = month if month and month <= 12 else None
    return year or 0, month, day if month and day and day <= 31 else None


def _number(digits: str | None) -> int | None:
    return int(digits) if digits and digits.isdecimal() and len(digits) <= 4 else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
