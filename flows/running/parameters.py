"""Types of the flows' parameters.

They decide which fields the run form has, and which values the server refuses before a run starts.
The descriptions on the form are the `Args:` sections of the flows' docstrings.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

Day = Annotated[date, Field(json_schema_extra={"pattern": r"^\d{4}-\d{2}-\d{2}$"})]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[list[Name], Field(max_length=10_000)]
InputPath = Annotated[str, Field(min_length=1, max_length=4096)]
InputPaths = Annotated[list[InputPath], Field(min_length=1, max_length=10_000)]
Workers = Annotated[int, Field(ge=1, le=1024)]
Limit = Annotated[int, Field(ge=1, le=1_000_000_000)]
IfLocked = Literal["wait", "cancel"]


def absolute_path(path: Path) -> Path:
    """Return a path of the command line, which may be relative, as a flow's parameter."""
    return path.expanduser().absolute()


def _require_absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("it must be an absolute path: a flow run has no folder of its own")
    return path


# The server checks the pattern and refuses other paths with status 409 before a run begins.
_AbsolutePath = Annotated[
    Path, AfterValidator(_require_absolute), Field(json_schema_extra={"pattern": "^/"})
]
Folder = _AbsolutePath
File = _AbsolutePath

# `text=story, published=day`: one field of the form, where a field per column pushed *Submit* off
# the screen. A comma may be a value (`delimiter=,`), so a pair ends where the next one begins. A
# name that would be misread stands in quotes.
_PAIR = re.compile(
    r"\s*([A-Za-z_]{1,40})\s*=\s*"
    r'("(?:[^"\\]|\\.){1,400}"|.{1,200}?)\s*(?=,\s*[A-Za-z_]{1,40}\s*=|,?\s*$)'
)


def read_column_map(text: str) -> tuple[tuple[str, str], ...]:
    """Return pairs of a field and a column from `text=story, published=day`.

    Raises:
        ValueError: the text is no list of such pairs.
    """
    pairs = []
    at = 0
    while text[at:].strip():
        found = _PAIR.match(text, at)
        if found is None:
            raise ValueError("it must be written as text=story, published=day")
        pairs.append((found[1], _unquoted(found[2])))
        at = found.end() + text[found.end() :].startswith(",")
    return tuple(pairs)


def write_column_map(pairs: Iterable[tuple[str, str]]) -> str:
    """Return pairs as `read_column_map` reads them."""
    return ", ".join(f"{field}={_quoted(column)}" for field, column in pairs)


def _quoted(column: str) -> str:
    plain = column == column.strip() and not re.search(r'^"|,.*=|[\r\n]', column)
    return column if plain else json.dumps(column, ensure_ascii=False)


def _unquoted(column: str) -> str:
    if len(column) > 1 and column.startswith('"') and column.endswith('"'):
        with suppress(ValueError):
            value = json.loads(column)
            return value if isinstance(value, str) else column
    return column


def _require_pairs(text: str) -> str:
    read_column_map(text)
    return text


ColumnMap = Annotated[str, Field(max_length=4_000), AfterValidator(_require_pairs)]
