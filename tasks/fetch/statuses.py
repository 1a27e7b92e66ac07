"""The meaning of HTTP statuses: redirects, pauses, and the errors for answers of no use.

Separate from `fetcher`, which decides what to do about them.
"""

from typing import Final

from tasks.fetch.client import ReceivedExchange
from tasks.fetch.hosts import BUSY_STATUSES, parse_retry_after
from tasks.fetch.model import FetchError
from tasks.reasons import FetchReason

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
GONE: Final = frozenset({404, 410})


def refusal(exchange: ReceivedExchange) -> FetchError:
    """Return the error for a status that is not a usable answer."""
    reason = FetchReason.HTTP_STATUS
    if exchange.status in GONE:
        reason = FetchReason.GONE
    elif exchange.status == 429:
        reason = FetchReason.RATE_LIMITED
    elif exchange.status >= 500:
        reason = FetchReason.SERVER_ERROR
    elif exchange.status == 304:
        # Only a conditional request may be answered by "not modified".
        reason = FetchReason.BAD_RESPONSE
    detail = f"{exchange.status} {exchange.reason_phrase}".strip()
    error = exchange_error(reason, detail, exchange)
    error.retry_after = requested_pause(exchange)
    return error


def requested_pause(exchange: ReceivedExchange) -> float | None:
    """Return the seconds that a busy host asks to wait, if it does."""
    if exchange.status not in BUSY_STATUSES:
        return None
    return parse_retry_after(exchange.header("retry-after"))


def exchange_error(
    reason: FetchReason, detail: str | None, exchange: ReceivedExchange
) -> FetchError:
    """Return an error with the status and address of an exchange."""
    return FetchError(reason, detail, status=exchange.status, url=str(exchange.url))
