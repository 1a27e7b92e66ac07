"""Servers on loopback for the tests of fetching, well-behaved and misbehaving ones."""

import asyncio
import functools
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from config.settings import FetchSettings, load_settings
from tasks.fetch.fetcher import Fetcher, user_agent
from tasks.fetch.model import FetchError
from tasks.fetch.orders import FetchOrder
from tasks.web.exchange import Answer

PATIENCE = 30
PAGE = b"<html><body><p>The harbour of Port Elder stays closed.</p></body></html>"
URL = "http://courier.example/story"
CHUNKED = "Transfer-Encoding: chunked"

Speak = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


def on_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Make a test of a coroutine function; it fails if the coroutine takes too long."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        async def bounded() -> None:
            await asyncio.wait_for(test(*args, **kwargs), PATIENCE)

        asyncio.run(bounded())

    return run


def response(body: bytes = PAGE, *headers: str, status: str = "200 OK") -> bytes:
    """Return a response as bytes, with the right length unless a header states another."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in lines):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@dataclass
class RawServer:
    """A server that sends whatever bytes a test wants.

    Attributes:
        requests: headers of the requests, without those for robots.txt.
    """

    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def raw_server(
    speak: Speak | bytes,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[RawServer]:
    """Serve on loopback: send bytes or call `speak` after each request, then close.

    A request for robots.txt is answered by 404.
    """
    server = RawServer()
    tasks: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        server.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"GET /robots.txt "):
                writer.write(response(b"", "Connection: close", status="404 Not Found"))
            else:
                server.requests.append(head)
                await _speak(speak, head, reader, writer)
            await writer.drain()
        with suppress(OSError):
            writer.close()

    listening = await asyncio.start_server(serve, host, port, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _speak(
    speak: Speak | bytes, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    if isinstance(speak, bytes):
        writer.write(speak)
    else:
        await speak(head, reader, writer)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with RST."""
    import socket
    import struct

    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@dataclass(frozen=True)
class SiteVisit:
    """One request as the server saw it."""

    host: str
    path: str
    headers: Mapping[str, str]
    started: float
    ended: float


@dataclass
class Site:
    """A well-behaved server.

    Attributes:
        replies: by `host/path`, else by `/path`: bytes of a page, or a function that replies.
        visits: in the order of their ends.
        asked: host and path, in the order of their starts.
        most_at_once: most concurrent requests, by host.
        hold: seconds before each reply.
    """

    replies: dict[str, bytes | Reply] = field(default_factory=dict)
    port: int = 0
    visits: list[SiteVisit] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    most_at_once: dict[str, int] = field(default_factory=dict)
    hold: float = 0.0
    _running: dict[str, int] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        host = request.host
        started = time.monotonic()
        self.asked.append((host, request.raw_path))
        self._running[host] = self._running.get(host, 0) + 1
        self.most_at_once[host] = max(self.most_at_once.get(host, 0), self._running[host])
        try:
            if self.hold:
                await asyncio.sleep(self.hold)
            return await self._reply(request)
        finally:
            self._running[host] -= 1
            visit = SiteVisit(host, request.raw_path, request.headers, started, time.monotonic())
            self.visits.append(visit)

    async def _reply(self, request: web.Request) -> web.StreamResponse:
        reply = self.replies.get(request.host + request.path) or self.replies.get(request.path)
        if reply is None:
            return web.Response(status=404, text="not here")
        if isinstance(reply, bytes):
            return web.Response(body=reply, content_type="text/html")
        return await reply(request)

    def paths(self, host: str = "courier.example") -> list[str]:
        return [path for asked, path in self.asked if asked == host]


@asynccontextmanager
async def site(replies: Mapping[str, Any] | None = None) -> AsyncIterator[Site]:
    """Serve all hosts by aiohttp."""
    served = Site(dict(replies or {}))
    app = web.Application()
    app.router.add_route("GET", "/{path:.*}", served.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    served.port = runner.addresses[0][1]
    try:
        yield served
    finally:
        await runner.cleanup()


def reply(body: bytes = PAGE, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a function that replies to each request in the same way."""

    async def same(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers=headers)

    return same


def moved(location: str, status: int = 302) -> Reply:
    return reply(b"", status, {"Location": location})


def settings(port: int, **changes: Any) -> FetchSettings:
    """Return settings without delay, with short time-outs, and `*.example` on loopback."""
    quick = {
        "contact": "desk@courier.example",
        "delay": 0.0,
        "connect_seconds": 5.0,
        "stall_seconds": 5.0,
        "request_seconds": 10.0,
        "retry_seconds": 0.0,
        "hosts": {"*.example": f"127.0.0.1:{port}"},
    }
    return FetchSettings.model_validate({**load_settings().fetch.model_dump(), **quick, **changes})


def fetcher(port: int, **changes: Any) -> Fetcher:
    """Return a fetcher for the servers on a port."""
    return Fetcher(settings(port, **changes), user_agent=user_agent("desk@courier.example"))


async def fetched(speak: Speak | bytes, order: FetchOrder | None = None, **changes: Any) -> Answer:
    """Return the answer to one request to a server that sends this."""
    async with raw_server(speak) as server, fetcher(server.port, **changes) as fetching:
        return await fetching.fetch(order or FetchOrder(URL))


async def refused(
    speak: Speak | bytes, order: FetchOrder | None = None, **changes: Any
) -> FetchError:
    """Return the error of one request to a server that sends this."""
    with pytest.raises(FetchError) as caught:
        await fetched(speak, order, **changes)
    return caught.value
