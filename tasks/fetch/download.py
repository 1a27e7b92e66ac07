"""Downloads of large files over HTTP to disk, resumed where an earlier try ended."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from yarl import URL

from tasks.fetch.faults import to_fetch_error
from tasks.fetch.model import FetchError
from tasks.reasons import FetchReason

_PARTIAL = 206
_RANGE_NOT_SATISFIABLE = 416
_RANGE_START = re.compile(r"bytes (\d{1,18})-")


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """The limits of a download.

    Attributes:
        most_bytes: of the whole file, earlier tries included.
        seconds: for this try; a server that keeps sending single bytes never stalls.
    """

    most_bytes: int
    seconds: float


async def download(
    session: aiohttp.ClientSession, url: URL, path: Path, bounds: DownloadLimits
) -> None:
    """Write the file at an address to `path`, and resume a partial file that is there.

    Redirects are not followed.

    Raises:
        FetchError: the file did not come, not whole, or is too large; what came is kept.
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
        raise to_fetch_error(error, str(url)) from error


async def _write(response: aiohttp.ClientResponse, path: Path, have: int, most: int) -> None:
    """Write the response to `path`, behind the `have` bytes there if it is a partial answer."""
    if response.status == _RANGE_NOT_SATISFIABLE and _is_whole(response, have):
        return
    if response.status not in (200, _PARTIAL):
        raise _refusal(response)
    is_partial = response.status == _PARTIAL
    if is_partial and not _starts_at(response, have):
        raise _error(FetchReason.BAD_RESPONSE, "another part than was asked for", response)
    size = have if is_partial else 0
    _require_size(size + (response.content_length or 0), most, response)
    with path.open("ab" if is_partial else "wb") as file:
        async for chunk in response.content.iter_any():
            size += len(chunk)
            _require_size(size, most, response)
            await asyncio.to_thread(file.write, chunk)


def _is_whole(response: aiohttp.ClientResponse, have: int) -> bool:
    """Return whether the file was whole already, as after a kill (RFC 9110, 15.5.17)."""
    return response.headers.get("Content-Range", "") == f"bytes */{have}"


def _starts_at(response: aiohttp.ClientResponse, have: int) -> bool:
    found = _RANGE_START.match(response.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == have


def _require_size(size: int, most: int, response: aiohttp.ClientResponse) -> None:
    if size > most:
        raise _error(FetchReason.TOO_LARGE, f"over {most:,} bytes", response)


def _refusal(response: aiohttp.ClientResponse) -> FetchError:
    reason = FetchReason.SERVER_ERROR if response.status >= 500 else FetchReason.HTTP_STATUS
    return _error(reason, f"{response.status} {response.reason or ''}".strip(), response)


def _error(reason: FetchReason, detail: str, response: aiohttp.ClientResponse) -> FetchError:
    return FetchError(reason, detail, status=response.status, url=str(response.url))
