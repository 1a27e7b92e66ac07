"""Says what to do about rows without a text: which column may hold it, or whether none does."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tasks.read.fields import find_columns
from tasks.read.values import is_address, value_at

# A value with fewer words is a title, a name or a label. Scripts without spaces count by character.
_LEAST_WORDS = 8
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]")
_MOST_CHARACTERS = 5_000
# Fields whose columns are not offered as the text.
_NO_TEXT = ("url", "title", "published", "modified", "authors", "publication", "image_url")
BACKFILL = "broadsheet backfill --urls"

_Rows = Sequence[Mapping[str, object]]


def text_remedy(names: Iterable[str], rows: _Rows) -> str:
    """Return what to do about rows of which no column is known to be the text.

    Args:
        rows: some of the rows.
    """
    names = tuple(names)
    if is_address_list(names, rows):
        return f"it lists addresses without texts; {BACKFILL} fetches them"
    return f"no column is known to be the text; try {text_option(names, rows)}"


def text_option(names: Iterable[str], rows: _Rows) -> str:
    """Return the option that names the text of rows; the column that is most like one is named."""
    names = tuple(names)
    described = find_columns(names, {}).get("description", ("COLUMN",))[0]
    return f"--map text={likely_text(names, rows) or described}"


def without_text(
    names: Sequence[str], row: Mapping[str, object], columns: Mapping[str, str]
) -> str:
    """Return what to do about a row that has no text."""
    found = find_columns(names, columns)
    empty = [column for name in ("text", "html") for column in found.get(name, ())]
    if not empty:
        return text_remedy(names, (row,))
    said = f"{', '.join(empty[:3])} is empty"
    likely = likely_text(names, (row,), without=empty)
    if likely:
        return f"{said}; try --map text={likely}"
    if is_address_list(names, (row,)):
        return f"{said}; {BACKFILL} fetches the addresses of a list"
    return said


def likely_text(names: Iterable[str], rows: _Rows, without: Iterable[str] = ()) -> str | None:
    """Return the column with the longest texts; None if none has as many words as a sentence."""
    found = find_columns(names, {})
    left_out = {column for name in _NO_TEXT for column in found.get(name, ())} | set(without)
    words: Counter[str] = Counter()
    for row in rows:
        for column, value in row.items():
            if isinstance(value, str) and column not in left_out:
                words[column] += _count_words(value[:_MOST_CHARACTERS])
    best = words.most_common(1)
    return best[0][0] if best and best[0][1] >= _LEAST_WORDS * len(rows) else None


def is_address_list(names: Iterable[str], rows: _Rows) -> bool:
    """Return whether rows have an address each and nothing like a text.

    The exports of GDELT have no header and long lists of themes and places, which are no texts.
    """
    names = tuple(names)
    if address_column(names, rows) is None:
        return False
    if all(name.isdecimal() for name in names):
        return True
    return "description" not in find_columns(names, {}) and likely_text(names, rows) is None


def address_column(names: Iterable[str], rows: _Rows) -> str | None:
    """Return the column that has an address in each row; None if there is none."""
    names = tuple(names)
    for column in (*find_columns(names, {}).get("url", ()), *names):
        values = [value_at(row, column) for row in rows]
        if values and all(isinstance(one, str) and is_address(one) for one in values):
            return column
    return None


def _count_words(text: str) -> int:
    return max(len(_WORD.findall(text)), len(_UNSPACED.findall(text)) // 2)
