"""The addresses that a run fetches, each with what the warehouse knows about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from tasks.runs.run import Run


@dataclass(frozen=True, slots=True)
class Target:
    """One address to fetch: why, how it was found, and what was stored before.

    Attributes:
        why: `new carried retry revisit changed`.
        etag, last_modified, payload_digest, record_id, original_url, original_at: of the answer
            that was stored when it was last fetched.
        how, place, found_at, title, published, modified, authors: as listed.
    """

    source: str
    url: str
    url_key: str
    why: str
    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None
    record_id: str | None = None
    original_url: str | None = None
    original_at: datetime | None = None
    how: str | None = None
    place: str | None = None
    found_at: datetime | None = None
    title: str | None = None
    published: str | None = None
    modified: str | None = None
    authors: tuple[str, ...] = ()


def conditions(etag: str | None, last_modified: str | None) -> tuple[tuple[str, str], ...]:
    """Return the headers of a conditional request."""
    pairs = (("If-None-Match", etag), ("If-Modified-Since", last_modified))
    return tuple((name, value) for name, value in pairs if value)


def read_targets(run: Run) -> list[Target]:
    """Return the run's targets by source, the most urgent first."""
    return [_target(fields) for fields in orjson.loads(run.targets_file.read_bytes())]


def _target(fields: dict[str, Any]) -> Target:
    instants = {
        name: datetime.fromisoformat(fields[name])
        for name in ("found_at", "original_at")
        if fields[name]
    }
    return Target(**{**fields, **instants, "authors": tuple(fields["authors"] or ())})
