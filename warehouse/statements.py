"""SQL statements, each in a file of its own, loaded by name."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("sql")


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (FOLDER / f"{name}.sql").read_text("utf-8")
