"""Rows of JSON: an array, lines, or a single object."""

import io
import json
import re
from collections.abc import Iterator

import orjson

from tasks.read.place import Place, dropped
from tasks.read.reasons import Reason
from tasks.read.rows import row_outcome
from tasks.read.streams import buffered, fault_of
from tasks.read.transcoding import BAD_BYTE, Transcoding
from tasks.records import Dropped, RawDocument

Outcomes = Iterator[RawDocument | Dropped]

_BOM = b"\xef\xbb\xbf"
_CHUNK = 65_536
_MAX_DEPTH = 5_000
_BRACKET = re.compile(rb"[\[\]{}]")


def row_bytes(place: Place) -> int:
    """A row may be larger than its document: JSON escapes, and there are other fields."""
    return 2 * place.settings.document_bytes


def read_lines(stream: io.BufferedReader, place: Place) -> Outcomes:
    """One outcome per line that is not blank; rows are numbered as the lines are."""
    cap = row_bytes(place)
    number = 0
    while line := stream.readline(cap + 1):
        number += 1
        suffix = f"#row={number}"
        size = len(line)
        if size > cap and not line.endswith(b"\n"):
            size += _skip_line(stream)
            yield from place.drop(Reason.TOO_LARGE, "one line", suffix=suffix, size=size)
        elif not line.endswith(b"\n") and fault_of(stream):
            break
        elif line.strip():
            yield from _read_line(line.removeprefix(_BOM) if number == 1 else line, place, suffix)
    else:
        number += 1
    if fault := fault_of(stream):
        yield from place.drop(fault, "and what follows", suffix=f"#row={number}")


def _read_line(line: bytes, place: Place, suffix: str) -> Outcomes:
    position = place.tally.claim()
    if position is not None:  # another stripe's lines are not even parsed
        row, problem = parse_json(line)
        yield parsed_outcome(row, problem, place, place.locator + suffix, position)


def parsed_outcome(
    row: object, problem: str | None, place: Place, locator: str, position: int
) -> RawDocument | Dropped:
    """The outcome of a row that was parsed, or could not be."""
    if problem is None:
        return row_outcome(row, place, locator, position)
    return dropped(locator, position, Reason.BAD_ROW, problem)


def parse_json(data: bytes) -> tuple[object, str | None]:
    """The value, or what is wrong with it in a line.

    orjson refuses what Python's own writer produces: NaN, and escapes of lone surrogates.
    """
    try:
        return orjson.loads(data), None
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data.decode("utf-8")), None
    except UnicodeDecodeError as error:
        return None, f"not UTF-8 at byte {error.start}"
    except (ValueError, RecursionError) as error:
        return None, str(error)[:200]


def _skip_line(stream: io.BufferedReader) -> int:
    size = 0
    while chunk := stream.readline(_CHUNK):
        size += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return size


def read_object(stream: io.BufferedReader, place: Place) -> Outcomes:
    """A file that is one JSON object is one row, with the file's own locator."""
    position = place.tally.claim()
    if position is None:
        return
    data = stream.read(row_bytes(place) + 1)
    fault = fault_of(stream)
    if fault or len(data) > row_bytes(place):
        reason = fault or Reason.TOO_LARGE
        yield dropped(place.locator, position, reason, "one JSON object")
    else:
        row, problem = parse_json(data.removeprefix(_BOM))
        yield parsed_outcome(row, problem, place, place.locator, position)


class _TooLargeError(Exception):
    """One element of the array is larger or deeper than a row may be."""


class _ElementBytes:
    """Feeds the parser, and ends it before one element fills the memory or takes for ever.

    Attributes:
        since: bytes since the last whole element.
        depth: brackets open since then; brackets in strings make it inexact.
    """

    def __init__(self, stream: io.BufferedReader, cap: int) -> None:
        self._stream = stream
        self._cap = cap
        self.since = self.depth = 0

    def read(self, size: int = -1) -> bytes:
        if self.since > self._cap or self.depth > _MAX_DEPTH:
            raise _TooLargeError
        data = self._stream.read(size)
        self.since += len(data)
        opened = data.count(b"[") + data.count(b"{")
        # ijson's time grows with the square of the depth: 200,000 take minutes.
        if self.depth + opened > _MAX_DEPTH:
            return self._shallow(data)
        self.depth += opened - data.count(b"]") - data.count(b"}")
        return data

    def _shallow(self, data: bytes) -> bytes:
        """The beginning of the data up to where it gets too deep."""
        for bracket in _BRACKET.finditer(data):
            self.depth += 1 if bracket[0] in b"[{" else -1
            if self.depth > _MAX_DEPTH:
                return data[: bracket.start()]
        return data


def read_array(stream: io.BufferedReader, place: Place, encoding: str | None) -> Outcomes:
    """The elements of an array; where it is damaged, one row stands for the rest of it."""
    import ijson

    source = _ElementBytes(buffered(Transcoding(stream, encoding)), row_bytes(place))
    number = 0
    rest: tuple[Reason, str] | None = None
    try:
        for number, row in enumerate(ijson.items(source, "item", buf_size=_CHUNK), 1):
            source.since = source.depth = 0
            yield from _read_element(row, place, f"#row={number}")
    except _TooLargeError:
        rest = Reason.TOO_LARGE, "one element, and what follows"
    except (ijson.JSONError, ValueError, RecursionError, OverflowError) as error:
        rest = fault_of(stream) or _reason(error), f"{_one_line(error)}; and what follows"
    if rest:
        yield from place.drop(*rest, suffix=f"#row={number + 1}")


def _read_element(row: object, place: Place, suffix: str) -> Outcomes:
    position = place.tally.claim()
    if position is not None:
        problem = _problem(row)
        yield parsed_outcome(row, problem, place, place.locator + suffix, position)


def _problem(row: object) -> str | None:
    try:
        return "not UTF-8" if _has_bad_byte(row) else None
    except RecursionError:
        return "nested too deep"


def _has_bad_byte(value: object) -> bool:
    if isinstance(value, str):
        return BAD_BYTE in value
    if isinstance(value, dict):
        return any(map(_has_bad_byte, value.values()))
    return isinstance(value, list) and any(map(_has_bad_byte, value))


def _reason(error: Exception) -> Reason:
    return Reason.TRUNCATED if "premature EOF" in str(error) else Reason.BAD_ROW


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:150]
