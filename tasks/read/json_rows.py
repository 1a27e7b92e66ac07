"""Rows of JSON: an array, lines, or a single object."""

import io
import json
from collections.abc import Iterator

import orjson

from tasks.read.json_elements import elements
from tasks.read.place import Place, dropped
from tasks.read.reasons import Reason
from tasks.read.rows import row_outcome
from tasks.read.streams import fault_of
from tasks.read.transcoding import Transcoding
from tasks.records import Dropped, RawDocument

Outcomes = Iterator[RawDocument | Dropped]

_BOM = b"\xef\xbb\xbf"
_CHUNK = 65_536
_MAX_DEPTH = 5_000


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
    except RecursionError:
        return None, "nested too deep"
    except json.JSONDecodeError as error:
        return None, str(error)[:200]
    except ValueError:  # Python reads no integers of more than 4,300 digits
        return None, "a number of too many digits"


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


def read_array(stream: io.BufferedReader, place: Place, encoding: str | None) -> Outcomes:
    """Yield one outcome per element of an array; one that cannot be read costs its own row."""
    cap = row_bytes(place)
    source = Transcoding(stream, encoding) if encoding else stream
    number = 0
    for number, element in enumerate(elements(source, cap), 1):
        suffix = f"#row={number}"
        if not element.whole:
            reason = fault_of(source) or Reason.TRUNCATED
            yield from place.drop(reason, "and what follows", suffix=suffix)
            return
        if element.size > cap or element.depth > _MAX_DEPTH:
            detail = "one element" if element.size > cap else "one element, nested too deep"
            yield from place.drop(Reason.TOO_LARGE, detail, suffix=suffix, size=element.size)
        else:
            yield from _read_line(element.data, place, suffix)
    if fault := fault_of(source):
        yield from place.drop(fault, "and what follows", suffix=f"#row={number + 1}")
