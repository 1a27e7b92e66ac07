"""SQL statements, each in a file of its own, loaded by name; and texts as parts of statements."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("sql")


@cache
def statement(name: str) -> str:
    """Return the statement in `sql/<folder>/<name>.sql`; names are unique across the folders."""
    return _files()[name].read_text("utf-8")


@cache
def _files() -> dict[str, Path]:
    return {path.stem: path for path in FOLDER.glob("*/*.sql")}


def parameters(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the values that a statement names as `$name`; DuckDB refuses any others."""
    named = set(re.findall(r"\$(\w+)", text))
    return {key: value for key, value in values.items() if key in named}


def sql_quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
