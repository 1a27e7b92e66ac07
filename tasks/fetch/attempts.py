"""The log of a run's attempts: one JSON line per attempt, with the columns of `fetches`.

A line is written when its WARC record is, after it: what is in the log is in the file. A run that
was killed reads its log to know what is done and where the last whole record ends.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from tasks.fetch.model import Answer, FetchError, Kind, Outcome, Reason
from tasks.fetch.open_files import OpenFiles
from warehouse.files import write_bytes

REFUSED = frozenset(
    {
        Reason.BAD_URL,
        Reason.SCHEME,
        Reason.USERINFO,
        Reason.PRIVATE_ADDRESS,
        Reason.OUTSIDE,
        Reason.ROBOTS,
        Reason.TDM_RESERVED,
    }
)
# Nothing was asked of the server, or it asked for patience.
POSTPONED = frozenset(
    {
        Reason.HOST_GIVEN_UP,
        Reason.LONG_DELAY,
        Reason.NIGHT_OVER,
        Reason.ROBOTS_UNREACHABLE,
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, and why."""

    source: str
    kind: Kind
    url: str
    url_key: str | None = None
    how: str | None = None
    place: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the bytes of an answer lie.

    Attributes:
        end: of the last record written with it.
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
    outcome: Outcome
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


def answered(
    asked: Asked,
    number: int,
    answer: Answer,
    stored: Stored | None,
    rights: tuple[str, ...] = (),
) -> Attempt:
    """The attempt that an answer ended; `unchanged` is for the caller to say."""
    return Attempt(
        **_asked(asked),
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


def failed(asked: Asked, number: int, error: FetchError) -> Attempt:
    """The attempt that an error ended."""
    outcome: Outcome = "failed"
    if error.reason in REFUSED:
        outcome = "refused"
    elif error.reason in POSTPONED:
        outcome = "postponed"
    return Attempt(
        **_asked(asked),
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
    """One source's attempts of a run, on disk as they happen."""

    def __init__(self, path: Path, files: OpenFiles | None = None) -> None:
        """Cuts off a line that a kill left torn.

        Args:
            files: shared with other logs; None: none are.
        """
        self._path = path
        self._files = files or OpenFiles()
        self._end = _cut_torn_line(path)

    def add(self, attempt: Attempt) -> None:
        """Writes one line; it has reached the operating system when this returns."""
        line = orjson.dumps(attempt) + b"\n"
        self._files.write(self._path, line, self._end)
        self._end += len(line)

    def close(self) -> None:
        self._files.close(self._path)


@contextmanager
def attempt_log(path: Path, files: OpenFiles | None = None) -> Iterator[AttemptLog]:
    """The log at `path`, to be added to; `files` are shared with other logs."""
    log = AttemptLog(path, files)
    try:
        yield log
    finally:
        log.close()


def read_attempts(path: Path) -> Iterator[Attempt]:
    """The whole lines of a log, which need not be there."""
    if not path.is_file():
        return
    for line in path.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            found: dict[str, Any] = orjson.loads(line)
            found["started_at"] = datetime.fromisoformat(found["started_at"])
            found["rights"] = tuple(found["rights"])
            yield Attempt(**found)


def forget_lost(path: Path, warehouse: Path) -> list[Attempt]:
    """Takes out of a log what is not in its WARC files: a machine that lost power loses bytes.

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
    if len(kept) < len(attempts):
        write_bytes(path, b"".join(orjson.dumps(attempt) + b"\n" for attempt in kept))
    return kept


def warc_ends(attempts: Iterable[Attempt]) -> dict[str, int]:
    """For each WARC file the end of its last record that is in the log."""
    ends: dict[str, int] = {}
    for attempt in attempts:
        if attempt.warc_file is not None and attempt.warc_end is not None:
            ends[attempt.warc_file] = max(ends.get(attempt.warc_file, 0), attempt.warc_end)
    return ends


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _cut_torn_line(path: Path) -> int:
    """Makes the log end with a whole line; returns its size. It need not be there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        path.touch()
        return 0
    content = path.read_bytes()
    end = content.rfind(b"\n") + 1
    if end < len(content):
        os.truncate(path, end)
    return end


def _asked(asked: Asked) -> dict[str, Any]:
    return {field.name: getattr(asked, field.name) for field in fields(asked)}


def _utf8(text: str | None) -> str | None:
    """Headers may hold bytes that are no UTF-8, as lone surrogates."""
    return None if text is None else text.encode("utf-8", "replace").decode()
