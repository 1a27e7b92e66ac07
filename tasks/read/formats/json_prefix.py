"""Finds the rows of a JSON file from its beginning alone.

An envelope that is too large to be parsed, cut off, or damaged in one of its rows is read row by
row, from the bracket on that opens the list of its rows.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from tasks.read.formats.json_shapes import find_rows, has_text, rows_within

_Columns = Mapping[str, str]

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}:,]', re.DOTALL)
_CLOSING = {0x7B: b"}", 0x5B: b"]"}
# The beginning of a large file in which its rows are looked for.
_PREFIX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class RowContainer:
    """The place of the rows in a large envelope.

    Attributes:
        offset: of the bracket that opens the list or object of rows.
        header: the names of the columns, where rows are lists.
    """

    offset: int
    header: tuple[str, ...] = ()


def find_container(data: bytes, columns: _Columns) -> RowContainer | None:
    """Find the rows of an envelope of which only the beginning is there, or a row is damaged.

    Args:
        data: the beginning of the file.
    """
    for size in sorted({min(_PREFIX_BYTES, len(data)), len(data)}):
        value = parsed_prefix(data[:size])
        if isinstance(value, Mapping) and not has_text(value, columns):
            header = value.get("columns")
            if isinstance(header, list) and isinstance(value.get("data"), list):
                offset = _offset_of(data, ("data",))
                return RowContainer(offset, tuple(map(str, header))) if offset >= 0 else None
            path = find_rows(value, columns, cut=True)
            if path is not None and (offset := _offset_of(data, path)) >= 0:
                return RowContainer(offset)
    return None


def parsed_prefix(data: bytes) -> object:
    """Parse the beginning of a JSON text, cut behind its last whole value; None if it is none.

    A text that is damaged is cut before the damage.
    """
    for _ in range(2):
        text = _closed(data).decode("utf-8", "replace")
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            data = text[: error.pos].encode()
    return None


def _closed(data: bytes) -> bytes:
    """Return a text up to its last comma, or the end of its first value, with all closed."""
    stack: list[bytes] = []
    cut, closing = 0, b""
    for token in _TOKEN.finditer(data):
        mark = data[token.start()]
        if mark in _CLOSING:
            stack.append(_CLOSING[mark])
        elif mark in b"]}":
            if stack:
                stack.pop()
            if not stack:
                return data[: token.end()]
        elif mark == 0x2C:
            cut, closing = token.start(), b"".join(reversed(stack))
    return data[:cut] + closing


def _offset_of(data: bytes, path: Sequence[str]) -> int:
    """Return where the value begins that the keys of a path lead to; -1 if it is not there."""
    keys: list[str] = []  # of the objects that are open
    string = b""
    for token in _TOKEN.finditer(data):
        mark = data[token.start()]
        if mark == 0x22:
            string = token[0]
        elif mark == 0x3A and keys:
            keys[-1] = _key(string)
        elif mark in b"[{":
            if keys == list(path):
                return token.start()
            keys.append("")
        elif mark in b"]}" and keys:
            keys.pop()
    return -1


def _key(string: bytes) -> str:
    try:
        return str(orjson.loads(string))
    except orjson.JSONDecodeError:
        return ""


def sample_rows(head: bytes, columns: _Columns) -> list[object]:
    """Return the rows that the beginning of a JSON file shows.

    Args:
        head: with its last value cut off, as a rule.
    """
    lines = [line for line in head.split(b"\n") if line.strip()]
    found = [parsed for line in lines if (parsed := _parsed_line(line)) is not None]
    value = found if found else parsed_prefix(head)
    rows: list[object] = []
    for item in value if isinstance(value, list) else [value]:
        within = rows_within(item, columns)
        rows += [item] if within is None else within
    return rows


def _parsed_line(line: bytes) -> object:
    if not line.startswith(b"{"):
        return None
    try:
        return orjson.loads(line.rstrip().removesuffix(b","))
    except orjson.JSONDecodeError:
        return None
