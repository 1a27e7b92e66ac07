"""What a page says about itself, gathered before the body is extracted."""

from dataclasses import dataclass
from datetime import datetime

from tasks.records import DateCandidate


@dataclass(frozen=True, slots=True)
class Metadata:
    """Metadata of one HTML page; None or () where the page does not say.

    Attributes:
        title: the headline as printed, without the site's name.
        authors: names only.
        published: the chosen date candidate, if any.
        date_candidates: every date seen, the chosen one among them.
        url_canonical: as declared, made absolute; whether it identifies is decided in `urls`.
        language: the language that the markup declares, as a primary subtag.
        page_types: `@type` of every top-level JSON-LD node and `og:type`, as written.
        free_to_read: JSON-LD `isAccessibleForFree` or a content-tier meta; None if not declared.
        rights: evidence such as `license:URL`, `noai`, `tdm-reservation:1`.
        flags: quality flags that metadata alone can tell.
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
