"""The articles that a query finds in what is published."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from config.errors import DamagedWarehouseError, UsageError
from tasks.search.match import ArticleText, Matcher, name_matches
from tasks.search.plan import IndexPlan, Planner
from tasks.search.query import parse_query
from tasks.search.tree import PLAIN_FOLDING, Folding, Leaf, QueryNode
from warehouse.query import opened
from warehouse.search.folders import index_fault
from warehouse.search.index import (
    NO_DAY,
    ArticleRow,
    OpenIndex,
    day_number,
    day_of_number,
    open_index,
    stored_row,
)

if TYPE_CHECKING:
    import tantivy

    _Hit = tuple[int, tantivy.DocAddress]

_TEXTS_AT_ONCE = 2_000
# tantivy's words for a phrase with a prefix that too many words begin with.
_TOO_MANY = "max expansions"


@dataclass(frozen=True, slots=True)
class Question:
    """A query, and which articles it is asked of.

    Attributes:
        first, last: days of publication; articles without a date lie outside of any bound.
        source: the present name of a source.
    """

    query: str
    first: date | None = None
    last: date | None = None
    source: str | None = None
    language: str | None = None
    folding: Folding = PLAIN_FOLDING


@dataclass(frozen=True, slots=True)
class FoundText:
    """An article that a query found, with its text."""

    row: ArticleRow
    matcher: Matcher


class Desk:
    """An open publication that can be searched: its tables, and the index of the same snapshot."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, index: OpenIndex, names: dict[str, str]
    ) -> None:
        self.connection, self.index, self.names = connection, index, names

    def count(self) -> int:
        """Return the number of articles."""
        return self.index.searcher.num_docs

    def find(self, question: Question) -> list[ArticleRow]:
        """Return the articles that a query finds, the newest first.

        Raises:
            UsageError: the query cannot be understood.
        """
        node, plan, hits = self._hits(question)
        rows = [self._row(address) for _, address in hits]
        if not plan.is_exact:
            texts = self._texts(rows, question)
            rows = [found.row for found in texts if found.matcher.matches(node)]
        return sorted(rows, key=_newest_first)

    def find_days(self, question: Question) -> list[date | None]:
        """Return the day of publication of each article that a query finds.

        Raises:
            UsageError: the query cannot be understood.
        """
        _, plan, hits = self._hits(question)
        if plan.is_exact:
            return [day_of_number(number) for number, _ in hits]
        return [row.published_date for row in self.find(question)]

    def all_days(self, question: Question) -> list[date | None]:
        """Return the days of all articles within the bounds of a question, whose query is empty."""
        planner = Planner(self.index.schema, question.folding, lambda _: ())
        plan = planner.everything()
        with _explained_refusals():
            return [day_of_number(number) for number, _ in self._run(planner, plan, question)]

    def read(self, question: Question) -> tuple[QueryNode, Iterator[FoundText]]:
        """Return the tree of a query, and the articles that it finds with their texts.

        Raises:
            UsageError: the query cannot be understood.
        """
        node, plan, hits = self._hits(question)
        rows = [self._row(address) for _, address in hits]
        found = self._texts(rows, question)
        return node, (one for one in found if plan.is_exact or one.matcher.matches(node))

    def _hits(self, question: Question) -> tuple[QueryNode, IndexPlan, list["_Hit"]]:
        """Return the tree of a query, its plan, and what the index finds: days and addresses."""
        node = parse_query(question.query, question.folding)

        def sources_of(leaf: Leaf) -> list[str]:
            return [
                stored
                for stored, now in self._sources().items()
                if name_matches(now, leaf, question.folding)
            ]

        planner = Planner(self.index.schema, question.folding, sources_of)
        with _explained_refusals():
            try:
                plan = planner.plan(node)
                return node, plan, self._run(planner, plan, question)
            except ValueError as error:
                if _TOO_MANY not in str(error):
                    raise
            plan = replace(planner, loose=True).plan(node)
            return node, plan, self._run(planner, plan, question)

    def _run(self, planner: Planner, plan: IndexPlan, question: Question) -> list["_Hit"]:
        query = planner.all_of([plan.query, *self._bounds(planner, question)])
        limit = max(self.count(), 1)
        return self.index.searcher.search(
            query, limit=limit, count=False, order_by_field="day"
        ).hits

    def _bounds(self, planner: Planner, question: Question) -> Iterator["tantivy.Query"]:
        import tantivy

        schema, queries = self.index.schema, tantivy.Query
        if question.first or question.last:
            first = day_number(question.first) if question.first else NO_DAY + 1
            last = day_number(question.last) if question.last else -NO_DAY
            yield queries.range_query(
                schema, "day", tantivy.FieldType.Integer, lower_bound=first, upper_bound=last
            )
        if question.language is not None:
            if question.language not in dict(self.index.searcher.terms_with_prefix("language", "")):
                raise without_articles("language", question.language)
            yield queries.term_query(schema, "language", question.language)
        if question.source is not None:
            wanted = self._names_of(question.source)
            found = [queries.term_query(schema, "source", name) for name in wanted]
            yield planner.any_of(found) if found else queries.empty_query()

    def _names_of(self, source: str) -> list[str]:
        """Return the names under which the articles of a source are stored.

        Raises:
            UsageError: there is no such source; one without an article has no names.
        """
        present = self.names.get(source, source)
        found = [name for name, now in self._sources().items() if now == present]
        visited = "select 1 from sources where source = ?"
        if not found and not self.connection.execute(visited, [present]).fetchone():
            raise without_articles("source", source)
        return found

    def _sources(self) -> dict[str, str]:
        """Return the present names of sources by their stored ones."""
        stored = self.index.searcher.terms_with_prefix("source", "")
        return {name: self.names.get(name, name) for name, _ in stored}

    def _row(self, address: "tantivy.DocAddress") -> ArticleRow:
        row = stored_row(self.index.searcher.doc(address))
        if row.source in self.names:
            row = replace(row, source=self.names[row.source])
        return row

    def _texts(self, rows: Sequence[ArticleRow], question: Question) -> Iterator[FoundText]:
        """Yield the articles with their texts, in the order in which the tables hold them."""
        for start in range(0, len(rows), _TEXTS_AT_ONCE):
            some = {row.article_id: row for row in rows[start : start + _TEXTS_AT_ONCE]}
            for article_id, title, text, authors in self._stored(list(some.values())):
                row = some[article_id]

                def source_matches(leaf: Leaf, name: str = row.source or "") -> bool:
                    return name_matches(name, leaf, question.folding)

                article = ArticleText(title or "", text or "", authors or (), source_matches)
                yield FoundText(row, Matcher(article, question.folding))

    def _stored(
        self, rows: Sequence[ArticleRow]
    ) -> list[tuple[str, str | None, str | None, list[str] | None]]:
        ids = [row.article_id for row in rows]
        days = [row.published_date for row in rows if row.published_date is not None]
        bounds = [min(days, default=date.min), max(days, default=date.max)]
        return self.connection.execute(
            "select article_id, title, text, authors from articles "
            "where article_id in (select unnest(?)) "
            "and (published_date is null or published_date between ? and ?)",
            [ids, *bounds],
        ).fetchall()


@contextmanager
def open_desk(warehouse: Path) -> Iterator[Desk]:
    """Open what is published for queries. Whatever is published meanwhile, it stays as it is.

    Raises:
        UsageError: nothing is published, or there is no index.
        DamagedWarehouseError: the index is missing or damaged.
    """
    with opened(warehouse) as connection:
        folder = _index_folder(connection, warehouse)
        if fault := index_fault(folder):
            raise DamagedWarehouseError(
                f"The search index {folder} {fault}: `broadsheet reprocess --search` builds it "
                "anew."
            )
        names = dict(connection.execute("select former_name, source from former_names").fetchall())
        yield Desk(connection, open_index(folder), names)


def _index_folder(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> Path:
    try:
        row = connection.execute("select search from publication").fetchone()
    except duckdb.Error:  # an older Broadsheet has published the file
        row = None
    if row is None or row[0] is None:
        raise UsageError(
            f"The warehouse {warehouse} has no search index: `broadsheet reprocess --search` "
            "builds it, or the next run does, unless the setting search.index is false."
        )
    return warehouse / str(row[0])


def without_articles(column: str, value: str) -> UsageError:
    """Return the error for a source or language that no article has."""
    return UsageError(
        f"There is no article with the {column} {value!r}: `broadsheet sql "
        f'"select {column}, count(*) from articles group by all"` shows what there is.'
    )


@contextmanager
def _explained_refusals() -> Iterator[None]:
    """Turn what tantivy refuses into one sentence, such as a very long prefix without accents."""
    try:
        yield
    except ValueError as error:
        raise UsageError(
            f"The index cannot answer this ({str(error).splitlines()[0]}): ask for shorter words, "
            "and leave out characters that are not valid."
        ) from error


def _newest_first(row: ArticleRow) -> tuple[int, str]:
    return -day_number(row.published_date), row.article_id
