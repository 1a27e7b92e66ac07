"""A large file over HTTP, to disk: as it comes, and from where an earlier try has ended."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from yarl import URL

from tasks.fetch.faults import failure
from tasks.fetch.model import FetchError, Reason

_PARTIAL = 206
_BEYOND = 416
_FROM = re.compile(r"bytes (\d+)-")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a file may have.

    Attributes:
        most_bytes: with what came before.
        seconds: for this try; a server that sends a byte now and then never stalls.
    """

    most_bytes: int
    seconds: float


async def download(session: aiohttp.ClientSession, url: URL, path: Path, bounds: Bounds) -> None:
    """Writes what an address gives to `path`; a part that is there already is gone on with.

    Redirects are not followed.

    Raises:
        FetchError: the file did not come, not whole, or is too large; what came stays.
    """
    have = path.stat().st_size if path.is_file() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    limits = aiohttp.ClientTimeout(
        total=bounds.seconds,
        connect=session.timeout.connect,
        sock_read=session.timeout.sock_read,
    )
    try:
        async with session.get(
            url, headers=headers, allow_redirects=False, timeout=limits
        ) as response:
            await _write(response, path, have, bounds.most_bytes)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise failure(error, str(url)) from error


async def _write(response: aiohttp.ClientResponse, path: Path, have: int, most: int) -> None:
    if response.status == _BEYOND and _is_whole(response, have):
        return
    if response.status not in (200, _PARTIAL):
        raise _refusal(response)
    goes_on = response.status == _PARTIAL
    if goes_on and not _goes_on_at(response, have):
        raise _error(Reason.BAD_RESPONSE, "another part than was asked for", response)
    size = have if goes_on else 0
    _require_size(size + (response.content_length or 0), most, response)
    with path.open("ab" if goes_on else "wb") as file:
        async for chunk in response.content.iter_any():
            size += len(chunk)
            _require_size(size, most, response)
            await asyncio.to_thread(file.write, chunk)


def _is_whole(response: aiohttp.ClientResponse, have: int) -> bool:
    """Return whether nothing is left, as after a kill when all had come (RFC 9110, 15.5.17)."""
    return response.headers.get("Content-Range", "") == f"bytes */{have}"


def _goes_on_at(response: aiohttp.ClientResponse, have: int) -> bool:
    found = _FROM.match(response.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == have


def _require_size(size: int, most: int, response: aiohttp.ClientResponse) -> None:
    if size > most:
        raise _error(Reason.TOO_LARGE, f"over {most:,} bytes", response)


def _refusal(response: aiohttp.ClientResponse) -> FetchError:
    reason = Reason.SERVER_ERROR if response.status >= 500 else Reason.HTTP_STATUS
    return _error(reason, f"{response.status} {response.reason or ''}".strip(), response)


def _error(reason: Reason, detail: str, response: aiohttp.ClientResponse) -> FetchError:
    return FetchError(reason, detail, status=response.status, url=str(response.url))
