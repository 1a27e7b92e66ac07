"""Files on web servers as inputs, read by ranges.

The standard library's client serves: readers are no coroutines, and a request has no headers but
its range. A server that does not answer ranges sends the whole file once, into a temporary file
without a name, which is gone with its process.
"""

import errno
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache
from http.client import HTTPException
from typing import IO, Any
from urllib import request
from urllib.error import HTTPError

from config.bucket import BucketSettings
from config.errors import UnansweredError
from config.version import code_version

_GONE = (404, 410)
_TOTAL = re.compile(r"bytes (?:\d{1,18}-\d{1,18}|\*)/(\d{1,18})")
_FIRST = re.compile(r"bytes (\d{1,18})-")
_COPY_BYTES = 1 << 20


class WebInputError(UnansweredError):
    """A web server did not send a file; the message names the address and the reason."""


@dataclass(frozen=True, slots=True)
class WebSource:
    """A file on a server that answers ranges.

    Attributes:
        seconds: longest time without an answer.
        tag: the strong ETag of the file, "" if it has none.
    """

    address: str
    size: int
    state: str
    seconds: float
    tag: str

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes of a range."""
        headers = {"Range": f"bytes={start}-{stop - 1}"}
        if self.tag:
            headers["If-Match"] = self.tag
        status, answer, data = _exchange(self.address, headers, self.seconds, stop - start)
        if status == 412 or (status == 206 and _total(answer) not in (None, self.size)):
            raise WebInputError(
                f"{self.address} was changed while it was read: repeat the command, which plans a "
                "new run."
            )
        first = _FIRST.match(answer.get("Content-Range") or "")
        if status == 206 and (first is None or int(first[1]) != start):
            raise _error(self.address, "it answers with another range than it was asked for")
        if status != 206 or len(data) != stop - start:
            raise _error(self.address, f"it answers {status} with {len(data):,} bytes to a range")
        return data

    def close(self) -> None:
        """Do nothing: each range has its own connection."""


@dataclass(frozen=True, slots=True)
class CopiedSource:
    """A file that its server sent whole, in a temporary file without a name."""

    address: str
    size: int
    state: str
    file: IO[bytes]

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes of a range."""
        return os.pread(self.file.fileno(), stop - start, start)

    def close(self) -> None:
        """Do nothing: the copy may serve the next reader of the file."""


def web_source(address: str, service: BucketSettings) -> WebSource | CopiedSource:
    """Return the file at an address; if its server has no ranges, a copy.

    Raises:
        FileNotFoundError: there is none.
        UnansweredError: the server does not answer as expected.
    """
    seconds = service.request_seconds
    status, answer, _ = _exchange(address, {"Range": "bytes=0-0"}, seconds, 1)
    total = _total(answer)
    if status == 416 and total == 0:
        total = 0
    elif status == 200:
        return _copied(address, _state(answer, answer.get("Content-Length")), seconds)
    elif status != 206 or total is None:
        raise _error(address, f"it answers {status}")
    tag = answer.get("ETag") or ""
    strong = "" if tag.startswith("W/") else tag
    return WebSource(address, total, _state(answer, total), seconds, strong)


@lru_cache(maxsize=1)
def _copied(address: str, state: str, seconds: float) -> CopiedSource:
    """Return a copy of a file; one at a time is kept, because plans open a file several times."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the source)
    _exchange(address, {}, seconds, None, file)
    size = file.seek(0, os.SEEK_END)
    return CopiedSource(address, size, state, file)


def _state(answer: Message, size: object) -> str:
    return f"{size}-{answer.get('ETag') or answer.get('Last-Modified') or ''}"


def _total(answer: Message) -> int | None:
    found = _TOTAL.match(answer.get("Content-Range") or "")
    return int(found[1]) if found else None


def _exchange(
    address: str,
    headers: dict[str, str],
    seconds: float,
    most: int | None,
    target: IO[bytes] | None = None,
) -> tuple[int, Message, bytes]:
    """Ask a server; return the status, the headers, and at most so many bytes of the answer."""
    fixed = {"User-Agent": f"broadsheet/{code_version()}", "Accept-Encoding": "identity"}
    try:
        asked = request.Request(address, headers=fixed | headers)
        with _opener().open(asked, timeout=seconds) as answer:
            if target is not None:
                shutil.copyfileobj(answer, target, _COPY_BYTES)
                _require_whole(address, answer, target)
                return answer.status, answer.headers, b""
            return answer.status, answer.headers, answer.read(most)
    except HTTPError as error:
        with error:
            if error.code in _GONE:
                raise FileNotFoundError(errno.ENOENT, f"{error.code}", address) from error
            if error.code in (412, 416):
                return error.code, error.headers, b""
            raise _error(address, f"it answers {error.code} {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:  # ValueError: a header of nonsense
        raise _error(address, str(getattr(error, "reason", error)) or repr(error)) from error


def _require_whole(address: str, answer: Any, target: IO[bytes]) -> None:
    """Refuse a copy that is shorter than announced, which the client does not do itself."""
    announced = answer.headers.get("Content-Length")
    if announced is not None and int(announced) != target.tell():
        raise _error(address, f"{target.tell():,} of {announced} bytes came")


def _error(address: str, reason: str) -> WebInputError:
    reason = " ".join(reason.split())  # the library explains a loop of redirects in three lines
    return WebInputError(
        f"The web server did not answer as expected for {address} ({reason}): check the address, "
        "and repeat the command."
    )


class _SafeRedirects(request.HTTPRedirectHandler):
    """Follows redirects to other web addresses, but not from https to http."""

    def redirect_request(self, req: Any, *answer: Any) -> Any:
        *_, headers, target = answer
        if req.full_url.startswith("https:") and not target.startswith("https:"):
            reason = f"it leads to {target}, without https"
            raise HTTPError(req.full_url, 403, reason, headers, None)
        return super().redirect_request(req, *answer)


@lru_cache(maxsize=1)
def _opener() -> request.OpenerDirector:
    """Return a client of the web alone: no files, no FTP, no proxies, no cookies, no logins."""
    opener = request.OpenerDirector()
    for handler in (
        request.HTTPHandler,
        request.HTTPSHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPErrorProcessor,
        request.UnknownHandler,
        _SafeRedirects,
    ):
        opener.add_handler(handler())
    return opener
