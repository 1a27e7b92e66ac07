"""The plan of a run as pure data: its files and the batches in which they are read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# A half-open range of byte offsets; an end of None means the end of the file.
Offsets = tuple[int, int | None]
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class PlannedInput:
    """A file that the run reads, with its state when the run was planned.

    Attributes:
        path: absolute path or address. It is a string and no `Path`, because a run may have 100,000
            files.
        state: see `Span`.
    """

    path: str
    bytes: int
    mtime_ns: int
    state: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A file, or the part of a file that one batch reads.

    Attributes:
        file: number of the file in the run; the upper bits of its documents' positions.
        bytes: size of the file, or the share of this part in it.
        offsets: for WARC: the range of offsets at which the records of this part begin.
        groups: for Parquet: the half-open range of row groups of this part.
        stripe: for all other kinds: number of this part, from 0 to `stripes` - 1. Consecutive
            blocks of documents belong to the stripes in turn.
        by_member: whether stripes number the members of an archive by their places in it, as they
            do since a reader's death in one stripe no longer shifts the members behind it.
        fault: value of the reason for which the file is not even opened.
        state: of a file elsewhere, such as its size and ETag, when the run was planned; reading
            stops if it has another one. "" for local files, and for any state.
    """

    file: int
    path: str
    locator: str
    bytes: int
    offsets: Offsets = (0, None)
    groups: tuple[int, int] | None = None
    stripe: int = 0
    stripes: int = 1
    by_member: bool = False
    fault: str | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """The unit of work that one worker reads at a time.

    Attributes:
        bytes: size on disk of the input that it covers.
        limit: number of documents after which reading ends; None for no limit.
        only: locators of the documents that are wanted; None for all.
    """

    number: int
    spans: tuple[Span, ...]
    bytes: int
    limit: int | None = None
    only: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a run reads.

    Attributes:
        inputs: absolute paths and addresses as the user named them; a glob is one input.
        columns: columns that the user chose by `--map`, from canonical field to column.
        left_out: folders of warehouses within the inputs, which are not read.
    """

    inputs: tuple[str, ...]
    files: tuple[PlannedInput, ...]
    batches: tuple[Batch, ...]
    columns: Mapping[str, str]
    limit: int | None = None
    left_out: tuple[str, ...] = ()

    @property
    def notice(self) -> str | None:
        """Return a sentence about what was left out; None if nothing was."""
        if not self.left_out:
            return None
        more = len(self.left_out) - _MOST_NAMED
        named = ", ".join(self.left_out[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
        return f"Left out, because it is the folder of a warehouse: {named}."


def batch_to_json(batch: Batch) -> bytes:
    """Return a batch as JSON.

    orjson cannot be used: file names that are not valid Unicode hold lone surrogates, which it
    refuses.
    """
    return json.dumps(batch, default=_fields).encode()


def batch_from_json(data: bytes) -> Batch:
    """Return the batch that `batch_to_json` wrote."""
    fields = json.loads(data)
    spans = tuple(_span(span) for span in fields.pop("spans"))
    only = fields.pop("only", None)  # absent in the plans of older versions
    return Batch(spans=spans, only=only if only is None else tuple(only), **fields)


def _fields(value: Batch | Span) -> dict[str, Any]:
    """Return the fields of a dataclass for `json.dumps`; `asdict` takes ten times as long."""
    return {name: getattr(value, name) for name in value.__slots__}


def _span(fields: dict[str, object]) -> Span:
    lists = {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
    return Span(**(fields | lists))  # type: ignore[arg-type]
