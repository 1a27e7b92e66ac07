"""The fields of a row, and the names that public news datasets give them."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from config.errors import UsageError

# Canonical field: the names it goes by, the more telling first. A row may have several, such as
# `text` and a shortened `content`: the first with a value counts.
NAMES: dict[str, tuple[str, ...]] = {
    "url": ("url", "link", "article_url", "canonical_url", "source_url"),
    "title": ("title", "headline"),
    "text": ("text", "maintext", "article_text", "full_text", "body", "content", "article"),
    "html": ("html", "raw_html"),
    "published": (
        "published",
        "date_published",
        "date_publish",
        "publish_date",
        "published_at",
        "published_date",
        "publication_date",
        "pub_date",
        "date",
    ),
    "modified": ("modified", "date_modified", "date_modify", "updated", "updated_at"),
    "authors": ("authors", "author", "byline"),
    "publication": ("publication", "publisher", "source", "source_name"),
    "language": ("language", "lang"),
    "description": ("description", "summary"),
    "section": ("section", "category", "topic"),
    "keywords": ("keywords", "tags"),
    "image_url": ("image_url", "image", "urlToImage"),
}
_SEPARATORS = re.compile(r"[\W_]+")


def _plain(name: str) -> str:
    """`datePublished`, `date_published` and `Date published` are one name."""
    return _SEPARATORS.sub("", name).casefold()


_FIELDS = {_plain(name): field for field, names in NAMES.items() for name in names}


def column_choice(columns: Mapping[str, str]) -> dict[str, str]:
    """Checks the user's `--map field=column`, and gives the canonical names of its fields.

    Raises:
        UsageError: a field that does not exist.
    """
    chosen = {}
    for name, column in columns.items():
        field = _FIELDS.get(_plain(name))
        if field is None or not column:
            raise UsageError(
                f"--map {name}={column}: give one of the fields {', '.join(NAMES)} and a column."
            )
        chosen[field] = column
    return chosen


def find_columns(present: Iterable[str], columns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Which of the columns of a table or row give which canonical field, the first preferred.

    Args:
        present: the names that the input has.
        columns: the user's own choice; it wins where the input has the column.
    """
    return _find_columns(tuple(present), tuple(columns.items()))


@lru_cache(maxsize=256)
def _find_columns(
    present: tuple[str, ...], columns: tuple[tuple[str, str], ...]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {
        field: (column,) for field, column in columns if column in present
    }
    taken = {column for chosen in found.values() for column in chosen}
    by_name: dict[str, str] = {}
    for column in present:
        if column not in taken:
            by_name.setdefault(_plain(column), column)
    for field, names in NAMES.items():
        if field not in found:
            here = [by_name[plain] for name in names if (plain := _plain(name)) in by_name]
            if here:
                found[field] = tuple(here)
    return found


def names_text(present: Iterable[str], columns: Mapping[str, str]) -> bool:
    """Whether a table with these columns has text or HTML at all."""
    found = find_columns(present, columns)
    return "text" in found or "html" in found
