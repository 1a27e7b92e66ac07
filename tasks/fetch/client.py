"""A single HTTP request over aiohttp, bounded in time and size; every fault gets a reason.

Redirects, robots.txt and repetitions are the business of the fetcher.
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
from tasks.fetch.download import DownloadLimits, download
from tasks.fetch.faults import to_fetch_error
from tasks.fetch.idle_connections import IdleConnectionLimit
from tasks.fetch.model import FetchError
from tasks.fetch.robots import PRODUCT
from tasks.reasons import FetchReason
from tasks.web.exchange import Headers

ACCEPT: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
# News sites send long policies and many cookies; aiohttp's defaults of 8 KB and 128 lines are too
# low for some of them.
HEADER_LINE_BYTES: Final = 32_768
HEADER_LINES: Final = 256
READ_BYTES: Final = 262_144
# Many servers close an idle connection after 5 s, and a request that reuses it just then fails.
_IDLE_SECONDS: Final = 4.5
DNS_SECONDS: Final = 300
# The body of an answer that is not kept is read up to these limits, to reuse the connection.
DRAIN_BYTES: Final = 65_536
DRAIN_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class ReceivedExchange:
    """One request and its answer.

    Attributes:
        encodings: all values of the header Content-Encoding.
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

    def header(self, name: str) -> str:
        """Return a header's first value, "" if there is none; `name` must be in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), "")


def user_agent(contact: str) -> str:
    """Return the User-Agent: product, version, and a contact."""
    product = f"{PRODUCT}/{version('broadsheet')}"
    where = "".join(character for character in contact if " " < character <= "~")
    if not where:
        return product
    return f"{product} (+{'mailto:' if '@' in where and '/' not in where else ''}{where})"


class Client:
    """The connections of a run, without cookies, proxies or passwords from files.

    Args:
        tls: a context that trusts other authorities than the system's.
    """

    def __init__(
        self,
        settings: FetchSettings,
        resolver: CheckedResolver,
        agent: str,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._resolver = resolver
        self._bounds = DownloadLimits(settings.ccnews_bytes, settings.ccnews_seconds)
        self._idle = IdleConnectionLimit(_IDLE_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=resolver,
                ssl=tls or True,
                limit=0,  # the fetcher limits: waiting here would count for time-outs
                ttl_dns_cache=DNS_SECONDS,
                keepalive_timeout=_IDLE_SECONDS,
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
            middlewares=(_never_repeat,),
        )

    async def close(self) -> None:
        """Close all connections and the resolver."""
        await self._session.close()
        await self._resolver.close()

    async def get(
        self, url: URL, headers: Headers, most_bytes: int, *, truncate: bool = False
    ) -> ReceivedExchange:
        """Request a checked URL.

        Args:
            truncate: keep the first `most_bytes` of a larger body, instead of an error.

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
                body = await _read_answer(response, most_bytes, truncate)
            finally:
                response.release()  # closes the connection if the body was not read to its end
            return _exchange(url, response, body, seconds)
        except FetchError as error:
            error.url = str(url)
            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise to_fetch_error(error, str(url)) from error
        finally:
            self._idle.end(url.raw_authority)

    async def download(self, url: URL, path: Path) -> None:
        """Download a large file to disk.

        Raises:
            FetchError: the file did not come, or not whole.
        """
        await download(self._session, url, path, self._bounds)


async def _never_repeat(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Prevent aiohttp from repeating a request whose connection the host closed.

    A repetition must wait for the host's turn, which only the fetcher knows.
    """
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise to_fetch_error(error, str(request.url)) from error
    except (
        FetchError
    ) as error:  # from the resolver, which raises one error for all that wait for a name
        raise FetchError(error.reason, error.detail) from error


def _exchange(
    url: URL, response: aiohttp.ClientResponse, body: bytes, first_byte_seconds: float
) -> ReceivedExchange:
    http = response.version
    return ReceivedExchange(
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


async def _read_answer(response: aiohttp.ClientResponse, most_bytes: int, truncate: bool) -> bytes:
    if response.status == 200:
        return await _read_body(response, most_bytes, truncate)
    await _drain(response)
    return b""


async def _read_body(response: aiohttp.ClientResponse, most_bytes: int, truncate: bool) -> bytes:
    """Read a body up to the limit, and tell a complete body from one that was cut by a fault."""
    connection = response.connection
    protocol = connection.protocol if connection else None
    if not truncate and (response.content_length or 0) > most_bytes:
        raise _too_large(most_bytes, response)
    # Read up to the limit, whatever length is declared: the header may be missing or wrong.
    parts = []
    room = most_bytes
    try:
        while part := await response.content.readany():
            parts.append(part)
            room -= len(part)
            if room < 0:
                break
    except aiohttp.ClientPayloadError as error:
        raise to_fetch_error(_connection_error(protocol) or error, str(response.url)) from error
    if room < 0:
        response.close()
        if not truncate:
            raise _too_large(most_bytes, response)
    elif _ends_with_connection(response) and (fault := _connection_error(protocol)):
        raise to_fetch_error(fault, str(response.url))
    body = parts[0] if len(parts) == 1 else b"".join(parts)
    return body[:most_bytes]


def _ends_with_connection(response: aiohttp.ClientResponse) -> bool:
    """Return whether only the connection's end marks the body's end.

    aiohttp then also takes a reset for the end of the body.
    """
    return response.content_length is None and "Transfer-Encoding" not in response.headers


def _connection_error(protocol: ResponseHandler | None) -> aiohttp.ClientOSError | None:
    """Return the error that broke a connection, None if it ended in order."""
    fault = None if protocol is None else protocol.exception()
    return fault if isinstance(fault, aiohttp.ClientOSError) else None


def _too_large(most_bytes: int, response: aiohttp.ClientResponse) -> FetchError:
    return FetchError(FetchReason.TOO_LARGE, f"over {most_bytes} bytes", status=response.status)


async def _drain(response: aiohttp.ClientResponse) -> None:
    """Read the rest of a short body, so that the connection can be used again."""
    with suppress(aiohttp.ClientError, OSError):
        async with asyncio.timeout(DRAIN_SECONDS):
            room = DRAIN_BYTES
            while room > 0 and (part := await response.content.readany()):
                room -= len(part)
