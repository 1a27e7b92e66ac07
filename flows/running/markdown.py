"""Markdown for artifacts, in which text from web pages cannot become markup."""

import re
from collections.abc import Iterable, Sequence

# Characters that begin markup, HTML, a link or an image, or that turn a bare address into a link.
_MARKUP = re.compile(r"[\\`*\[\]<>&~@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


class Code(str):
    """A text that a table shows as code."""

    __slots__ = ()


def table_of(
    names: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: set[int]
) -> list[str]:
    """Return the lines of a Markdown table.

    Args:
        numbers: the indexes of columns that hold numbers and are aligned to the right.
    """
    marks = ("---:" if index in numbers else "---" for index in range(len(names)))
    body = (f"| {' | '.join(map(cell, row))} |" for row in rows)
    return [f"| {' | '.join(names)} |", f"|{'|'.join(marks)}|", *body]


def cell(text: str) -> str:
    """Return Markdown that shows a text literally on one line, without markup, links or images."""
    plain = " ".join(text.replace("|", "/").split())
    if isinstance(text, Code):
        return f"`{plain.replace('`', '')}`"
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", plain)
