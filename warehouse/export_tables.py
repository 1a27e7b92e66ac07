"""The tables of an export: which rows and columns go with the chosen articles."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from config.errors import UsageError
from warehouse.query import executed, require_reading
from warehouse.schema import ARTICLE_VERSIONS
from warehouse.statements import statement

ARTICLES = "articles"
# Columns with words of the article, or of those who made it: none of them is in a text-free export.
_WITH_TEXT = frozenset(
    (
        *("title", "description", "text", "authors", "section", "image_url", "dateline"),
        *("keywords", "extra", "learned_lines", "locator"),
    )
)
_OF_ARTICLES: tuple[str, ...] = (
    "date_candidates",
    "links",
    "images",
    "revisions",
    "revision_changes",
    "prominence",
)
_TEXT_FREE_OF_ARTICLES: tuple[str, ...] = ("revisions", "prominence")
_WHOLE: tuple[str, ...] = (
    "runs",
    "sources",
    "nights",
    "coverage",
    "silent_sources",
    "former_names",
)
_TEXT_FREE_WHOLE: tuple[str, ...] = ("nights", "coverage")
MOST_NGRAM_WORDS = 3  # of an n-gram


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table of an export: its name, and the query whose rows it holds."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The articles and columns of an export.

    Attributes:
        where: a condition on the columns of `articles`.
        text_free: leave out texts, titles and names.
        least_documents: for a text-free export, how many articles must have an n-gram.
    """

    where: str = "true"
    text_free: bool = False
    least_documents: int = 10


def choose(connection: duckdb.DuckDBPyConnection, choice: Choice) -> int:
    """Make the table `chosen` with the ids of the articles, and return their number.

    Raises:
        UsageError: the condition is no condition on articles, or none meets it.
    """
    articles = make_chosen(connection, choice)
    if not articles and choice.where == "true":
        raise UsageError("The warehouse has no articles: nothing was written.")
    if not articles:
        raise UsageError(f"No article meets --where {choice.where!r}: nothing was written.")
    return articles


def make_chosen(connection: duckdb.DuckDBPyConnection, choice: Choice) -> int:
    """Make the same table, which may be empty: a takedown may have removed all articles.

    All tables of the export are joined with it, so that they agree.

    Raises:
        UsageError: the condition is no condition on articles.
    """
    query = f"select article_id, cluster_id from articles where (\n{choice.where}\n)"
    try:
        require_reading(query)
        connection.execute(f"create temp table chosen as {query}")
    except (duckdb.Error, UsageError) as error:
        raise UsageError(
            f"--where {choice.where!r} cannot be used ({_first_line(error)}): give a condition on "
            "the columns of `articles`, such as \"language = 'en'\"."
        ) from error
    [(articles,)] = executed(connection, "select count(*) from chosen").fetchall()
    return int(articles)


def articles_table(choice: Choice) -> ExportTable:
    """Return the table of the chosen articles."""
    names = [column.name for column in ARTICLE_VERSIONS]
    if choice.text_free:
        names = [name for name in names if name not in _WITH_TEXT]
    columns = ", ".join(f'"{name}"' for name in names)
    query = f"select {columns} from articles semi join chosen using (article_id)"
    return ExportTable(ARTICLES, query)


def text_free_tables(choice: Choice) -> Iterator[ExportTable]:
    """Yield what a text-free export says of the texts: n-grams and fingerprints."""
    grams = statement("text_free_ngrams").replace("$least", str(choice.least_documents))
    parts = (f"({grams.replace('$n', str(n))})" for n in range(1, MOST_NGRAM_WORDS + 1))
    yield ExportTable("ngrams", " union all ".join(parts))
    yield _of_articles("fingerprints")


def database_tables(choice: Choice) -> Iterator[ExportTable]:
    """Yield all tables of a database that is exported, beside `articles`."""
    if choice.text_free:
        yield from text_free_tables(choice)
        of_articles, whole = _TEXT_FREE_OF_ARTICLES, _TEXT_FREE_WHOLE
    else:
        yield _of_articles("article_versions")
        yield _of_articles("documents")
        of_articles, whole = _OF_ARTICLES, _WHOLE
    yield from map(_of_articles, of_articles)
    yield ExportTable("stories", "from stories where cluster_id in (select cluster_id from chosen)")
    yield ExportTable(
        "copies",
        "from copies semi join chosen using (article_id) "
        "where other_id in (select article_id from chosen)",
    )
    yield from (ExportTable(name, f"from {name}") for name in whole)


def _of_articles(name: str) -> ExportTable:
    return ExportTable(name, f"from {name} semi join chosen using (article_id)")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
