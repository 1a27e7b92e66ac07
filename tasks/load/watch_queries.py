"""The queries of watches: which new versions each finds by its words.

They are compared with the words of the night's own new versions, text by text, and not with the
index: the index is built later, has current versions only, and may be turned off.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from config.errors import UsageError
from config.watches import Watch
from tasks.search.match import ArticleText, Matcher, name_matches
from tasks.search.query import parse_query
from tasks.search.tree import PLAIN_FOLDING, Leaf, QueryNode
from warehouse.search.index import TEXT_FIELDS
from warehouse.search.words import TextWords, indexed_words

_ROWS_AT_ONCE = 512
_TEXTS = "select article_id, version, source, title, text, authors from articles"
_FOUND = pa.schema([("watch", pa.string()), ("article_id", pa.string()), ("version", pa.int32())])


def require_query(watch: Watch, path: Path) -> None:
    """Check that the query of a watch, if it has one, can be asked.

    Raises:
        UsageError: it is refused; the message names the watch and the list of watches.
    """
    if watch.query is not None:
        try:
            parse_query(watch.query)
        except UsageError as error:
            raise UsageError(f"The watch {watch.name!r} in {path} is refused. {error}") from error


def find_by_words(connection: duckdb.DuckDBPyConnection, watches: Sequence[Watch]) -> None:
    """Make the table `found_by_words`: which new versions each query finds."""
    queries = {watch.name: parse_query(watch.query) for watch in watches if watch.query}
    reader = connection.execute(_TEXTS if queries else f"{_TEXTS} limit 0")
    found = [
        {"watch": name, "article_id": row["article_id"], "version": row["version"]}
        for batch in reader.to_arrow_reader(_ROWS_AT_ONCE)
        for row in batch.to_pylist()
        for name in _meeting(row, queries)
    ]
    connection.register("found_by_words", pa.Table.from_pylist(found, _FOUND))


class _QuickMatcher(Matcher):
    """A matcher that only says whether a query finds a text, and not where: it is twice as fast."""

    def words(self, name: str) -> TextWords:
        if name not in self._words and name in TEXT_FIELDS:
            text = self.article.title if name == "title" else self.article.text
            self._words[name] = TextWords(indexed_words(text).split(), [], [])
        return super().words(name)


def _meeting(row: dict[str, Any], queries: Mapping[str, QueryNode]) -> Iterator[str]:
    """Yield the watches whose query finds a version."""

    def source_matches(leaf: Leaf) -> bool:
        return name_matches(row["source"] or "", leaf, PLAIN_FOLDING)

    texts = ArticleText(row["title"] or "", row["text"] or "", row["authors"] or (), source_matches)
    matcher = _QuickMatcher(texts, PLAIN_FOLDING)
    for name, node in queries.items():
        if matcher.matches(node):
            yield name
