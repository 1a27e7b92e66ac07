"""Dates of archive rows: read strictly, or not at all."""

from datetime import date

from tasks.process.metadata.plain import plain
from tasks.process.metadata.written_dates import Reading, read_whole
from tasks.records import DateCandidate

FIRST_ARCHIVE_DAY = date(1600, 1, 1)


def read_archive_date(raw: str, timezone: str = "", place: str = "row") -> DateCandidate:
    """The date of an archive row as a candidate of source `archive`.

    Read are ISO 8601, RFC 2822, `26-FEB-1987 15:01:01.79`, epoch seconds and milliseconds and
    dates in words; 03/04/2021, which has two readings, is not.

    Args:
        raw: as the row has it.
        timezone: IANA name for times without an offset; "" leaves those with their day only.
        place: where it stood, such as `row[date]`.

    Returns:
        A candidate with the verdict `chosen`, `unparsable` or `before_1600`.
    """
    shown = plain(raw, 200)
    written = read_whole(shown, Reading(timezone=timezone)) if len(raw) <= 200 else None
    if written is None:
        return DateCandidate("archive", place, shown, None, None, None, "unparsable")
    verdict = "before_1600" if written.day < FIRST_ARCHIVE_DAY else "chosen"
    return DateCandidate(
        "archive", place, shown, written.instant, written.day, written.precision, verdict
    )
