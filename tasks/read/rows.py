"""One row of an archive (JSON, CSV, Parquet) as a raw document."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from tasks.read.fields import find_columns
from tasks.read.place import Place, dropped
from tasks.read.reasons import Reason
from tasks.records import Declared, Dropped, RawDocument

# Names in a dict, as in schema.org's {"@type": "Person", "name": ...}.
_NAME_KEYS = ("name", "title", "url", "id")
NESTED = 20  # Python's stack ends at 500, and no dataset writes a title so deep
_PYTHON_LIST = re.compile(r"\s*\[.*\]\s*", re.DOTALL)


def read_row(
    row: object, place: Place, suffix: str, *, at: int | None = None
) -> Iterator[RawDocument | Dropped]:
    """Exactly one outcome for a row that this stripe reads; none for another stripe's."""
    position = place.tally.claim(at)
    if position is not None:
        yield row_outcome(row, place, place.locator + suffix, position)


def row_outcome(row: object, place: Place, locator: str, position: int) -> RawDocument | Dropped:
    """A document of media "html" if the row has HTML, of media "text" if it has only text.

    Dates stay as written: what they mean is decided in processing.
    """
    if not isinstance(row, Mapping):
        kind = type(row).__name__
        return dropped(locator, position, Reason.BAD_ROW, f"not an object but {kind}")
    fields = _Fields(row, find_columns(map(str, row), place.columns))
    url = fields.string("url")
    html = fields.body("html")
    body = html or fields.body("text")
    if not body:
        return dropped(locator, position, Reason.NO_TEXT, url=url)
    if len(body) > place.settings.document_bytes:
        return replace(dropped(locator, position, Reason.TOO_LARGE, url=url), bytes=len(body))
    return RawDocument(
        locator=locator,
        position=position,
        media="html" if html else "text",
        body=body,
        url=url,
        charset=None if html and fields.is_binary("html") else "utf-8",
        declared=fields.declared(),
    )


class _Fields:
    """The values of a row by canonical field."""

    def __init__(self, row: Mapping[str, Any], found: Mapping[str, tuple[str, ...]]) -> None:
        self._row = row
        self._found = found

    def values(self, field: str) -> Iterator[Any]:
        for column in self._found.get(field, ()):
            yield self._row.get(column)

    def string(self, field: str) -> str | None:
        return next((text for value in self.values(field) if (text := as_string(value))), None)

    def strings(self, field: str, *, names: bool) -> tuple[str, ...]:
        lists = (as_strings(value, names=names) for value in self.values(field))
        return next((found for found in lists if found), ())

    def body(self, field: str) -> bytes | None:
        return next((body for value in self.values(field) if (body := _body(value))), None)

    def is_binary(self, field: str) -> bool:
        return any(isinstance(value, bytes) and value for value in self.values(field))

    def declared(self) -> Declared:
        return Declared(
            title=self.string("title"),
            description=self.string("description"),
            authors=self.strings("authors", names=True),
            published=self.string("published"),
            modified=self.string("modified"),
            language=self.string("language"),
            publication=self.string("publication"),
            section=self.string("section"),
            keywords=self.strings("keywords", names=False),
            image_url=self.string("image_url"),
        )


def as_string(value: object, depth: int = 0) -> str | None:
    """Return a value as a non-empty string; None for nulls, NaN and what cannot be one string.

    Args:
        depth: lists and objects around it; what lies deeper than NESTED is not looked for.
    """
    if isinstance(value, str):
        return _valid(value).strip() or None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(value)
    if isinstance(value, Mapping):
        value = [value.get(key) for key in _NAME_KEYS]
    if isinstance(value, list | tuple):
        if depth >= NESTED:
            return None
        return next((text for item in value if (text := as_string(item, depth + 1))), None)
    return as_string(value.decode("utf-8", "replace")) if isinstance(value, bytes) else None


def as_strings(value: object, *, names: bool) -> tuple[str, ...]:
    """A list, or a string that is one, as strings.

    Args:
        names: commas part names only if each part has two words: "Doe, Jane" is one name.
    """
    if isinstance(value, str) and _PYTHON_LIST.fullmatch(value):
        value = _literal(value)
    if isinstance(value, list | tuple):
        return tuple(text for item in value if (text := as_string(item)))
    text = as_string(value)
    if text is None:
        return ()
    for separator in ";|,":
        parts = [part for piece in text.split(separator) if (part := piece.strip())]
        whole = separator == "," and names and any(" " not in part for part in parts)
        if len(parts) > 1 and not whole:
            return tuple(parts)
    return (text,)


def _literal(text: str) -> object:
    """What pandas writes for a list: "['A', 'B']"."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def _number(value: int | float | Decimal) -> str | None:
    try:
        if not isfinite(value):
            return None
    except OverflowError:  # an int beyond float
        return None
    return str(int(value)) if value == int(value) else format(Decimal(str(value)), "f")


def _body(value: object) -> bytes | None:
    if isinstance(value, bytes):
        return value if value.strip() else None
    if isinstance(value, list | tuple):
        value = "\n\n".join(item for item in value if isinstance(item, str))
    if not isinstance(value, str) or not value.strip():
        return None
    return value.encode("utf-8", "replace")  # lone surrogates, from JSON escapes, become "?"


def _valid(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
