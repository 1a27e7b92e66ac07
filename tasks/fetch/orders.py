"""What a fetcher is asked for, and how far it has come with it."""

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from yarl import URL

from tasks.fetch.model import FetchError, Headers
from tasks.fetch.secrets import NO_SECRETS, Secrets

# The client's own business.
NEVER_SENT: Final = frozenset({"host", "connection", "content-length", "transfer-encoding"})

# RFC 9110, 5.6.2 and 5.5; an ETag may have come with bytes that no request can hold.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~\x80-\ud7ff\ue000-\U0010ffff]*")


@dataclass(frozen=True, slots=True)
class Order:
    """What to ask for.

    Attributes:
        headers: conditions, which go to the first address only.
        secrets: headers for the source's own sites; what no request can hold is left out of both.
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
        """Whether "not modified" is an answer."""
        return bool(self.headers)

    def headers_for(self, url: URL, *, is_first: bool) -> Headers:
        """Return what is sent to an address on the way."""
        headers = self.headers if is_first else ()
        if self.secrets.headers and self.secrets.allowed_at(url, URL(self.url)):
            headers = (*self.secrets.headers, *headers)
        return tuple(
            (name, value)
            for name, value in headers
            if name.lower() not in NEVER_SENT and _NAME.fullmatch(name) and _VALUE.fullmatch(value)
        )

    def without_secrets(self, sent: Headers) -> Headers:
        """Return the headers of a request as they may be stored."""
        return tuple(pair for pair in sent if pair[0].lower() not in self.secrets.names)


@dataclass(slots=True)
class Trip:
    """One order on its way.

    Attributes:
        cut: keep the beginning of a body that is too large.
        hops: addresses that redirected.
        waited: seconds for turns, and for robots.txt.
    """

    order: Order
    most_redirects: int
    cut: bool = False
    hops: list[str] = field(default_factory=list)
    waited: float = 0.0
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _began: float = field(default_factory=time.monotonic)
    _waiting_since: float | None = None

    def wait(self) -> None:
        """From here on time is waiting."""
        self._waiting_since = time.monotonic()

    def go_on(self) -> None:
        """The waiting is over."""
        if self._waiting_since is not None:
            self.waited += time.monotonic() - self._waiting_since
            self._waiting_since = None

    def seconds(self) -> float:
        """Since the start, waiting left out."""
        self.go_on()
        return time.monotonic() - self._began - self.waited

    def describe(self, error: FetchError) -> None:
        """Tells an error how far it went."""
        error.started_at = self.started_at
        error.seconds = self.seconds()
        error.waited_seconds = self.waited
        error.hops = tuple(self.hops)
        error.url = error.url or self.order.url
