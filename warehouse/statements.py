"""SQL statements, each in a file of its own, loaded by name."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("sql")


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (FOLDER / f"{name}.sql").read_text("utf-8")


def parameters(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a statement names as `$name`; DuckDB refuses others."""
    named = set(re.findall(r"\$(\w+)", text))
    return {key: value for key, value in values.items() if key in named}
