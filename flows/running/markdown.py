"""Markdown for artifacts in which text from strangers cannot become markup."""

import re
from collections.abc import Iterable, Sequence

# What begins markup, HTML, a link or an image, and what makes a link of a bare address.
_MARKUP = re.compile(r"[\\`*\[\]<>&~@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


class Code(str):
    """A text that is shown as code."""

    __slots__ = ()


def table_of(
    names: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: set[int]
) -> list[str]:
    """Return the lines of a table.

    Args:
        numbers: indexes of the columns that are aligned to the right.
    """
    marks = ("---:" if index in numbers else "---" for index in range(len(names)))
    body = (f"| {' | '.join(map(cell, row))} |" for row in rows)
    return [f"| {' | '.join(names)} |", f"|{'|'.join(marks)}|", *body]


def cell(text: str) -> str:
    """Return a text as Markdown that shows it on one line, without markup, links and images."""
    plain = " ".join(text.replace("|", "/").split())
    if isinstance(text, Code):
        return f"`{plain.replace('`', '')}`"
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", plain)
