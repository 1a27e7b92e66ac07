"""A fetch order, and the state of the attempt at it."""

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from yarl import URL

from tasks.fetch.model import FetchError
from tasks.fetch.secrets import NO_SECRETS, Secrets
from tasks.web.exchange import Headers

# The client sets these headers itself.
NEVER_SENT: Final = frozenset({"host", "connection", "content-length", "transfer-encoding"})

# RFC 9110, 5.6.2 and 5.5; an ETag may have come with bytes that no request can hold.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~\x80-\ud7ff\ue000-\U0010ffff]*")


@dataclass(frozen=True, slots=True)
class FetchOrder:
    """An address to fetch, and the conditions and limits of the request.

    Attributes:
        headers: conditions, which are sent to the first address only.
        secrets: headers for the source's own sites. Headers that no request can hold are left
            out of both.
        most_bytes: of the body, as sent and as decoded; None: the setting `page_bytes`.
        delay: seconds between two requests to a host; None: the setting.
        check_robots: whether robots.txt is read and obeyed.
    """

    url: str
    headers: Headers = ()
    secrets: Secrets = NO_SECRETS
    most_bytes: int | None = None
    delay: float | None = None
    check_robots: bool = True

    @property
    def is_conditional(self) -> bool:
        """Return whether "not modified" is a valid answer."""
        return bool(self.headers)

    def headers_for(self, url: URL, *, is_first: bool) -> Headers:
        """Return the headers for the order's address or for one that it redirects to."""
        headers = self.headers if is_first else ()
        if self.secrets.headers and self.secrets.allowed_at(url, URL(self.url)):
            headers = (*self.secrets.headers, *headers)
        return tuple(
            (name, value)
            for name, value in headers
            if name.lower() not in NEVER_SENT and _NAME.fullmatch(name) and _VALUE.fullmatch(value)
        )

    def without_secrets(self, sent: Headers) -> Headers:
        """Return the headers of a request without those that must not be stored."""
        return tuple(pair for pair in sent if pair[0].lower() not in self.secrets.names)


@dataclass(slots=True)
class OrderAttempt:
    """The state of one attempt at an order: its redirects, and the time it took.

    Attributes:
        truncate: keep the beginning of a body that is too large.
        hops: addresses that redirected.
        waited_seconds: time spent waiting for turns and for robots.txt.
    """

    order: FetchOrder
    most_redirects: int
    truncate: bool = False
    hops: list[str] = field(default_factory=list)
    waited_seconds: float = 0.0
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _began: float = field(default_factory=time.monotonic)
    _waiting_since: float | None = None

    def start_waiting(self) -> None:
        """Count the time from now on as waiting."""
        self._waiting_since = time.monotonic()

    def stop_waiting(self) -> None:
        """Stop counting time as waiting."""
        if self._waiting_since is not None:
            self.waited_seconds += time.monotonic() - self._waiting_since
            self._waiting_since = None

    def seconds(self) -> float:
        """Return the seconds since the start, without waiting."""
        self.stop_waiting()
        return time.monotonic() - self._began - self.waited_seconds

    def describe(self, error: FetchError) -> None:
        """Add times and addresses of this attempt to an error."""
        error.started_at = self.started_at
        error.seconds = self.seconds()
        error.waited_seconds = self.waited_seconds
        error.hops = tuple(self.hops)
        error.url = error.url or self.order.url
