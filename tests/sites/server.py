"""An HTTP/1.1 server for the pages of generated publishers, which also sends faulty answers."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from tests.sites.faults import WHOLE, Fault, FaultChooser, send_fault
from tests.sites.pages import Publisher, Resource

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
END = b"\r\n\r\n"


@dataclass(slots=True)
class SeenRequest:
    """One request as the server saw it.

    Attributes:
        started: when its header was complete, by `time.monotonic`.
        ended: when the last byte of the answer was handed to the system, or the connection was
            lost; None: not yet.
        status: 0: no status was sent.
    """

    host: str
    path: str
    headers: dict[str, str]
    started: float
    ended: float | None = None
    status: int = 0
    fault: Fault | None = None

    @property
    def is_conditional(self) -> bool:
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


@dataclass
class ServerState:
    """The state that all connections share.

    Attributes:
        latency: seconds from a request to its answer.
        night: counted from 0; attempts are counted anew each night.
    """

    publishers: dict[str, Publisher]
    chooser: FaultChooser
    latency: float = 0.0
    has_gzip: bool = True
    has_log: bool = True
    night: int = 0
    attempts: Counter[str] = field(default_factory=Counter)
    requests: list[SeenRequest] = field(default_factory=list)
    open: set["Connection"] = field(default_factory=set)


class Connection(asyncio.Protocol):
    """One client's connection, with one request after the other."""

    def __init__(self, state: ServerState) -> None:
        self.state = state
        self.buffer = b""
        self.current: SeenRequest | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        # With this limit resume_writing is called when all is sent.
        transport.set_write_buffer_limits(high=0)
        self.state.open.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        self._end_answer()
        self.state.open.discard(self)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._answer_next()

    def resume_writing(self) -> None:
        if self.current is not None and _is_whole(self.current):
            self._end_answer()
            self._answer_next()

    def _end_answer(self) -> None:
        """Note the end of the answer: its last byte, or for stalls the end of the connection."""
        if self.current is not None and self.current.ended is None:
            self.current.ended = time.monotonic()
        self.current = None

    def _answer_next(self) -> None:
        if self.current is not None or END not in self.buffer:
            return
        head, _, self.buffer = self.buffer.partition(END)
        method_and_path, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        host = headers.get("host", "").partition(":")[0]
        self.current = SeenRequest(host, method_and_path.split(" ")[1], headers, time.monotonic())
        if self.state.has_log:
            self.state.requests.append(self.current)
        if self.state.latency:
            asyncio.get_running_loop().call_later(self.state.latency, self._answer, self.current)
        else:
            self._answer(self.current)

    def _answer(self, seen: SeenRequest) -> None:
        if self.transport.is_closing():
            return
        publisher = self.state.publishers.get(seen.host)
        resource = publisher.resource(seen.path) if publisher else None
        if resource is not None and resource.is_article:
            seen.fault = self._fault(seen)
        if seen.fault and resource is not None:
            seen.status = send_fault(seen.fault, self.transport, resource.body)
        else:
            seen.status, parts = self._correct_answer(seen, resource)
            for part in parts:
                self.transport.write(part)
        if _is_whole(seen):
            self._go_on(seen)

    def _fault(self, seen: SeenRequest) -> Fault | None:
        url = seen.host + seen.path
        attempt = self.state.attempts[url]
        self.state.attempts[url] += 1
        return self.state.chooser.fault(self.state.night, url, attempt)

    def _correct_answer(
        self, seen: SeenRequest, resource: Resource | None
    ) -> tuple[int, tuple[bytes, ...]]:
        if resource is None:
            return 404, (NOT_FOUND,)
        if is_unchanged(seen.headers, resource):
            return 304, (resource.unchanged,)
        wants_gzip = self.state.has_gzip and "gzip" in seen.headers.get("accept-encoding", "")
        return 200, resource.packed if wants_gzip else resource.plain

    def _go_on(self, seen: SeenRequest) -> None:
        if self.transport.get_write_buffer_size() == 0:
            self._end_answer()
        if seen.headers.get("connection", "").lower() == "close":
            self.transport.close()
        elif self.current is None:
            self._answer_next()


def _is_whole(seen: SeenRequest) -> bool:
    """Return whether the answer ends with its last byte, and not with the connection."""
    return seen.fault is None or seen.fault in WHOLE


def is_unchanged(headers: dict[str, str], resource: Resource) -> bool:
    """Return whether a conditional request is answered by 304."""
    if tags := headers.get("if-none-match"):
        return resource.etag in tags
    if since := headers.get("if-modified-since"):
        return resource.modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    return False


def connections(state: ServerState) -> Callable[[], Connection]:
    """Return the factory of connections for `create_server`."""
    return lambda: Connection(state)
