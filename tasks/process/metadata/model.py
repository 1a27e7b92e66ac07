"""The metadata of a page, read before its body is extracted."""

from dataclasses import dataclass
from datetime import datetime

from tasks.records import DateCandidate, DateReading


@dataclass(frozen=True, slots=True)
class Metadata:
    """Metadata of one HTML page; a field is None or () if the page does not give it.

    Attributes:
        title: the headline as printed, without the site's name.
        authors: names without roles or degrees.
        published: the chosen date candidate.
        date_candidates: every date found, with the chosen one among them.
        url_canonical: the declared address made absolute; `web.canonical` decides whether it
            identifies the page.
        language: the primary subtag of the language that the markup declares.
        page_types: `@type` of every top-level JSON-LD node and `og:type`, as written.
        free_to_read: JSON-LD `isAccessibleForFree` or a content-tier meta; None if not declared.
        rights: declarations such as `license:URL`, `noai`, `tdm-reservation:1`.
        flags: quality flags that metadata raises.
        readings: the dates as read in the other orders of day and month; () if the page proves one.
    """

    title: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    published: DateCandidate | None = None
    modified_at: datetime | None = None
    date_candidates: tuple[DateCandidate, ...] = ()
    url_canonical: str | None = None
    site_name: str | None = None
    language: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    image_url: str | None = None
    dateline: str | None = None
    page_types: tuple[str, ...] = ()
    free_to_read: bool | None = None
    rights: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    readings: tuple[DateReading, ...] = ()

    @property
    def is_dated(self) -> bool:
        """Return whether the page has a date, including one with an ambiguous day and month."""
        return self.published is not None or "date_ambiguous" in self.flags
