"""One request and its answer over aiohttp: bounded in time and size, every fault with a reason.

Redirects, robots.txt and patience are the fetcher's; no request is repeated here.
"""

import asyncio
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from config.settings import FetchSettings
from tasks.fetch.addresses import CheckedResolver
from tasks.fetch.decoding import ACCEPT_ENCODING
from tasks.fetch.download import Bounds, download
from tasks.fetch.faults import failure
from tasks.fetch.idle import IdleBound
from tasks.fetch.model import FetchError, Headers, Reason
from tasks.fetch.robots import PRODUCT

ACCEPT: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
# News sites send long policies and many cookies; aiohttp's own 8 KB and 128 lines lose some.
HEADER_LINE_BYTES: Final = 32_768
HEADER_LINES: Final = 256
READ_BYTES: Final = 262_144
# Many servers close an idle connection after 5 s; one that is reused just then fails.
IDLE_SECONDS: Final = 4.5
DNS_SECONDS: Final = 300
# Of an answer that is not kept: so much is read to keep the connection.
DRAIN_BYTES: Final = 65_536
DRAIN_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer.

    Attributes:
        encodings: all of the header Content-Encoding.
        body: as it came over the wire; empty unless the status is 200.
    """

    url: URL
    status: int
    reason_phrase: str
    http_version: str
    headers: Headers
    request_headers: Headers = field(repr=False)
    encodings: str
    body: bytes
    first_byte_seconds: float

    def first(self, name: str) -> str:
        """A header's first value, "" if there is none; its name in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), "")


def user_agent(contact: str) -> str:
    """An honest User-Agent: product, version, and whom to write to."""
    product = f"{PRODUCT}/{version('broadsheet')}"
    where = "".join(character for character in contact if " " < character <= "~")
    if not where:
        return product
    return f"{product} (+{'mailto:' if '@' in where and '/' not in where else ''}{where})"


class Client:
    """Connections for a run; no cookies, no proxies, no passwords from files.

    Args:
        tls: trusts other authorities than the system's.
    """

    def __init__(
        self,
        settings: FetchSettings,
        resolver: CheckedResolver,
        agent: str,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._resolver = resolver
        self._bounds = Bounds(settings.ccnews_bytes, settings.ccnews_seconds)
        self._idle = IdleBound(IDLE_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=resolver,
                ssl=tls or True,
                limit=0,  # the fetcher counts: a time-out must not run while waiting for a turn
                ttl_dns_cache=DNS_SECONDS,
                keepalive_timeout=IDLE_SECONDS,
            ),
            timeout=aiohttp.ClientTimeout(
                total=settings.request_seconds,
                connect=settings.connect_seconds,
                sock_read=settings.stall_seconds,
            ),
            headers={"User-Agent": agent, "Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            read_bufsize=READ_BYTES,
            max_field_size=HEADER_LINE_BYTES,
            max_headers=HEADER_LINES,
            middlewares=(_asked_once,),
        )

    async def close(self) -> None:
        await self._session.close()
        await self._resolver.close()

    async def get(
        self, url: URL, headers: Headers, most_bytes: int, *, cut: bool = False
    ) -> Exchange:
        """Asks for a checked URL.

        Args:
            cut: keep the first `most_bytes` of a body that is larger.

        Raises:
            FetchError: there was no answer, or its body is broken or too large.
        """
        started = time.monotonic()
        if not self._idle.begin(url.raw_authority):
            headers = (*headers, ("Connection", "close"))
        try:
            response = await self._session.get(url, headers=headers, allow_redirects=False)
            seconds = time.monotonic() - started
            try:
                body = await _body(response, most_bytes, cut)
            finally:
                response.release()  # which closes the connection if the body was not read
            return _exchange(url, response, body, seconds)
        except FetchError as error:
            error.url = str(url)
            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise failure(error, str(url)) from error
        finally:
            self._idle.end(url.raw_authority)

    async def download(self, url: URL, path: Path) -> None:
        """A large file to disk.

        Raises:
            FetchError: it did not come, or not whole.
        """
        await download(self._session, url, path, self._bounds)


async def _asked_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keeps aiohttp from asking again by itself, at once, where a host closed the connection."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise failure(error, str(request.url)) from error
    except FetchError as error:  # the resolver's; it may be shared by all who wait for the name
        raise FetchError(error.reason, error.detail) from error


def _exchange(
    url: URL, response: aiohttp.ClientResponse, body: bytes, first_byte_seconds: float
) -> Exchange:
    http = response.version
    return Exchange(
        url=url,
        status=response.status,
        reason_phrase=response.reason or "",
        http_version=f"HTTP/{http.major}.{http.minor}" if http else "HTTP/1.1",
        headers=tuple(
            (name.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape"))
            for name, value in response.raw_headers
        ),
        request_headers=tuple(response.request_info.headers.items()),
        encodings=", ".join(response.headers.getall("Content-Encoding", ())),
        body=body,
        first_byte_seconds=first_byte_seconds,
    )


async def _body(response: aiohttp.ClientResponse, most_bytes: int, cut: bool) -> bytes:
    if response.status == 200:
        return await _read(response, most_bytes, cut)
    await _drain(response)
    return b""


async def _read(response: aiohttp.ClientResponse, most_bytes: int, cut: bool) -> bytes:
    connection = response.connection
    protocol = connection.protocol if connection else None
    if not cut and (response.content_length or 0) > most_bytes:
        raise _too_large(most_bytes, response)
    parts = []
    room = most_bytes
    try:
        while part := await response.content.readany():
            parts.append(part)
            room -= len(part)
            if room < 0:
                break
    except aiohttp.ClientPayloadError as error:
        raise failure(_reset_of(protocol) or error, str(response.url)) from error
    if room < 0:
        response.close()
        if not cut:
            raise _too_large(most_bytes, response)
    elif _ends_with_connection(response) and (fault := _reset_of(protocol)):
        raise failure(fault, str(response.url))
    body = parts[0] if len(parts) == 1 else b"".join(parts)
    return body[:most_bytes]


def _ends_with_connection(response: aiohttp.ClientResponse) -> bool:
    """Whether nothing else says where the body ends: aiohttp takes a reset for that end too."""
    return response.content_length is None and "Transfer-Encoding" not in response.headers


def _reset_of(protocol: ResponseHandler | None) -> aiohttp.ClientOSError | None:
    """What broke a connection, if it did not end in order."""
    fault = None if protocol is None else protocol.exception()
    return fault if isinstance(fault, aiohttp.ClientOSError) else None


def _too_large(most_bytes: int, response: aiohttp.ClientResponse) -> FetchError:
    return FetchError(Reason.TOO_LARGE, f"over {most_bytes} bytes", status=response.status)


async def _drain(response: aiohttp.ClientResponse) -> None:
    """Reads what little there is, so that the connection can be used again."""
    with suppress(aiohttp.ClientError, OSError):
        async with asyncio.timeout(DRAIN_SECONDS):
            room = DRAIN_BYTES
            while room > 0 and (part := await response.content.readany()):
                room -= len(part)
