"""A large file over HTTP, to disk: as it comes, and from where an earlier try has ended."""

import asyncio
from pathlib import Path

import aiohttp
from yarl import URL

from tasks.fetch.faults import failure
from tasks.fetch.model import FetchError, Reason

_PARTIAL = 206


async def download(session: aiohttp.ClientSession, url: URL, path: Path) -> None:
    """Writes what an address gives to `path`; a part that is there already is gone on with.

    Raises:
        FetchError: the file did not come, or not whole; what came stays for the next try.
    """
    have = path.stat().st_size if path.is_file() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    # A large file takes its time; a stall is what ends it.
    limits = aiohttp.ClientTimeout(
        total=None, connect=session.timeout.connect, sock_read=session.timeout.sock_read
    )
    try:
        async with session.get(
            url, headers=headers, allow_redirects=False, timeout=limits
        ) as response:
            await _write(response, path)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise failure(error, str(url)) from error


async def _write(response: aiohttp.ClientResponse, path: Path) -> None:
    if response.status not in (200, _PARTIAL):
        raise _refusal(response)
    with path.open("ab" if response.status == _PARTIAL else "wb") as file:
        async for chunk in response.content.iter_any():
            await asyncio.to_thread(file.write, chunk)


def _refusal(response: aiohttp.ClientResponse) -> FetchError:
    reason = Reason.SERVER_ERROR if response.status >= 500 else Reason.HTTP_STATUS
    return FetchError(
        reason,
        f"{response.status} {response.reason or ''}".strip(),
        status=response.status,
        url=str(response.url),
    )
