"""Dates that come with a document, of archive rows and of feeds: read strictly, or not at all."""

import re
from datetime import date, datetime
from email.utils import parsedate

from tasks.day_orders import has_two_readings
from tasks.process.metadata.date_candidates import bounds_verdict
from tasks.process.metadata.plain import plain
from tasks.process.metadata.written_dates import Reading, WrittenDate, read_whole
from tasks.records import DateCandidate

NOTHING_KNOWN = Reading()
FIRST_ARCHIVE_DAY = date(1600, 1, 1)
_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3,9}\s?,?\s?)?\d{1,2}[\s-][A-Za-z]{3,9}[\s-]\d{2,4}\s(?P<clock>\d{1,2}:\d.*)"
)


def read_archive_date(
    raw: str, reading: Reading = NOTHING_KNOWN, place: str = "row"
) -> DateCandidate:
    """The date of an archive row as a candidate of source `archive`.

    Read are ISO 8601, RFC 2822, `26-FEB-1987 15:01:01.79`, epoch seconds and milliseconds and
    dates in words; 03/04/2021, which has two readings, only where the order is known.

    Args:
        raw: as the row has it.
        reading: the zone of times without an offset, and the order of day and month.
        place: where it stood, such as `row[date]`.

    Returns:
        A candidate with the verdict `chosen`, `ambiguous`, `unparsable` or `before_1600`.
    """
    shown = plain(raw, 200)
    written = read_whole(shown, reading) if len(raw) <= 200 else None
    verdict = "before_1600" if written and written.day < FIRST_ARCHIVE_DAY else "chosen"
    return _candidate("archive", (place, shown), written, verdict)


def read_feed_date(raw: str, reading: Reading, latest: datetime | None) -> DateCandidate:
    """The date that a feed or news sitemap gives a page, as a candidate of source `feed`.

    Read is what archives may write, and RFC 822 with all its liberties.

    Args:
        latest: no later date is believed; None sets no bound.

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
    """RFC 822 as feeds have it: years of two digits, days and months in full, spaces missing."""
    match = _RFC_822.fullmatch(text)
    parts = parsedate(text) if match else None
    if match is None or parts is None:
        return None
    year, month, day = parts[:3]
    return read_whole(f"{year:04}-{month:02}-{day:02} {match['clock']}", reading)
