"""What travels between the stages: one frozen record per document."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from tasks.day_orders import DayOrder

DropOutcome = Literal["rejected", "failed"]


@dataclass(frozen=True, slots=True)
class Declared:
    """What an archive row or a feed says about a document: evidence as written, not yet believed.

    Attributes:
        publication: of an archive row; of a fetched page its configured source.
        origin: "feed" stands for whatever list a source's page was found in.
        timezone: IANA name, of times without an offset; "" if not known.
        day_order: of day and month in dates of numbers, as the row's column shows it.
        rights: evidence from beside the page, such as tdmrep.json.
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


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One document as read: its bytes, where they lie, and what came with them.

    Attributes:
        locator: where the bytes are; unique in a run (design: Locator).
        position: order within the run, from the order of inputs and the place in the input.
        media: "html" goes through extraction, "text" through cleaning only.
        body: with content and transfer encodings undone, charset as found.
        charset: as the HTTP header declares it, or "utf-8" for rows that were text already.
        headers: HTTP response headers, names in lower case; () where there are none.
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
        """Whether a server sent it; nobody chose its contents."""
        return bool(self.headers)

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table: rows come decoded, files do not."""
        return self.charset is not None and not self.is_fetched

    def dropped(
        self,
        outcome: DropOutcome,
        reason: str,
        detail: str | None = None,
        page_type: str | None = None,
    ) -> "Dropped":
        """The record of this document when processing does not make an article of it."""
        return Dropped(
            locator=self.locator,
            position=self.position,
            outcome=outcome,
            step="process",
            reason=reason,
            detail=detail,
            url=self.url,
            page_type=page_type,
            bytes=len(self.body),
            fetched_at=self.fetched_at,
            publication=self.declared.publication,
        )


@dataclass(frozen=True, slots=True)
class RefersTo:
    """The earlier capture that a revisit record names; None for what the record does not say.

    Attributes:
        record_id: of the earlier record, without angle brackets.
        url: its address.
        fetched_at: its capture time.
        payload_digest: of the payload that both captures have.
    """

    record_id: str | None = None
    url: str | None = None
    fetched_at: datetime | None = None
    payload_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """One document, or one hole in an input, that does not become an article; why, in a word.

    Attributes:
        outcome: "rejected": understood and refused; "failed": could not be read or processed.
        step: "read" or "process".
        reason: a short name in snake_case, stable across versions: it is queried in SQL.
        detail: free text for a person, one line.
        page_type: what a rejected page is, where that is the reason.
        bytes: size of the document or hole, as far as known.
        refers_to: of a revisit record only.
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


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date seen in a document.

    Attributes:
        source: `jsonld meta microdata time url feed text archive`.
        place: where exactly, such as `meta[article:published_time]`.
        raw: as written, at most 200 characters.
        instant: in UTC; None where only the day or month is known.
        day: the calendar day as the publisher states it; None if `raw` does not parse.
        precision: `second minute day month`.
        verdict: `chosen`, or why not: `outranked`, `doubted` (printed where dates are too often
            wrong), `ambiguous` (two readings), `before_1995`, `future`, `unparsable`, ...
    """

    source: str
    place: str
    raw: str
    instant: datetime | None
    day: date | None
    precision: str | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Article:
    """A document that becomes a row, before it is resolved against the warehouse.

    The columns are those of the table `articles` (docs/tables.md); `source` is not among them
    because the run may set it.
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
