"""Finds which columns of a table, or keys of a row, give which field of an article."""

import codecs
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from config.errors import UsageError
from tasks.read.field_names import CRAWL_COLUMNS, FIELD_CONTAINERS, FIELD_NAMES, ONLY_AS_ADDRESS

_SEPARATORS = re.compile(r"[\W_]+")
# A row of datatrove; its `metadata.date` is that of the crawl.
_DATATROVE = frozenset({"text", "id", "metadata", "media"})

# What the user says of a table beside its columns.
OPTIONS = frozenset({"delimiter", "quote", "encoding", "header"})
NAMED_CHARACTERS = {"tab": "\t", "\\t": "\t", "space": " ", "none": ""}

Columns = dict[str, tuple[str, ...]]


@lru_cache(maxsize=8192)
def plain_name(name: str) -> str:
    """Return a name without case, spaces and punctuation."""
    return _SEPARATORS.sub("", name).casefold()


_FIELDS = {plain_name(name): field for field, names in FIELD_NAMES.items() for name in names}
_ADDRESSES = tuple(map(plain_name, ONLY_AS_ADDRESS))


def canonical_field(name: str) -> str | None:
    """Return the field that a name stands for, such as `text` for `body`; None if there is none."""
    return _FIELDS.get(plain_name(name))


def column_choice(columns: Mapping[str, str]) -> dict[str, str]:
    """Return the user's `--map field=column` with the canonical names of the fields.

    The options of tables, `delimiter`, `quote`, `encoding` and `header`, are passed on.

    Raises:
        UsageError: a field that does not exist, or an option without a meaning.
    """
    chosen = {name: _checked_option(name, columns[name]) for name in columns if name in OPTIONS}
    for name, column in columns.items():
        if name in OPTIONS:
            continue
        field = canonical_field(name)
        if field is None or not column:
            known = ", ".join(FIELD_NAMES)
            raise UsageError(f"--map {name}={column}: give one of the fields {known} and a column.")
        chosen[field] = column
    return chosen


def find_columns(present: Iterable[str], columns: Mapping[str, str]) -> Columns:
    """Return which of the columns of a table or row give which field, the first preferred.

    Args:
        present: the names that the input has; those of nested fields are paths with dots.
        columns: the user's own choice; it wins where the input has the column.
    """
    return _find_columns(tuple(present), tuple(columns.items()))


def _checked_option(name: str, value: str) -> str:
    """Return an option of tables that has a meaning.

    Raises:
        UsageError: it has none.
    """
    if name == "encoding":
        try:
            codecs.lookup(value)
        except LookupError as error:
            raise UsageError(
                f"--encoding {value} is not known; give a name such as cp1251 or gb18030."
            ) from error
    elif name == "header":
        if value not in ("yes", "no"):
            raise UsageError(f"header={value} is neither yes nor no.")
    elif len(value) != 1 and value not in NAMED_CHARACTERS:
        raise UsageError(f"--{name} {value} is not one character; give one, or `tab` or `none`.")
    return value


@lru_cache(maxsize=1024)
def _find_columns(present: tuple[str, ...], columns: tuple[tuple[str, str], ...]) -> Columns:
    found: Columns = {
        field: (column,)
        for field, column in columns
        if field in FIELD_NAMES and has_column(present, column)
    }
    taken = {column for chosen in found.values() for column in chosen}
    top, nested = _by_plain_name(present, taken)
    for field, names in FIELD_NAMES.items():
        if field not in found:
            plain = [plain_name(name) for name in names]
            here = [top[name] for name in plain if name in top]
            here += [nested[name] for name in plain if name in nested]
            if field == "url":
                here += [top[name] for name in _ADDRESSES if name in top]
                here += [nested[name] for name in _ADDRESSES if name in nested]
            if field == "published":
                here = _without_crawl_day(here, present)
            if here:
                found[field] = tuple(dict.fromkeys(here))
    return found


def has_column(present: tuple[str, ...], column: str) -> bool:
    """Return whether a row has a column; of a path only the first part can be told from names."""
    return column in present or ("." in column and column.partition(".")[0] in present)


def _by_plain_name(
    present: tuple[str, ...], taken: set[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the columns by plain name: those of the row itself, and those in its containers."""
    top: dict[str, str] = {}
    nested: dict[str, str] = {}
    for column in present:
        if column in taken:
            continue
        top.setdefault(plain_name(column), column)
        *around, leaf = column.split(".")
        if around and all(part.lower() in FIELD_CONTAINERS for part in around):
            nested.setdefault(plain_name(leaf), column)
    return top, nested


def _without_crawl_day(found: list[str], present: tuple[str, ...]) -> list[str]:
    leaves = {column.rpartition(".")[2].lower() for column in present}
    tops = {column.partition(".")[0] for column in present}
    datatrove = {"text", "metadata"} <= tops <= _DATATROVE
    if not (datatrove or leaves & CRAWL_COLUMNS):
        return found
    return [column for column in found if column.rpartition(".")[2].lower() != "date"]


def names_text(present: Iterable[str], columns: Mapping[str, str]) -> bool:
    """Return whether a table with these columns has text or HTML at all."""
    found = find_columns(present, columns)
    return "text" in found or "html" in found
