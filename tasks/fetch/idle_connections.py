"""The limit of idle connections, which leaves enough open files for everything else."""

import time
from collections import Counter

from tasks.raw.open_files import SHARE, open_files_allowed


class IdleConnectionLimit:
    """Counts the connections that are in use or idle, host by host.

    The connector cannot be asked, so this is an estimate from outside: a host counts with the most
    connections that it used at once, until it has used none for `seconds`, when the connector
    closes them.
    """

    def __init__(self, seconds: float, most: int | None = None) -> None:
        """Make a limit without connections.

        Args:
            seconds: for which the connector keeps an idle connection.
            most: connections that may be kept; None: a share of what the system allows.
        """
        self._seconds = seconds
        self._most = most or open_files_allowed() // SHARE
        self._running: Counter[str] = Counter()
        self._kept: dict[str, int] = {}
        self._until: dict[str, float] = {}
        self._total = 0

    def begin(self, host: str) -> bool:
        """Note a request and return whether its connection may be kept; `end` must follow."""
        self._running[host] += 1
        if self._running[host] <= self._kept.get(host, 0):
            return True
        if self._total >= self._most:
            self._forget_closed()
        if self._total >= self._most:
            return False
        self._kept[host] = self._kept.get(host, 0) + 1
        self._total += 1
        return True

    def end(self, host: str) -> None:
        """Note that a request has ended."""
        self._running[host] -= 1
        if not self._running[host]:
            del self._running[host]
        if host in self._kept:
            self._until[host] = time.monotonic() + self._seconds

    def _forget_closed(self) -> None:
        """Stop counting hosts whose idle connections the connector has closed by now."""
        now = time.monotonic()
        for host in [host for host, until in self._until.items() if until < now]:
            if host not in self._running:
                self._total -= self._kept.pop(host, 0)
                del self._until[host]
