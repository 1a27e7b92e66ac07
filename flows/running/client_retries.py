"""Retries of calls to the Prefect server, so that a run survives a restart of that server."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from httpx import TransportError

T = TypeVar("T")
log = logging.getLogger("broadsheet.flow")

SECONDS = 120.0
_PAUSE = 2.0


def retry_while_unreachable(
    call: Callable[[], T], seconds: float = SECONDS, pause: float = _PAUSE
) -> T:
    """Return the result of a call, and repeat the call while the server cannot be reached.

    Prefect's client repeats requests after the answers 502 and 503 and after broken connections,
    but not when the first connection is refused. Connections are refused while a server restarts.

    Args:
        call: the request.
        seconds: the time after which the last error is raised.
        pause: the seconds between two calls.

    Raises:
        HTTPError: the error of the last call.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except TransportError as error:
            if time.monotonic() >= deadline:
                raise
            log.info("the server does not answer, trying again: %s", error)
            time.sleep(pause)
