"""The records that travel between the stages: one frozen dataclass per document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from tasks.reasons import DropOutcome, Reason
from tasks.web.day_orders import DayOrder
from tasks.web.json_text import json_of

# The key in `extra` for the address of a capture that does not name the page's own.
ARCHIVE_ADDRESS = "archive_address"


@dataclass(frozen=True, slots=True)
class Declared:
    """Metadata that an archive row or a feed declares: evidence as written, not yet checked.

    Attributes:
        publication: the publication of an archive row, or the configured source of a fetched page.
        origin: "archive" for a row; "feed" for a page that was found in any list of a source.
        timezone: IANA name of the time zone of times without an offset; "" if it is not known.
        day_order: the order of day and month in numeric dates, as the row's column shows it.
        rights: evidence that lies outside the page, such as tdmrep.json.
        extra: fields of the input that have no place here, with their own names and nesting.
    """

    title: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    modified: str | None = None
    language: str | None = None
    publication: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    image_url: str | None = None
    origin: Literal["archive", "feed"] = "archive"
    timezone: str = ""
    day_order: DayOrder = "unknown"
    rights: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One document as it was read: its bytes, their locator, and the metadata that came with them.

    Attributes:
        locator: where the bytes lie, such as "night.warc.gz#offset=1234"; unique in a run.
        position: the document's place in the run: the order of inputs, then the place in the input.
        media: "html" is extracted and cleaned, "text" is cleaned only.
        body: the content, with content and transfer encodings undone and the charset unchanged.
        charset: the charset that the HTTP header declares; "utf-8" for rows, which are decoded.
        headers: HTTP response headers, names in lower case; () if there are none.
    """

    locator: str
    position: int
    media: Literal["html", "text"]
    body: bytes
    url: str | None = None
    fetched_at: datetime | None = None
    charset: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    declared: Declared = field(default_factory=Declared)

    @property
    def is_fetched(self) -> bool:
        """Return whether a server sent the document, so that it may be a page of any kind."""
        return bool(self.headers)

    @property
    def is_row(self) -> bool:
        """Return whether the document is a row of a table; rows come decoded, files do not."""
        return self.charset is not None and not self.is_fetched

    def dropped(
        self, reason: Reason, detail: str | None = None, page_type: str | None = None
    ) -> "Dropped":
        """Return the ledger record of this document when processing drops it."""
        return Dropped(
            locator=self.locator,
            position=self.position,
            outcome=reason.drop_outcome,
            step="process",
            reason=reason.value,
            detail=detail,
            url=self.url,
            page_type=page_type,
            bytes=len(self.body),
            fetched_at=self.fetched_at,
            publication=self.declared.publication,
            extra=json_of(self.declared.extra),
        )


@dataclass(frozen=True, slots=True)
class RefersTo:
    """The earlier capture that a revisit record names; None for what the record leaves out.

    Attributes:
        record_id: WARC-Record-ID of the earlier record, without angle brackets.
        url: the address of the earlier capture.
        fetched_at: the time of the earlier capture.
        payload_digest: the digest of the payload that both captures share.
    """

    record_id: str | None = None
    url: str | None = None
    fetched_at: datetime | None = None
    payload_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A document, or an unreadable region of an input, that does not become an article.

    Attributes:
        outcome: "rejected" if it was understood and refused, "failed" if it could not be read or
            processed.
        step: the stage that decided: "read" or "process".
        reason: a member of `tasks.reasons.Reason`; stable across versions, for queries in SQL.
        detail: free text for a person, one line.
        page_type: the type of a page that was rejected for its type.
        bytes: the size of the document or region, as far as it is known.
        refers_to: for a revisit record, the earlier capture.
        extra: JSON of the input's fields that have no column of ours; None if there are none.
    """

    locator: str
    position: int
    outcome: DropOutcome
    step: Literal["read", "process"]
    reason: str
    detail: str | None = None
    url: str | None = None
    page_type: str | None = None
    bytes: int | None = None
    fetched_at: datetime | None = None
    publication: str | None = None
    refers_to: RefersTo | None = None
    extra: str | None = None


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date that was seen in a document, whether it was chosen or not.

    Attributes:
        source: the kind of place: `jsonld meta microdata time url feed text archive`.
        place: the exact place, such as `meta[article:published_time]`.
        raw: the date as written, at most 200 characters.
        instant: the time in UTC; None if only the day or month is known.
        day: the calendar day as the publisher states it; None if `raw` does not parse.
        precision: `second minute day month`.
        verdict: `chosen`, or why it was not chosen: `outranked`, `doubted` (it stands in a place
            where dates are too often wrong), `ambiguous` (it has two readings), `before_1995`,
            `future`, `unparsable`, ...
    """

    source: str
    place: str
    raw: str
    instant: datetime | None
    day: date | None
    precision: str | None
    verdict: str


@dataclass(frozen=True, slots=True)
class DateReading:
    """The dates of a document if its day and month stand in one order; columns as of `Article`.

    Attributes:
        date_flags: the quality flags that begin with `date_`.
    """

    day_order: DayOrder
    published_at: datetime | None
    published_date: date | None
    published_precision: str | None
    published_source: str | None
    modified_at: datetime | None
    date_flags: tuple[str, ...]
    date_candidates: tuple[DateCandidate, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A link in the text of an article, with columns as in the table `links`."""

    text: str
    url: str
    url_key: str
    same_site: bool
    paragraph: int


@dataclass(frozen=True, slots=True)
class Image:
    """An image of an article, with columns as in the table `images`."""

    url: str
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A document that becomes an article, before it is resolved against the warehouse.

    The fields are columns of the table `article_versions`, without `source`, which the run may set.

    Attributes:
        readings: the document's dates under each order of day and month.
        agencies: news agencies that the text credits, in lower case.
        fingerprints: a sample of the hashes of the text's shingles (`tasks.stories.shingles`).
        fingerprint_rate: one in so many shingles is in the sample; None if none was taken.
        shingles: the number of distinct shingles.
    """

    locator: str
    position: int
    article_id: str
    url: str | None
    url_canonical: str | None
    url_key: str | None
    domain: str | None
    publication: str | None
    title: str | None
    description: str | None
    text: str
    authors: tuple[str, ...]
    published_at: datetime | None
    published_date: date | None
    published_precision: str | None
    published_source: str | None
    modified_at: datetime | None
    fetched_at: datetime | None
    language: str
    language_score: float | None
    section: str | None
    image_url: str | None
    dateline: str | None
    keywords: tuple[str, ...]
    page_type: str
    access_state: str
    rights: tuple[str, ...]
    word_count: int
    extractor: str
    extractor_version: str
    content_hash: str
    payload_digest: str
    quality_flags: tuple[str, ...]
    date_candidates: tuple[DateCandidate, ...]
    bytes: int
    learned_lines: tuple[str, ...]
    whole_hash: str
    own_key: str | None
    extra: str | None = None
    readings: tuple[DateReading, ...] = ()
    agencies: tuple[str, ...] = ()
    fingerprints: tuple[int, ...] = ()
    fingerprint_rate: int | None = None
    shingles: int | None = None
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
