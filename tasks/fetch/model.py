"""What fetching speaks of: one attempt to get a URL, its answer, and why there may be none."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

Kind = Literal["article", "feed", "sitemap", "section", "homepage", "robots", "tdmrep", "ccnews"]
Outcome = Literal["fetched", "unchanged", "failed", "refused", "postponed"]
Headers = tuple[tuple[str, str], ...]


class Reason(StrEnum):
    """Why an attempt gave no page; stable across versions: it is queried in SQL."""

    # The address must not be asked.
    BAD_URL = "bad_url"
    SCHEME = "scheme"
    USERINFO = "userinfo"
    PRIVATE_ADDRESS = "private_address"
    OUTSIDE = "outside"
    ROBOTS = "robots"
    TDM_RESERVED = "tdm_reserved"
    # The answer cannot be used.
    GONE = "gone"
    HTTP_STATUS = "http_status"
    TOO_LARGE = "too_large"
    BOMB = "bomb"
    BAD_ENCODING = "bad_encoding"
    BAD_RESPONSE = "bad_response"
    REDIRECT_LOOP = "redirect_loop"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BAD_REDIRECT = "bad_redirect"
    BROKEN_LIST = "broken_list"
    INTERNAL_ERROR = "internal_error"
    # It may go better another time.
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    RESET = "reset"
    TRUNCATED = "truncated"
    TIMEOUT = "timeout"
    SERVER_ERROR = "server_error"
    RATE_LIMITED = "rate_limited"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    HOST_GIVEN_UP = "host_given_up"
    LONG_DELAY = "long_delay"
    NIGHT_OVER = "night_over"


PASSING = frozenset(
    {
        Reason.BAD_RESPONSE,
        Reason.BAD_ENCODING,
        Reason.DNS,
        Reason.CONNECT,
        Reason.TLS,
        Reason.RESET,
        Reason.TRUNCATED,
        Reason.TIMEOUT,
        Reason.SERVER_ERROR,
        Reason.RATE_LIMITED,
        Reason.ROBOTS_UNREACHABLE,
        Reason.HOST_GIVEN_UP,
        Reason.LONG_DELAY,
        Reason.NIGHT_OVER,
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's final answer, after redirects: status 200 or 304.

    Attributes:
        url: the address that answered.
        headers: of the response, in their order, names as sent.
        request_headers: of the request that was answered, as sent.
        body: as it came over the wire, transfer encoding undone, content encoding not.
        content: the body with its content encodings undone.
        hops: the addresses that redirected here, first one first.
        first_byte_seconds: from the (last) request to its response's header.
        seconds: the whole exchange with all redirects, waiting for the host's turn left out.
        waited_seconds: for the host's turn.
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
        """The first value of a header, whatever the case of its name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class FetchError(Exception):
    """An attempt gave nothing; why, and what is known of it.

    Attributes:
        reason: decides whether the attempt may be repeated (`PASSING`).
        detail: one line for a person.
        status: of the answer, if there was one.
        url: the address at which it ended.
        retry_after: seconds that the server asked to wait.
    """

    def __init__(
        self,
        reason: Reason,
        detail: str | None = None,
        *,
        status: int | None = None,
        url: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.status = status
        self.url = url
        self.retry_after = retry_after
        self.started_at: datetime | None = None
        self.seconds: float | None = None
        self.waited_seconds = 0.0
        self.hops: tuple[str, ...] = ()

    def copy(self) -> "FetchError":
        """Return a new error like this one: an error that is kept is raised for several callers."""
        return FetchError(
            self.reason,
            self.detail,
            status=self.status,
            url=self.url,
            retry_after=self.retry_after,
        )

    @property
    def passing(self) -> bool:
        """Whether it may go better another time."""
        return self.reason in PASSING


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was known of a page before it was fetched; kept beside its bytes.

    Attributes:
        source: name of the configured source.
        timezone, language: as configured, "" if not.
        how, place, found_at: what kind of list named the page; its address; when it was read.
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
