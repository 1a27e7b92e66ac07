"""The log of a run's attempts: one JSON line per attempt, with the columns of `fetches`.

Order of writes: first the WARC record of an answer, then its line. Whatever the log names is
therefore in a WARC file. A killed run reads its log to learn which targets are done and where the
last whole record ends; WARC bytes behind that end are cut off.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from tasks.fetch.model import FetchError, FetchOutcome, RequestKind
from tasks.raw.open_files import OpenFiles
from tasks.reasons import FetchReason
from tasks.web.exchange import Answer
from warehouse.files import write_bytes

REFUSED = frozenset(
    {
        FetchReason.BAD_URL,
        FetchReason.SCHEME,
        FetchReason.USERINFO,
        FetchReason.PRIVATE_ADDRESS,
        FetchReason.OUTSIDE,
        FetchReason.ROBOTS,
        FetchReason.TDM_RESERVED,
        FetchReason.TAKEN_DOWN,
    }
)
# Nothing was requested, or the server asked to come back later.
POSTPONED = frozenset(
    {
        FetchReason.HOST_GIVEN_UP,
        FetchReason.LONG_DELAY,
        FetchReason.NIGHT_OVER,
        FetchReason.ROBOTS_UNREACHABLE,
    }
)


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """The request that an attempt makes, and the reason for it: the first columns of `fetches`."""

    source: str
    kind: RequestKind
    url: str
    url_key: str | None = None
    how: str | None = None
    place: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """The place of an answer's bytes in the raw zone.

    Attributes:
        warc_file: path within the warehouse.
        end: end of the last record that was written with the answer.
    """

    record_id: str
    payload_digest: str | None
    warc_file: str
    warc_offset: int
    end: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: a row of `fetches` (docs/tables.md), and the end of its WARC records."""

    source: str
    kind: str
    url: str
    url_key: str | None
    how: str | None
    place: str | None
    why: str | None
    attempt: int
    started_at: datetime
    outcome: FetchOutcome
    waited_seconds: float | None = None
    first_byte_seconds: float | None = None
    seconds: float | None = None
    status: int | None = None
    reason: str | None = None
    detail: str | None = None
    passing: bool = False
    final_url: str | None = None
    redirects: int | None = None
    bytes: int | None = None
    content_bytes: int | None = None
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None
    record_id: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_end: int | None = None
    rights: tuple[str, ...] = ()


def attempt_of_answer(
    request: LoggedRequest,
    number: int,
    answer: Answer,
    stored: StoredBytes | None,
    rights: tuple[str, ...] = (),
) -> Attempt:
    """Return the attempt that ended with an answer.

    An unchanged page with status 200 counts as fetched here; `PageFetcher` corrects it.
    """
    return Attempt(
        **_request_columns(request),
        attempt=number,
        started_at=answer.started_at,
        outcome="unchanged" if answer.status == 304 else "fetched",
        waited_seconds=answer.waited_seconds,
        first_byte_seconds=answer.first_byte_seconds,
        seconds=answer.seconds,
        status=answer.status,
        final_url=answer.url,
        redirects=len(answer.hops),
        bytes=len(answer.body),
        content_bytes=len(answer.content),
        content_type=_utf8(answer.header("content-type")),
        etag=_utf8(answer.header("etag")),
        last_modified=_utf8(answer.header("last-modified")),
        payload_digest=stored.payload_digest if stored else None,
        record_id=stored.record_id if stored else None,
        warc_file=stored.warc_file if stored else None,
        warc_offset=stored.warc_offset if stored else None,
        warc_end=stored.end if stored else None,
        rights=rights,
    )


def attempt_of_error(request: LoggedRequest, number: int, error: FetchError) -> Attempt:
    """Return the attempt that ended with an error."""
    outcome: FetchOutcome = "failed"
    if error.reason in REFUSED:
        outcome = "refused"
    elif error.reason in POSTPONED:
        outcome = "postponed"
    return Attempt(
        **_request_columns(request),
        attempt=number,
        started_at=error.started_at or datetime.now(UTC),
        outcome=outcome,
        waited_seconds=error.waited_seconds,
        seconds=error.seconds,
        status=error.status,
        reason=str(error.reason),
        detail=_utf8(error.detail),
        passing=error.passing,
        final_url=_utf8(error.url),
        redirects=len(error.hops),
    )


class AttemptLog:
    """The log of one source's attempts in a run, written as they happen."""

    def __init__(self, path: Path, files: OpenFiles | None = None) -> None:
        """Open the log at `path`, and cut off a line that a kill left incomplete.

        Args:
            files: shared with other logs; None: not shared.
        """
        self._path = path
        self._files = files or OpenFiles()
        self._end = _cut_torn_line(path)

    def add(self, attempt: Attempt) -> None:
        """Write one line; it has reached the operating system when this returns."""
        line = orjson.dumps(attempt) + b"\n"
        self._files.write(self._path, line, self._end)
        self._end += len(line)

    def close(self) -> None:
        """Close the log's file."""
        self._files.close(self._path)


@contextmanager
def attempt_log(path: Path, files: OpenFiles | None = None) -> Iterator[AttemptLog]:
    """Open the log at `path` to append to it; `files` are shared with other logs."""
    log = AttemptLog(path, files)
    try:
        yield log
    finally:
        log.close()


def read_attempts(path: Path) -> Iterator[Attempt]:
    """Yield the attempts of a log's whole lines; none if there is no log."""
    if not path.is_file():
        return
    for line in path.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            found: dict[str, Any] = orjson.loads(line)
            found["started_at"] = datetime.fromisoformat(found["started_at"])
            found["rights"] = tuple(found["rights"])
            yield Attempt(**found)


def drop_lost_attempts(path: Path, warehouse: Path) -> list[Attempt]:
    """Remove the attempts from a log whose WARC records are lost, after a loss of power.

    Returns:
        The attempts that stay.
    """
    attempts = list(read_attempts(path))
    sizes = {name: _size(warehouse / name) for name in warc_ends(attempts)}
    kept = [
        attempt
        for attempt in attempts
        if attempt.warc_file is None or (attempt.warc_end or 0) <= sizes[attempt.warc_file]
    ]
    # Written aside and renamed, so that a kill here leaves the old log or the new one.
    if len(kept) < len(attempts):
        write_bytes(path, b"".join(orjson.dumps(attempt) + b"\n" for attempt in kept))
    return kept


def warc_ends(attempts: Iterable[Attempt]) -> dict[str, int]:
    """Return for each WARC file in a log the end of its last logged record."""
    ends: dict[str, int] = {}
    for attempt in attempts:
        if attempt.warc_file is not None and attempt.warc_end is not None:
            ends[attempt.warc_file] = max(ends.get(attempt.warc_file, 0), attempt.warc_end)
    return ends


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _cut_torn_line(path: Path) -> int:
    """Cut a log behind its last whole line and return its size; create it if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        path.touch()
        return 0
    content = path.read_bytes()
    end = content.rfind(b"\n") + 1
    if end < len(content):
        os.truncate(path, end)
    return end


def _request_columns(request: LoggedRequest) -> dict[str, Any]:
    return {field.name: getattr(request, field.name) for field in fields(request)}


def _utf8(text: str | None) -> str | None:
    """Replace the lone surrogates by which headers represent bytes that are not UTF-8."""
    return None if text is None else text.encode("utf-8", "replace").decode()
