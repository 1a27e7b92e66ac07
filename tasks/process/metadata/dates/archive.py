"""Read dates that come with a document, from archive rows and feeds, strictly or not at all."""

import re
from datetime import date, datetime
from email.utils import parsedate

from tasks.process.metadata.dates.candidates import bounds_verdict
from tasks.process.metadata.dates.written import Reading, WrittenDate, read_whole
from tasks.records import DateCandidate
from tasks.web.day_orders import has_two_readings
from tasks.web.plain import plain

_NOTHING_KNOWN = Reading()
FIRST_ARCHIVE_DAY = date(1600, 1, 1)
_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3,9}\s?,?\s?)?\d{1,2}[\s-][A-Za-z]{3,9}[\s-]\d{2,4}\s(?P<clock>\d{1,2}:\d.*)"
)


def read_archive_date(
    raw: str, reading: Reading = _NOTHING_KNOWN, place: str = "row"
) -> DateCandidate:
    """Return the date of an archive row as a candidate of source `archive`.

    The known forms are ISO 8601, RFC 2822, `26-FEB-1987 15:01:01.79`, epoch seconds and
    milliseconds, and dates in words. A date with two readings (03/04/2021) is read only if the
    order of day and month is known.

    Args:
        raw: the date as written in the row.
        reading: the zone of times without an offset, and the order of day and month.
        place: the place in the row, such as `row[date]`.

    Returns:
        A candidate with the verdict `chosen`, `ambiguous`, `unparsable` or `before_1600`.
    """
    shown = plain(raw, 200)
    written = read_whole(shown, reading) if len(raw) <= 200 else None
    verdict = "before_1600" if written and written.day < FIRST_ARCHIVE_DAY else "chosen"
    return _candidate("archive", (place, shown), written, verdict)


def read_feed_date(raw: str, reading: Reading, latest: datetime | None) -> DateCandidate:
    """Return the date that a feed or news sitemap gives a page, as a candidate of source `feed`.

    The known forms are those of archive rows, and RFC 822 with the deviations that feeds have.

    Args:
        raw: the date as written in the feed.
        reading: the zone of times without an offset, and the order of day and month.
        latest: the latest time that is believed; None sets no bound.

    Returns:
        A candidate with the verdict `chosen`, `ambiguous`, `unparsable`, `before_1995` or `future`.
    """
    shown = plain(raw, 200)
    written = None
    if len(raw) <= 200:
        written = read_whole(shown, reading) or _read_rfc822(shown, reading)
    verdict = (written and bounds_verdict(written, latest)) or "chosen"
    return _candidate("feed", ("feed[published]", shown), written, verdict)


def _candidate(
    source: str, shown: tuple[str, str], written: WrittenDate | None, verdict: str
) -> DateCandidate:
    if written is None:
        refused = "ambiguous" if has_two_readings(shown[1]) else "unparsable"
        return DateCandidate(source, *shown, None, None, None, refused)
    return DateCandidate(source, *shown, written.instant, written.day, written.precision, verdict)


def _read_rfc822(text: str, reading: Reading) -> WrittenDate | None:
    """Read a date of RFC 822 as feeds write it.

    Deviations are years of two digits, full names of days and months, and missing spaces.
    """
    match = _RFC_822.fullmatch(text)
    parts = parsedate(text) if match else None
    if match is None or parts is None:
        return None
    year, month, day = parts[:3]
    return read_whole(f"{year:04}-{month:02}-{day:02} {match['clock']}", reading)
