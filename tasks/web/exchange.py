"""An HTTP exchange as it is stored: a server's answer, and what was known of the page before."""

from dataclasses import dataclass
from datetime import datetime

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's final answer, after redirects: status 200 or 304.

    Attributes:
        url: the address that answered.
        headers: response headers in their order, names as sent.
        request_headers: headers of the request that got this answer, as sent.
        body: the body as it came over the wire: transfer encoding undone, content encoding not.
        content: the body with its content encodings undone.
        hops: the addresses that redirected here, the first one first.
        first_byte_seconds: time from the last request to its response's header.
        seconds: duration of the exchange with all redirects, without waiting for the host's turn.
        waited_seconds: time spent waiting for the host's turn.
    """

    url: str
    status: int
    reason_phrase: str
    http_version: str
    headers: Headers
    request_headers: Headers
    body: bytes
    content: bytes
    hops: tuple[str, ...]
    started_at: datetime
    first_byte_seconds: float
    seconds: float
    waited_seconds: float

    def header(self, name: str) -> str | None:
        """Return the first value of a header; its name in any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts about a page that were known before it was fetched; stored beside its bytes.

    Attributes:
        source: name of the configured source.
        timezone, language: as configured, "" if not.
        how, place, found_at: the kind of list that named the page, its address, and when it was
            read.
        title, published, modified, authors: as listed.
        rights: from headers and tdmrep.json, such as `tdm-reservation:1`.
        hops: the addresses that redirected to the page.
    """

    source: str
    timezone: str = ""
    language: str = ""
    how: str = ""
    place: str | None = None
    found_at: datetime | None = None
    title: str | None = None
    published: str | None = None
    modified: str | None = None
    authors: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    hops: tuple[str, ...] = ()
