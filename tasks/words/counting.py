"""Counting the words of published articles, batch by batch, in bounded memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
import pyarrow as pa

from config.errors import UsageError
from config.settings import Settings
from tasks.search.find import Question, without_articles
from tasks.words.count_table import CountTable
from tasks.words.request import REST, WordsRequest
from tasks.words.word_lists import counted_words, near_words
from warehouse.statements import statement
from warehouse.working import working_connection

_ROWS_AT_ONCE: Final = 256
_MOST_NAMED: Final = 12


@dataclass(frozen=True, slots=True)
class Counted:
    """The words that were counted, in tables of a database.

    Attributes:
        words: the table `words`; its parts are those that were asked for, or "a" and "b".
        near: the table `near_words`; its parts are the names of the phrases.
        places: how often each phrase was found.
    """

    connection: duckdb.DuckDBPyConnection
    words: CountTable
    near: CountTable
    places: dict[str, int]


def with_present_source(
    published: duckdb.DuckDBPyConnection, request: WordsRequest
) -> WordsRequest:
    """Return the request with the present name of its source, if a former one was given."""
    asked = request.question
    query = "select source from former_names where former_name = ?"
    if asked.source is None or not (row := published.execute(query, [asked.source]).fetchone()):
        return request
    return replace(request, question=replace(asked, source=row[0]))


def articles_to_count(published: duckdb.DuckDBPyConnection, request: WordsRequest) -> int:
    """Return the number of articles to read.

    Raises:
        UsageError: there are no articles in a part that is to be compared, or none at all with the
            source or language that is asked for.
    """
    condition, values = request.condition()
    part, named = request.part()
    query = f"select {part} as part, count(*) from articles where {condition} group by part"
    found = dict(published.execute(query, values | named).fetchall())
    if not found:
        _require_known(published, request.question)
    if request.pair is None:
        return sum(found.values())
    for key, name in zip("ab", request.pair, strict=True):
        if key not in found:
            raise UsageError(_nothing_in(published, request, name))
    return int(found["a"] + found["b"])


@contextmanager
def word_counts(
    published: duckdb.DuckDBPyConnection,
    request: WordsRequest,
    settings: Settings,
    progress: Callable[[int], None],
) -> Iterator[Counted]:
    """Count the words of the articles that are asked for; yield them in temporary tables.

    Args:
        progress: is told the number of articles of each batch that was counted.
    """
    condition, values = request.condition()
    part, named = request.part()
    query = statement("counted_texts").replace("{part}", part).replace("{condition}", condition)
    with (
        TemporaryDirectory(prefix="broadsheet-words-") as folder,
        working_connection(settings, Path(folder) / "spill") as connection,
    ):
        words, near = CountTable(connection, "words"), CountTable(connection, "near_words")
        counted = Counted(connection, words, near, dict.fromkeys(request.nodes(), 0))
        for batch in published.execute(query, values | named).to_arrow_reader(_ROWS_AT_ONCE):
            _count(batch, counted, request)
            progress(batch.num_rows)
        words.finish()
        near.finish()
        yield counted


def _count(batch: pa.RecordBatch, counted: Counted, request: WordsRequest) -> None:
    nodes = request.nodes()
    for part, *texts in zip(*(column.to_pylist() for column in batch.columns), strict=True):
        given = [text for text in texts if text]
        found = [word for text in given for word in counted_words(text)]
        if found and (part is not None or request.pair is None):
            counted.words.add(part, found)
        for name, node in nodes.items():
            places, beside = near_words(given, node, request.span)
            if places:
                counted.places[name] += places
                counted.near.add(name, beside)
    counted.words.write_if_full()
    counted.near.write_if_full()


def _require_known(published: duckdb.DuckDBPyConnection, question: Question) -> None:
    for column, value in (("source", question.source), ("language", question.language)):
        query = f"select 1 from articles where {column} = $value limit 1"
        if value is not None and not published.execute(query, {"value": value}).fetchone():
            raise without_articles(column, value)


def _nothing_in(published: duckdb.DuckDBPyConnection, request: WordsRequest, name: str) -> str:
    """Return a sentence that says which parts there are."""
    condition, values = request.condition()
    part, _ = WordsRequest(request.question, request.grouping).part()
    query = (
        f"select {part} as part from articles where {condition} and {part} is not null "
        f"group by part order by count(*) desc, part limit {_MOST_NAMED + 1}"
    )
    names = [str(row[0]) for row in published.execute(query, values).fetchall()]
    kind = request.grouping
    if not names:
        return f"No article there has a {kind}: compare other parts by --by, or other articles."
    others = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
    meant = f"another {kind} than {request.pair[0]!r}" if name == REST and request.pair else ""
    return f"No article there has {meant or f'the {kind} {name!r}'}: there are {others}."
