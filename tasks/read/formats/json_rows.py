"""Rows of JSON: an array, lines, one object, or objects one after the other.

The first value of a file decides how all of it is read: as rows, as envelopes that hold rows, or as
lists of cells. Each stripe of a file reads that value, so all agree; then a stripe parses only its
own rows, unless they stand in envelopes, whose rows must be counted. Rows are numbered through the
file; the rows of JSON lines as their lines are.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice

import orjson

from tasks.read.formats.json_elements import Element, elements, values
from tasks.read.formats.json_prefix import RowContainer, find_container
from tasks.read.formats.json_shapes import rows_within, with_key
from tasks.read.formats.json_values import JsonRows, parse_json, row_bytes
from tasks.read.place import Place, dropped
from tasks.read.rows import row_outcome
from tasks.read.streams import FaultStream, buffered, fault_of
from tasks.read.transcoding import Transcoding
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]

_BOM = b"\xef\xbb\xbf"
_CHUNK = 65_536
_MOST_DEPTH = 5_000
# An object that ends at a line's end before one that begins the next: JSON lines, whose first line
# may be longer than the head that a file is recognised by.
_LINES = re.compile(rb"\}[ \t,]*\r?\n\{[ \t]*\"")
_KEY = re.compile(rb"\s*(\"(?:[^\"\\]++|\\.)*+\")\s*:", re.DOTALL)


def read_lines(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield an outcome per line that is not blank; rows are numbered as the lines are."""
    cap = row_bytes(place)
    rows = JsonRows(place)
    first = True
    while line := stream.readline(cap + 1):
        size = len(line)
        if size > cap and not line.endswith(b"\n"):
            yield from rows.drop(Reason.TOO_LARGE, "one line", size + _skip_line(stream))
        elif not line.endswith(b"\n") and fault_of(stream):
            break
        elif line.strip():
            yield from rows.read(line.removeprefix(_BOM) if first else line)
        else:
            rows.skip()
        first = False
    if fault := fault_of(stream):
        yield from rows.drop(fault, "and what follows")


def _skip_line(stream: io.BufferedReader) -> int:
    size = 0
    while chunk := stream.readline(_CHUNK):
        size += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return size


class _Joined(FaultStream):
    """The beginning of a stream that was read already, and what follows."""

    def __init__(self, before: bytes, stream: io.BufferedReader) -> None:
        super().__init__()
        self._before = memoryview(before)
        self._stream = stream

    def more(self, size: int) -> bytes:
        chunk = bytes(self._before[:size])
        self._before = self._before[size:]
        if chunk:
            return chunk
        data = self._stream.read(size)
        self.fault: Reason | None = fault_of(self._stream)
        return data


def read_objects(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield the rows of a file that begins with an object: a row, an envelope, or one of several.

    A single row has the locator of its file.
    """
    cap = row_bytes(place)
    before = stream.read(cap + 1).removeprefix(_BOM)
    if _LINES.search(before):
        yield from read_lines(buffered(_Joined(before, stream)), place)
        return
    first = next(values(io.BytesIO(before), cap), None)
    if first is None:
        return
    problem = _problem(first, cap)
    container = find_container(before, place.columns) if problem else None
    if container:
        # `elements` takes an array, and does not ask with which bracket it ends.
        after = b"[" + before[container.offset + 1 :]
        yield from _read_container(_Joined(after, stream), place, container)
    else:
        yield from _read_values(_Joined(before, stream), place)


def _problem(element: Element, cap: int) -> str | None:
    if element.size > cap or not element.whole:
        return "too large or cut off"
    return parse_json(element.data)[1]


def _read_values(source: FaultStream, place: Place) -> _Outcomes:
    found = values(source, row_bytes(place))
    begin = list(islice(found, 2))
    if len(begin) == 1 and not (begin[0].whole and _is_envelope(begin[0].data, place)):
        yield from _read_single(begin[0], source, place)
    else:
        rows = JsonRows(place, single=len(begin) == 1)
        yield from _read_elements(chain(begin, found), rows, source, place)


def _is_envelope(data: bytes, place: Place) -> bool:
    value, problem = parse_json(data)
    return problem is None and rows_within(value, place.columns) is not None


def _read_single(element: Element, source: FaultStream, place: Place) -> _Outcomes:
    position = place.tally.claim()
    if position is None:
        return
    fault = fault_of(source)
    if fault or element.size > row_bytes(place):
        yield dropped(place.locator, position, fault or Reason.TOO_LARGE, "one JSON object")
        return
    row, problem = parse_json(element.data)
    if problem:
        yield dropped(place.locator, position, Reason.BAD_ROW, problem)
    else:
        yield row_outcome(row, place, place.locator, position)


def _read_container(source: _Joined, place: Place, container: RowContainer) -> _Outcomes:
    """Yield the rows of an envelope that is not read as a whole, one by one."""
    found = elements(source, row_bytes(place), once=True)
    rows = JsonRows(place, container.header or None)
    yield from _read_elements(map(_with_key, found), rows, source, place)


def _with_key(element: Element) -> Element:
    """Return an element of an object, `"key": {...}`, as a row that has the key as a column."""
    named = _KEY.match(element.data)
    if not named or not element.whole:
        return element
    row, problem = parse_json(element.data[named.end() :])
    if problem or not isinstance(row, Mapping):
        return replace(element, data=element.data[named.end() :])
    return replace(element, data=orjson.dumps(with_key(orjson.loads(named[1]), row)))


def read_array(stream: io.BufferedReader, place: Place, encoding: str | None) -> _Outcomes:
    """Yield one outcome per element of an array; one that cannot be read costs its own row."""
    source = Transcoding(stream, encoding) if encoding else stream
    found = elements(source, row_bytes(place))
    yield from _read_elements(found, JsonRows(place), source, place)


def _read_elements(
    found: Iterator[Element],
    rows: JsonRows,
    source: FaultStream | io.BufferedReader,
    place: Place,
) -> _Outcomes:
    cap = row_bytes(place)
    for element in found:
        if not element.whole:
            yield from rows.drop(fault_of(source) or Reason.TRUNCATED, "and what follows")
            return
        if element.size > cap or element.depth > _MOST_DEPTH:
            detail = "one element" if element.size > cap else "one element, nested too deep"
            yield from rows.drop(Reason.TOO_LARGE, detail, element.size)
        else:
            yield from rows.read(element.data)
    if fault := fault_of(source):
        yield from rows.drop(fault, "and what follows")
