"""The plan of a run: its files, and the batches that they are read in. Pure data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The first offset, and the one after the last; None for all that follows.
Offsets = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class PlannedInput:
    """A file that the run reads, as it was when the run was planned.

    Attributes:
        absolute: its path; a string, because a run may have 100,000.
    """

    absolute: str
    bytes: int
    mtime_ns: int

    @property
    def path(self) -> Path:
        return Path(self.absolute)


@dataclass(frozen=True, slots=True)
class Span:
    """A file, or the part of one that a batch reads.

    Attributes:
        file: its number in the run, which positions begin with.
        bytes: its size, or that of the part.
        offsets: of a WARC: the range in which the records begin.
        groups: of a Parquet file: the range of row groups.
        stripe: of all other kinds: which of the `stripes`; blocks of documents take turns.
        fault: the reason why it is not even opened.
    """

    file: int
    path: str
    locator: str
    bytes: int
    offsets: Offsets = (0, None)
    groups: tuple[int, int] | None = None
    stripe: int = 0
    stripes: int = 1
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one worker reads at a time.

    Attributes:
        bytes: of the input that it covers, as it lies on disk.
        limit: reading ends after so many documents.
        only: locators of the documents that are wanted; None: all.
    """

    number: int
    spans: tuple[Span, ...]
    bytes: int
    limit: int | None = None
    only: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run reads.

    Attributes:
        inputs: as the user named them, absolute; a glob is one input.
        columns: the user's choice, canonical field to column.
    """

    inputs: tuple[Path, ...]
    files: tuple[PlannedInput, ...]
    batches: tuple[Batch, ...]
    columns: Mapping[str, str]
    limit: int | None = None


def batch_to_json(batch: Batch) -> bytes:
    """A batch as JSON.

    Not by orjson: file names that are no Unicode come as lone surrogates, which it refuses.
    """
    return json.dumps(batch, default=_fields).encode()


def batch_from_json(data: bytes) -> Batch:
    """A batch as `batch_to_json` wrote it."""
    fields = json.loads(data)
    spans = tuple(_span(span) for span in fields.pop("spans"))
    only = fields.pop("only", None)  # not written by older Broadsheets
    return Batch(spans=spans, only=only if only is None else tuple(only), **fields)


def _fields(value: Batch | Span) -> dict[str, Any]:
    """What json cannot write itself; `asdict` takes ten times as long."""
    return {name: getattr(value, name) for name in value.__slots__}


def _span(fields: dict[str, object]) -> Span:
    lists = {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
    return Span(**(fields | lists))  # type: ignore[arg-type]
