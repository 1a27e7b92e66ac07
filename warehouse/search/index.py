"""The index of a publication: a folder of tantivy's files, and what it keeps of an article.

tantivy takes the words that `warehouse.search.words` finds, separated by spaces. It stores no
texts, for the tables have them. It stores a short row per article, so that a list of hits can be
shown without reading the tables.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import orjson

from config.errors import DamagedWarehouseError
from warehouse.search.words import indexed_words

if TYPE_CHECKING:
    import tantivy

_FIRST_DAY = date(1970, 1, 1)
# The number of the day of articles without a date. It lies before all dates.
NO_DAY = -1_000_000
_REMOVALS = 200
# Stands between two authors, so that no phrase begins in one name and ends in the next.
BETWEEN_NAMES = "|"
TEXT_FIELDS = ("title", "text")


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article as it is given to the index, and as a hit shows it without its text.

    Attributes:
        source: its stored name; that of a renamed source is its former one.
    """

    article_id: str
    version: int
    source: str | None
    published_date: date | None
    language: str | None
    title: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An index that is open for reading; it needs its folder no longer."""

    schema: "tantivy.Schema"
    searcher: "tantivy.Searcher"


def make_index(folder: Path) -> "tantivy.Index":
    """Make an empty index in an empty folder."""
    import tantivy

    fields = tantivy.SchemaBuilder()
    fields.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in (*TEXT_FIELDS, "author"):
        fields.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in ("source", "language"):
        fields.add_text_field(name, tokenizer_name="raw", index_option="basic")
    fields.add_integer_field("day", indexed=True, fast=True)
    fields.add_bytes_field("row", stored=True)
    return tantivy.Index(fields.build(), path=str(folder), reuse=False)


def open_index(folder: Path) -> OpenIndex:
    """Open an index for reading. Nothing is written in the warehouse, which may be read-only.

    tantivy makes a lock in the folder that it opens. So it is given a folder of links, which is
    removed at once, for it keeps all files open.

    Raises:
        DamagedWarehouseError: it is missing, or tantivy cannot read it.
    """
    import tantivy

    try:
        with _links(folder) as links:
            index = tantivy.Index.open(links)
            index.config_reader("manual")
            return OpenIndex(index.schema, index.searcher())
    except (ValueError, OSError) as error:
        raise DamagedWarehouseError(
            f"The search index {folder} cannot be opened ({str(error).splitlines()[0]}): "
            f"`broadsheet reprocess --search` builds it anew."
        ) from error


@contextmanager
def _links(folder: Path) -> Iterator[str]:
    """Yield a folder of links to the files of an index, which is removed at the end."""
    links = mkdtemp(prefix="broadsheet-search-")
    try:
        for path in folder.iterdir():
            if not path.name.endswith(".lock"):
                Path(links, path.name).symlink_to(path.absolute())
        yield links
    finally:
        # A thread of tantivy that looks for new commits may make its lock there once more.
        for _ in range(_REMOVALS):
            shutil.rmtree(links, ignore_errors=True)
            if not Path(links).exists():
                break
            time.sleep(0.01)


def indexed(article: ArticleRow, text: str | None, authors: list[str] | None) -> Any:
    """Return what the index takes of an article."""
    import tantivy

    document = tantivy.Document()
    document.add_text("id", article.article_id)
    document.add_text("title", indexed_words(article.title or ""))
    document.add_text("text", indexed_words(text or ""))
    names = f" {BETWEEN_NAMES} ".join(map(indexed_words, authors or ()))
    document.add_text("author", names)
    if article.source is not None:
        document.add_text("source", article.source)
    if article.language is not None:
        document.add_text("language", article.language)
    document.add_integer("day", day_number(article.published_date))
    document.add_bytes("row", _packed(article))
    return document


def day_number(day: date | None) -> int:
    """Return the number by which the index knows a day."""
    return NO_DAY if day is None else (day - _FIRST_DAY).days


def day_of_number(number: int) -> date | None:
    """Return the day of a number; None for articles without a date."""
    return None if number == NO_DAY else _FIRST_DAY + timedelta(days=number)


def stored_row(document: "tantivy.Document") -> ArticleRow:
    """Return the row of an article that the index found."""
    version, source, day, language, title, url = orjson.loads(document.get_first("row") or b"")
    published = date.fromisoformat(day) if day else None
    article_id = str(document.get_first("id"))
    return ArticleRow(article_id, version, source, published, language, title, url)


def _packed(article: ArticleRow) -> bytes:
    return orjson.dumps(
        [
            article.version,
            article.source,
            article.published_date,
            article.language,
            article.title,
            article.url,
        ]
    )
