"""What the faults of connections and libraries are called: a reason, and a line for a person."""

import os
import ssl
from typing import Final

import aiohttp
from aiohttp.http_exceptions import ContentLengthError, TransferEncodingError

from tasks.fetch.model import FetchError, Reason

MOST_DETAIL: Final = 200

_FAULTS: Final[tuple[tuple[type[BaseException], Reason], ...]] = (  # the first that fits
    (aiohttp.ClientConnectorDNSError, Reason.DNS),
    (aiohttp.ClientSSLError, Reason.TLS),
    (ssl.SSLError, Reason.TLS),
    (TimeoutError, Reason.TIMEOUT),
    (aiohttp.ClientConnectorError, Reason.CONNECT),
    (aiohttp.InvalidURL, Reason.BAD_URL),
    (aiohttp.ClientResponseError, Reason.BAD_RESPONSE),
    (aiohttp.ClientPayloadError, Reason.BAD_RESPONSE),
    (aiohttp.ClientConnectionError, Reason.RESET),
    (aiohttp.ClientError, Reason.BAD_RESPONSE),
    (OSError, Reason.RESET),
    (ValueError, Reason.BAD_URL),
)
_PLAIN: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (aiohttp.ConnectionTimeoutError, "no connection in time"),
    (aiohttp.SocketTimeoutError, "no byte in time"),
    (TimeoutError, "no whole answer in time"),
    (aiohttp.ServerDisconnectedError, "the connection was closed without an answer"),
)


def failure(error: BaseException | None, url: str) -> FetchError:
    """The error that ends an attempt at an address."""
    reason = next((reason for kind, reason in _FAULTS if isinstance(error, kind)), Reason.RESET)
    if isinstance(error, aiohttp.ClientPayloadError) and _is_short(error.__cause__):
        reason = Reason.TRUNCATED
    return FetchError(reason, _detail(error), url=url)


def _is_short(cause: BaseException | None) -> bool:
    if isinstance(cause, TransferEncodingError):
        return "Not enough data" in cause.message
    return isinstance(cause, ContentLengthError)


def _detail(error: BaseException | None) -> str:
    """One line: what the system or a library says, without addresses in memory and the like."""
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
    plain = next((text for kind, text in _PLAIN if isinstance(error, kind)), None)
    if plain is None and isinstance(error, OSError):
        return _system_text(error)
    return plain or str(error)


def _system_text(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or "TLS failed"
    if error.errno and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)
