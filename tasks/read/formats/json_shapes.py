"""Finds the rows in a JSON value: below a key, by id, by column, or in a table of lists.

APIs wrap their articles in an envelope, such as `{"response": {"docs": [...]}}`; pandas writes a
table in six ways. The rows are found by looking for the list of similar objects that have a text,
or a title and an address, not by the names of the keys.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from tasks.read.fields import find_columns, names_text
from tasks.read.formats.ninjs import is_ninjs
from tasks.read.rows import RowFields, row_names
from tasks.read.values import as_body, value_at

_Columns = Mapping[str, str]

_SAMPLE = 20  # rows of a list that are looked at
_ENVELOPE = 2_000  # characters
_DEEPEST = 5  # keys above the list
_MOST_OBJECTS = 500  # objects of an envelope that are searched


def rows_within(
    value: object, columns: _Columns, *, with_envelope: bool = False
) -> list[object] | None:
    """Return the rows that a value holds; None if it is a row itself, or nothing that is known.

    Args:
        columns: the user's own choice of columns.
        with_envelope: give each row below a key what stands around it, as a column `envelope`.
    """
    if isinstance(value, list):
        return _rows_of_list(value, columns)
    if not isinstance(value, Mapping) or is_ninjs(value):
        return None
    if (table := _by_position(value)) is not None:
        return table
    if (rows := _by_column(value, columns)) is not None:
        return rows
    if has_text(value, columns):
        return None
    path = find_rows(value, columns)
    if path is None:
        return None
    found = value_at_path(value, path)
    rows = list(found) if isinstance(found, list) else _by_key(found)
    around = _around(value, path) if with_envelope else {}
    return [_enveloped(row, around) for row in rows] if around else rows


def _around(value: Mapping[str, Any], path: Sequence[str]) -> dict[str, object]:
    """Return the plain values beside the keys of a path, as far as they are not long.

    Each row repeats them: without a limit, an envelope of many rows would grow without one.
    """
    around: dict[str, object] = {}
    size = 0
    for depth in range(len(path)):
        node = value_at_path(value, path[:depth])
        for name, item in node.items() if isinstance(node, Mapping) else ():
            if not _is_plain(item) or size + (length := len(name) + len(str(item))) > _ENVELOPE:
                continue
            around[name] = item
            size += length
    return around


def _is_plain(value: object) -> bool:
    """Return whether a value is a string, a number, or a list of these."""
    if isinstance(value, list):
        return 0 < len(value) <= _SAMPLE and all(
            isinstance(one, str | int | float) for one in value
        )
    return isinstance(value, str | int | float) and value != ""


def _enveloped(row: object, around: dict[str, object]) -> object:
    return {"envelope": around, **row} if isinstance(row, Mapping) else row


def as_table_row(values: Sequence[object], header: Sequence[str]) -> dict[str, object]:
    """Return a row that is a list; without a header its columns are called 1, 2, 3, …"""
    names = header or [str(number) for number in range(1, len(values) + 1)]
    return dict(zip(names, values, strict=False))


def header_of(values: Sequence[object], columns: _Columns) -> tuple[str, ...]:
    """Return the names in the first list of a table; () if it is a row."""
    names = tuple(value for value in values if isinstance(value, str))
    is_header = len(names) == len(values) and names_text(names, {})
    return names if is_header or set(names) & set(columns.values()) else ()


def _rows_of_list(value: list[Any], columns: _Columns) -> list[object] | None:
    if value and all(isinstance(item, Mapping) for item in value):
        return list(value)
    if value and all(isinstance(item, list) for item in value):
        header = header_of(value[0], columns)
        return [as_table_row(item, header) for item in value[1 if header else 0 :]]
    return None


def _by_position(value: Mapping[str, Any]) -> list[object] | None:
    """Return the rows of pandas' orient "split"."""
    header, data = value.get("columns"), value.get("data")
    if not (isinstance(header, list) and isinstance(data, list) and data):
        return None
    if not all(isinstance(row, list) for row in data):
        return None
    return [as_table_row(row, [str(name) for name in header]) for row in data]


def _by_column(value: Mapping[str, Any], columns: _Columns) -> list[object] | None:
    """Return the rows of an object of columns: pandas' default orient, or lists of equal length."""
    if len(value) < 2 or not names_text(value, columns):
        return None
    cells = list(value.values())
    if all(isinstance(cell, Mapping) for cell in cells):
        keys = list(cells[0])
        if not keys or any(list(cell) != keys for cell in cells):
            return None
        return [{name: value[name][key] for name in value} for key in keys]
    if not all(isinstance(cell, list) and len(cell) == len(cells[0]) for cell in cells):
        return None
    # The text of one article may be a list of paragraphs; its title or address is no list.
    found = find_columns(value, columns)
    if not ({"url", "title"} & set(found)):
        return None
    return [dict(zip(value, row, strict=True)) for row in zip(*cells, strict=True)]


def _by_key(rows: Mapping[str, Any]) -> list[object]:
    """Return the rows of an object that has them by their ids, with the id as a column."""
    if len(rows) == 1:
        return list(rows.values())
    return [with_key(key, row) for key, row in rows.items()]


def with_key(key: str, row: object) -> object:
    """Return a row with the key that it had in an object of rows."""
    return {"key": key, **row} if isinstance(row, Mapping) else row


def find_rows(
    value: Mapping[str, Any], columns: _Columns, *, cut: bool = False
) -> tuple[str, ...] | None:
    """Return the keys that lead to the rows of an envelope; None if it has none.

    A list whose objects have texts is preferred to one whose objects have only titles and
    addresses, then the longer one, then the one that comes first.

    Args:
        cut: the value is the beginning of a larger one, and its last object may lack fields.
    """
    best: tuple[int, int, int] | None = None
    best_path = None
    for path, node in islice(_nodes(value), _MOST_OBJECTS):
        rank = _rank(node, columns, cut)
        if rank and (best is None or (*rank, -len(path)) > best):
            best, best_path = (*rank, -len(path)), path
    return best_path


def _nodes(value: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the lists and objects below a value with their keys, the outer ones first."""
    level: list[tuple[tuple[str, ...], Any]] = [((), value)]
    for _ in range(_DEEPEST):
        below = []
        for path, node in level:
            yield path, node
            if isinstance(node, Mapping):
                inner = islice(node.items(), _MOST_OBJECTS)
                below += [((*path, k), v) for k, v in inner if isinstance(v, Mapping | list)]
        level = below


def _rank(node: Any, columns: _Columns, cut: bool) -> tuple[int, int] | None:
    """Return whether the objects of a list have a text, and their number; None if no articles."""
    rows = node if isinstance(node, list) else list(node.values())
    rows = rows[:-1] if cut and len(rows) > 1 else rows
    if not rows or not all(isinstance(row, Mapping) for row in rows[:_SAMPLE]):
        return None
    texts = sum(has_text(row, columns) for row in rows[:_SAMPLE])
    if texts:
        every = texts == min(len(rows), _SAMPLE)
        return (1, len(rows)) if every or isinstance(node, list) else None
    if isinstance(node, list) and all(_has_title_and_address(row) for row in rows[:_SAMPLE]):
        return 0, len(rows)
    return None


def _has_title_and_address(row: Mapping[str, Any]) -> bool:
    return {"title", "url"} <= set(find_columns(row_names(row), {}))


def has_text(value: Mapping[str, Any], columns: _Columns) -> bool:
    """Return whether an object is a row with a text of its own.

    Spring's pages have their rows below `content`, a name of texts, too; so a list of objects with
    texts and titles is no text.
    """
    fields = RowFields(value, columns)
    if fields.body("html"):
        return True
    if not fields.body("text"):
        return False
    if is_ninjs(value):
        return True
    found = find_columns(fields.names, columns)
    return any(
        as_body(cell) and not _is_list_of_rows(cell)
        for cell in (value_at(value, column) for column in found.get("text", ()))
    )


def _is_list_of_rows(cell: object) -> bool:
    if not isinstance(cell, list) or not all(isinstance(item, Mapping) for item in cell):
        return False
    fields = [find_columns(row_names(item), {}) for item in cell[:_SAMPLE]]
    return all("text" in found and ("title" in found or "url" in found) for found in fields)


def value_at_path(value: Any, path: Sequence[str]) -> Any:
    """Return what the keys of a path lead to."""
    for key in path:
        value = value[key]
    return value
