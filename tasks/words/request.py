"""Requests of `broadsheet words`: which articles, in which parts, and what of their words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from config.errors import UsageError
from tasks.search.find import Question
from tasks.search.query import parse_query, split_series
from tasks.search.tree import Phrase
from tasks.words.word_lists import MOST_SPAN

Grouping = Literal["source", "domain", "section", "language", "month", "year"]
REST: Final = "*"
_COLUMNS: Final[dict[Grouping, str]] = {
    "source": "source",
    "domain": "domain",
    "section": "section",
    "language": "language",
    "month": "strftime(published_date, '%Y-%m')",
    "year": "strftime(published_date, '%Y')",
}


@dataclass(frozen=True, slots=True)
class WordLimits:
    """Which words are given.

    Attributes:
        limit: so many words of each part; 0: all.
        min_count, min_articles: words that are rarer are left out; None: as usual.
        per: shares of articles are per so many.
    """

    limit: int = 50
    min_count: int | None = None
    min_articles: int = 1
    per: int = 1_000


@dataclass(frozen=True, slots=True)
class WordsRequest:
    """Which words to count.

    Attributes:
        question: its bounds count; its query does not.
        by: the parts that are counted apart.
        pair: the two parts to compare; the second may be REST.
        near: phrases whose neighbours are wanted, separated by |.
        span: the number of neighbours on each side.
    """

    question: Question
    by: Grouping | None = None
    pair: tuple[str, str] | None = None
    near: str | None = None
    span: int = 5
    limits: WordLimits = WordLimits()

    @property
    def grouping(self) -> Grouping | None:
        """Return the kind of the parts; those of a comparison are sources if nothing is said."""
        return self.by or ("source" if self.pair else None)

    @property
    def min_count(self) -> int:
        """Return how often a word must stand there at least."""
        usual = 5 if self.pair or self.near else 1
        return usual if self.limits.min_count is None else self.limits.min_count

    def nodes(self) -> dict[str, Phrase]:
        """Return the phrases whose neighbours are wanted, by the words that name them.

        Raises:
            UsageError: one of them cannot be understood, or is no phrase.
        """
        names = split_series(self.near) if self.near is not None else []
        phrases = {name: _phrase(name) for name in names}
        if len(phrases) < len(names):
            raise UsageError("Two series of --near are the same: leave out one of them.")
        return phrases

    def check(self) -> None:
        """Check that the options go together.

        Raises:
            UsageError: they do not.
        """
        if self.near is not None and (self.by or self.pair):
            raise UsageError(
                "--near counts one set of articles: leave out --by and --keyness, and choose the "
                "articles by --source, --language, --from and --to."
            )
        if self.pair is not None and self.pair[0] == self.pair[1]:
            raise UsageError("--keyness compares two parts: name two different ones.")
        if self.pair is not None and self.pair[0] == REST:
            raise UsageError("Only the second part of --keyness can be *, all others.")
        if not 1 <= self.span <= MOST_SPAN:
            raise UsageError(f"--span is a number of words from 1 to {MOST_SPAN}.")
        self.nodes()

    def part(self) -> tuple[str, dict[str, Any]]:
        """Return the part of an article as an expression in SQL, with its values."""
        if self.grouping is None:
            return "null::varchar", {}
        column = _COLUMNS[self.grouping]
        if self.pair is None:
            return column, {}
        first, second = self.pair
        if second == REST:
            return f"case when {column} = $a then 'a' else 'b' end", {"a": first}
        values = {"a": first, "b": second}
        return f"case when {column} = $a then 'a' when {column} = $b then 'b' end", values

    def condition(self) -> tuple[str, dict[str, Any]]:
        """Return which articles are counted as a condition in SQL, with its values."""
        found = list(self._conditions())
        values = {name: value for _, name, value in found}
        return " and ".join(text for text, _, _ in found) or "true", values

    def _conditions(self) -> Iterator[tuple[str, str, Any]]:
        asked = self.question
        if asked.first is not None:
            yield "published_date >= $first", "first", asked.first
        if asked.last is not None:
            yield "published_date <= $last", "last", asked.last
        if asked.source is not None:
            yield "source = $source", "source", asked.source
        if asked.language is not None:
            yield "language = $language", "language", asked.language


def _phrase(text: str) -> Phrase:
    node = parse_query(text)
    if not isinstance(node, Phrase) or node.field is not None:
        raise UsageError(
            f"--near takes a word, a beginning as in ferr*, or a phrase in quotation marks, and "
            f"not {text!r}; | separates several."
        )
    return node
