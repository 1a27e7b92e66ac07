"""Counts of words in a table of a database, of which a bounded part is in memory."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import duckdb
import pyarrow as pa

# About 60 MB of words and numbers. Fewer would make the table of partial counts longer.
_MOST_IN_MEMORY: Final = 300_000
_MOST_PARTIAL_ROWS: Final = 4_000_000
_SUM = (
    "select part, word, sum(count)::bigint, sum(articles)::bigint from {name} group by part, word"
)
_Part = str | None


class CountTable:
    """Counts how often each word stands in a part of the articles, and in how many of them.

    The table has the columns part, word, count and articles.

    Attributes:
        words, articles: the number of words, and of articles, by part.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        self.words: Counter[_Part] = Counter()
        self.articles: Counter[_Part] = Counter()
        self._connection, self._name = connection, name
        self._counts: dict[_Part, tuple[Counter[str], Counter[str]]] = {}
        self._partial_rows = 0
        self._create(name)

    def add(self, part: _Part, words: Sequence[str]) -> None:
        """Count the words of an article."""
        if part not in self._counts:
            self._counts[part] = Counter(), Counter()
        counts, articles = self._counts[part]
        counts.update(words)
        articles.update(set(words))
        self.words[part] += len(words)
        self.articles[part] += 1

    def write_if_full(self) -> None:
        """Write the counts to the table if there are many of them."""
        if sum(len(counts) for counts, _ in self._counts.values()) > _MOST_IN_MEMORY:
            self._write()
            if self._partial_rows > _MOST_PARTIAL_ROWS:
                self._add_up()

    def finish(self) -> None:
        """Leave one row per part and word in the table."""
        self._write()
        self._add_up()

    def _create(self, name: str) -> None:
        self._connection.execute(
            f"create table {name} (part varchar, word varchar, count bigint, articles bigint)"
        )

    def _write(self) -> None:
        for part, (counts, articles) in self._counts.items():
            rows = {
                "part": pa.array([part] * len(counts), pa.string()),
                "word": pa.array(counts.keys(), pa.string()),
                "count": pa.array(counts.values(), pa.int64()),
                "articles": pa.array([articles[word] for word in counts], pa.int64()),
            }
            self._connection.register("counted", pa.table(rows))
            self._connection.execute(f"insert into {self._name} from counted")
            self._connection.unregister("counted")
            self._partial_rows += len(counts)
        self._counts.clear()

    def _add_up(self) -> None:
        whole = f"{self._name}_sums"
        self._create(whole)
        self._connection.execute(f"insert into {whole} {_SUM.format(name=self._name)}")
        self._connection.execute(f"drop table {self._name}")
        self._connection.execute(f"alter table {whole} rename to {self._name}")
        found = self._connection.execute(f"select count(*) from {self._name}").fetchone()
        self._partial_rows = int(found[0]) if found else 0
