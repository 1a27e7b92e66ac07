"""The values of a row as strings, lists of strings and bodies, whatever types they come in."""

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

# Names in a dict, as in schema.org's {"@type": "Person", "name": ...}, WordPress's {"rendered": …}
# and the New York Times' {"main": …} and {"original": …}.
_NAME_KEYS = (
    *("name", "title", "rendered", "main", "original", "webTitle", "value", "#text", "url"),
    *("@id", "id", "$oid", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"),
)
_TEXT_KEYS = ("rendered", "text", "plain", "value", "content", "body", "html", "#text", "$t")
# A text in parts, as Fundus writes it.
_PART_KEYS = ("headline", "paragraphs", "sections")
# Blocks of a text that are fields of their own, in TREC's Washington Post.
_NO_TEXT_BLOCKS = frozenset({"kicker", "title", "byline", "date", "image", "video", "author_info"})
MOST_LIST = 100_000  # characters of a list in a string; nobody has so many authors or keywords
NESTED = 20  # Python's stack ends at 500, and no dataset writes a title so deep
_ADDRESS = ("http://", "https://", "HTTP://", "HTTPS://", "//")
_PYTHON_LIST = re.compile(r"\s*\[.*\]\s*", re.DOTALL)


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
        if "$date" in value:
            return _mongo_date(value["$date"], depth)
        value = [value.get(key) for key in _NAME_KEYS]
    if isinstance(value, list | tuple):
        if depth >= NESTED:
            return None
        return next((text for item in value if (text := as_string(item, depth + 1))), None)
    return as_string(value.decode("utf-8", "replace")) if isinstance(value, bytes) else None


def _mongo_date(value: object, depth: int) -> str | None:
    """Return a date of MongoDB's extended JSON: ISO 8601, or milliseconds since 1970."""
    text = as_string(value, depth + 1) if depth < NESTED else None
    if text is None or not re.fullmatch(r"-?\d{1,15}", text):
        return text
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return text


def as_strings(value: object, *, names: bool) -> tuple[str, ...]:
    """Return a list, or a string that is one, as strings.

    Numbers in a list are ids of authors or tags; so is a number in place of a name.

    Args:
        names: commas part names only if each part has two words: "Doe, Jane" is one name.
    """
    if isinstance(value, str) and len(value) < MOST_LIST and _PYTHON_LIST.fullmatch(value):
        value = _literal(value)
    if isinstance(value, list | tuple):
        return tuple(text for item in value if not _is_id(item) and (text := as_string(item)))
    text = None if names and _is_id(value) else as_string(value)
    if text is None:
        return ()
    for separator in ";|,":
        parts = [part for piece in text.split(separator) if (part := piece.strip())]
        whole = separator == "," and names and any(" " not in part for part in parts)
        if len(parts) > 1 and not whole:
            return tuple(parts)
    return (text,)


def _is_id(value: object) -> bool:
    return isinstance(value, int | float)


def as_body(value: object) -> bytes | None:
    """Return a text or page as bytes; None if the value has none."""
    if isinstance(value, bytes):
        return value if value.strip() else None
    text = value if isinstance(value, str) else "\n\n".join(_texts(value, 0))
    if not text.strip():
        return None
    return text.encode("utf-8", "replace")  # lone surrogates, from JSON escapes, become "?"


def text_key(value: Mapping[str, object]) -> str | None:
    """Return the key of an object that its text was taken from; None for a text in parts."""
    return next((key for key in _TEXT_KEYS if as_body(value.get(key))), None)


def _texts(value: object, depth: int) -> Iterator[str]:
    """Yield the paragraphs of a text that is a list of parts, or an object."""
    if isinstance(value, str):
        if value.strip():
            yield value
    elif depth >= NESTED:
        return
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, depth + 1)
    elif isinstance(value, Mapping) and value.get("type") not in _NO_TEXT_BLOCKS:
        for key in _TEXT_KEYS:
            if found := list(_texts(value.get(key), depth + 1)):
                yield from found
                return
        for key in _PART_KEYS:
            yield from _texts(value.get(key), depth + 1)


def _literal(text: str) -> object:
    """Return the list that pandas wrote as a string: "['A', 'B']"."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the compiler, about a stranger's text
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


def _valid(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def value_at(row: Mapping[str, Any], column: str) -> Any:
    """Return the value of a column, or what a path such as `article.content` leads to.

    A part of a path that leads into a list means each of its objects.
    """
    if column in row:
        return row[column]
    value: Any = row
    for part in column.split(".")[:NESTED]:
        if isinstance(value, list):
            value = [item[part] for item in value if isinstance(item, Mapping) and part in item]
        elif isinstance(value, Mapping):
            value = value.get(part)
        else:
            return None
    return value


def is_address(text: str) -> bool:
    """Return whether a value is an address of the web, not a name or an id."""
    return text.startswith(_ADDRESS) and " " not in text
