"""Calls of Prefect's client that outlast a restart of its server."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from httpx import TransportError

T = TypeVar("T")
log = logging.getLogger("broadsheet.flow")

SECONDS = 120.0
PAUSE = 2.0


def patiently(call: Callable[[], T], seconds: float = SECONDS, pause: float = PAUSE) -> T:
    """Calls again while the server cannot be reached, for two minutes.

    Prefect's client asks again after answers of 502 and 503 and after broken connections, but not
    when its first connection is refused, as it is while a server restarts.

    Raises:
        HTTPError: of the last call.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except TransportError as error:
            if time.monotonic() >= deadline:
                raise
            log.info("the server does not answer, asked again: %s", error)
            time.sleep(pause)
