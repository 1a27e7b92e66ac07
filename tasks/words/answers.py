"""The answers of `broadsheet words`: frequencies, keyness and neighbours, as tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from config.errors import UsageError
from config.wording import counted as number_of
from tasks.words.counting import Counted
from tasks.words.request import REST, WordsRequest
from warehouse.statements import parameters, statement

_EVERY: Final = 2**62  # stands for no limit
_KEYNESS: Final = (
    "word",
    "keyness",
    "count_a",
    "per_million_a",
    "articles_a",
    "count_b",
    "per_million_b",
    "articles_b",
)
_NEAR: Final = ("near", "word", "log_dice", "log_likelihood", "together", "count", "articles")


@dataclass(frozen=True, slots=True)
class WordsAnswer:
    """The words that are given.

    Attributes:
        query: selects the columns of the answer in their order from the connection of the counts.
        rows: the number of its rows.
        found: the number of rows without the limit.
        notes: sentences that say what was counted.
    """

    query: str
    rows: int
    found: int
    notes: list[str]


def answer_words(counted: Counted, request: WordsRequest) -> WordsAnswer:
    """Return what was asked of the words that were counted.

    Raises:
        UsageError: a part that is to be compared has no words.
    """
    if request.near is not None:
        columns: tuple[str, ...] = _NEAR
        name, order = "word_neighbours", "near, log_dice desc, together desc, word"
        _register_phrases(counted)
    elif request.pair is not None:
        name, columns = "word_keyness", _KEYNESS
        order = "direction desc, likelihood desc, word"
        _require_words(counted, request.pair)
    else:
        name, order = "word_frequencies", "part nulls last, count desc, word"
        columns = ("word", "count", "per_million", "articles", f"share as per_{request.limits.per}")
        if request.grouping:
            columns = (f"part as {request.grouping}", *columns)
        _register_totals(counted)
    values = _values(counted, request)
    found = _make(counted, name, values | {"most": _EVERY}) if request.limits.limit else 0
    rows = _make(counted, name, values | {"most": request.limits.limit or _EVERY})
    query = f"select {', '.join(columns)} from answer order by {order}"
    return WordsAnswer(query, rows, max(found, rows), list(_notes(counted, request)))


def _make(counted: Counted, name: str, values: dict[str, Any]) -> int:
    """Make the table `answer` and return the number of its rows."""
    text = statement(name)
    counted.connection.execute(
        f"create or replace table answer as {text}", parameters(text, values)
    )
    found = counted.connection.execute("select count(*) from answer").fetchone()
    return int(found[0]) if found else 0


def _values(counted: Counted, request: WordsRequest) -> dict[str, Any]:
    words = counted.words.words
    return {
        "min_count": request.min_count,
        "min_articles": request.limits.min_articles,
        "per": request.limits.per,
        "words": sum(words.values()),
        "words_a": words["a"],
        "words_b": words["b"],
    }


def _register_totals(counted: Counted) -> None:
    parts = list(counted.words.words)
    totals = {
        "part": pa.array(parts, pa.string()),
        "total_words": pa.array([counted.words.words[part] for part in parts], pa.int64()),
        "total_articles": pa.array([counted.words.articles[part] for part in parts], pa.int64()),
    }
    counted.connection.register("totals", pa.table(totals))


def _register_phrases(counted: Counted) -> None:
    names = list(counted.places)
    phrases = {
        "part": pa.array(names, pa.string()),
        "places": pa.array([counted.places[name] for name in names], pa.int64()),
        "near_total": pa.array([counted.near.words[name] for name in names], pa.int64()),
    }
    counted.connection.register("phrases", pa.table(phrases))


def _require_words(counted: Counted, pair: tuple[str, str]) -> None:
    for key, name in zip("ab", pair, strict=True):
        if not counted.words.words[key]:
            raise UsageError(f"The articles of {name!r} have no words: compare other parts.")


def _notes(counted: Counted, request: WordsRequest) -> Iterator[str]:
    if request.pair is not None:
        for key, name in zip("ab", request.pair, strict=True):
            shown = "all others" if name == REST else name
            extent = _extent(counted.words.words[key], counted.words.articles[key])
            yield f"{key}: {shown}, {extent}."
        return
    words, articles = counted.words.words.total(), counted.words.articles.total()
    yield f"{_extent(words, articles)}."
    for name, places in counted.places.items():
        within = number_of(counted.near.articles[name], "article")
        yield f"{name}: {number_of(places, 'place')} in {within}."


def _extent(words: int, articles: int) -> str:
    return f"{number_of(words, 'word')} in {number_of(articles, 'article')}"
