"""Translation of errors of connections and libraries to a reason and one line for a person."""

import os
import ssl
from typing import Final

import aiohttp
from aiohttp.http_exceptions import ContentLengthError, TransferEncodingError

from tasks.fetch.model import FetchError
from tasks.reasons import FetchReason

MOST_DETAIL: Final = 200

_FAULTS: Final[tuple[tuple[type[BaseException], FetchReason], ...]] = (  # the first that fits
    (aiohttp.ClientConnectorDNSError, FetchReason.DNS),
    (aiohttp.ClientSSLError, FetchReason.TLS),
    (ssl.SSLError, FetchReason.TLS),
    (TimeoutError, FetchReason.TIMEOUT),
    (aiohttp.ClientConnectorError, FetchReason.CONNECT),
    (aiohttp.InvalidURL, FetchReason.BAD_URL),
    (aiohttp.ClientResponseError, FetchReason.BAD_RESPONSE),
    (aiohttp.ClientPayloadError, FetchReason.BAD_RESPONSE),
    (aiohttp.ClientConnectionError, FetchReason.RESET),
    (aiohttp.ClientError, FetchReason.BAD_RESPONSE),
    (OSError, FetchReason.RESET),
    (ValueError, FetchReason.BAD_URL),
)
_DETAILS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (aiohttp.ConnectionTimeoutError, "no connection in time"),
    (aiohttp.SocketTimeoutError, "no byte in time"),
    (TimeoutError, "no whole answer in time"),
    (aiohttp.ServerDisconnectedError, "the connection was closed without an answer"),
)


def to_fetch_error(error: BaseException | None, url: str) -> FetchError:
    """Return the error that ends an attempt at an address."""
    reason = next(
        (reason for kind, reason in _FAULTS if isinstance(error, kind)), FetchReason.RESET
    )
    if isinstance(error, aiohttp.ClientPayloadError) and _is_short(error.__cause__):
        reason = FetchReason.TRUNCATED
    return FetchError(reason, _detail(error), url=url)


def _is_short(cause: BaseException | None) -> bool:
    """Return whether a body ended before its declared or chunked end."""
    if isinstance(cause, TransferEncodingError):
        return "Not enough data" in cause.message
    return isinstance(cause, ContentLengthError)


def _detail(error: BaseException | None) -> str:
    """Return one line from the system or a library, without memory addresses and the like."""
    line = " ".join(_text(error).split())
    return line if len(line) <= MOST_DETAIL else line[: MOST_DETAIL - 1] + "…"


def _text(error: BaseException | None) -> str:
    match error:
        case aiohttp.ClientConnectorCertificateError():
            refused = error.certificate_error
            return str(getattr(refused, "verify_message", "") or refused)
        case aiohttp.ClientConnectorError():
            return _system_text(error.os_error)
        case aiohttp.ClientPayloadError():
            return str(getattr(error.__cause__, "message", "") or "the body is broken")
        case aiohttp.ClientResponseError():
            return error.message
    plain = next((text for kind, text in _DETAILS if isinstance(error, kind)), None)
    if plain is None and isinstance(error, OSError):
        return _system_text(error)
    return plain or str(error)


def _system_text(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or "TLS failed"
    if error.errno and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)
