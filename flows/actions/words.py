"""The command `words`: frequencies, keyness and neighbours of words, as a table and a picture."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from config.settings import Settings
from flows.actions.answers import (
    AnswerOptions,
    answer_table,
    print_answer,
    print_table,
    require_printable,
)
from flows.terminal.screen import one_line, screen
from tasks.pictures.picture_file import require_picture, write_picture
from tasks.pictures.words_picture import words_picture
from tasks.words.answers import WordsAnswer, answer_words
from tasks.words.counting import articles_to_count, with_present_source, word_counts
from tasks.words.request import WordsRequest
from warehouse.query import opened, rows
from warehouse.working import most_threads

notes = screen(stderr=True, soft_wrap=True)
# Two columns of rates and names of 80 characters do not fit beside each other.
_SHORT: Final = {
    "count_a": "a",
    "count_b": "b",
    "per_million": "/million",
    "per_million_a": "/million",
    "per_million_b": "/million",
    "articles_a": "articles",
    "articles_b": "articles",
    "log_likelihood": "likelihood",
}


@dataclass(frozen=True, slots=True)
class WordsOutput:
    """The form of the answer.

    Attributes:
        format: "table", "csv", "json" or "parquet".
        plot: a file that gets it as a picture, too.
    """

    format: str = "table"
    plot: Path | None = None


def words_command(request: WordsRequest, output: WordsOutput, settings: Settings) -> None:
    """Count words and print what was asked of them.

    Raises:
        UsageError: the options are wrong, or the picture cannot be written.
    """
    request.check()
    require_printable(output.format)
    if output.plot is not None:
        require_picture(output.plot, settings.warehouse)
    bounds: dict[str, str | int] = {
        "memory_limit": settings.load.memory,
        "threads": most_threads(settings),
    }
    with opened(settings.warehouse, settings=bounds) as published:
        request = with_present_source(published, request)
        articles = articles_to_count(published, request)
        with (
            _progress(articles) as advance,
            word_counts(published, request, settings, advance) as counted,
        ):
            answer = answer_words(counted, request)
            if output.plot is not None and answer.rows:
                _draw(counted.connection, answer, request, output.plot)
            _print(counted.connection, answer, output.format)
    for sentence in _sentences(answer, output):
        notes.print(one_line(sentence))


def _print(connection: duckdb.DuckDBPyConnection, answer: WordsAnswer, form: str) -> None:
    if form != "table":
        print_answer(connection, answer.query, AnswerOptions(form))
    elif answer.rows:
        names, found = rows(connection, answer.query)
        print_table(answer_table([_SHORT.get(name, name) for name in names], found))


def _draw(
    connection: duckdb.DuckDBPyConnection, answer: WordsAnswer, request: WordsRequest, path: Path
) -> None:
    names, found = rows(connection, answer.query)
    drawn = [dict(zip(names, row, strict=True)) for row in found]
    spec = words_picture(drawn, request, answer.notes)
    write_picture(path, spec, " ".join(answer.notes))


def _sentences(answer: WordsAnswer, output: WordsOutput) -> Iterator[str]:
    yield from answer.notes
    if answer.rows < answer.found:
        yield f"{answer.rows:,} of {answer.found:,} rows; --limit 0 gives all."
    if output.plot is not None:
        yield f"The picture is {output.plot}." if answer.rows else "There is nothing to draw."


@contextmanager
def _progress(articles: int) -> Iterator[Callable[[int], None]]:
    """Show how many articles are counted, on a terminal only."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    shown = Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal)
    with shown:
        bar = shown.add_task("articles", total=articles)

        def advance(number: int) -> None:
            shown.advance(bar, number)
            if shown.finished:
                shown.stop()

        yield advance
