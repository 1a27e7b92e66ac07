"""Answers of the report's queries: their rows, the SQL that gives them again, and both as links."""

import base64
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Template
from typing import Any

import duckdb

from warehouse.answers import plain_cell
from warehouse.query import rows
from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """The answer of one query.

    Attributes:
        name: the name of the statement, and of the file with its rows.
        grain: one sentence that says what a row is.
        sql: the query as a person can run it, without its comment.
    """

    name: str
    grain: str
    sql: str
    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a dict by column."""
        for row in self.rows:
            yield dict(zip(self.names, row, strict=True))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def csv_link(self) -> str:
        """Return the rows as CSV, in an address that needs no server."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(self.names)
        writer.writerows([plain_cell(value) for value in row] for row in self.rows)
        encoded = base64.b64encode(text.getvalue().encode()).decode()
        return f"data:text/csv;charset=utf-8;base64,{encoded}"

    def total(self, column: str) -> int:
        """Return the sum of a column."""
        place = self.names.index(column)
        return sum(row[place] for row in self.rows)


@dataclass(frozen=True, slots=True)
class Asker:
    """The published tables, asked with the values that the report's statements name."""

    connection: duckdb.DuckDBPyConnection
    values: Mapping[str, str]

    def __call__(self, name: str, **values: str) -> QueryAnswer:
        """Return the answer of a statement in `sql/corpus_report`.

        Values are written into the text, so that the page can show a query that runs as it is.
        They are dates and words of our own, never text of a page.
        """
        text = Template(statement(name)).substitute({**self.values, **values})
        grain, sql = _parted(text)
        names, found = rows(self.connection, sql)
        return QueryAnswer(name, grain, sql, tuple(names), tuple(found))


def _parted(text: str) -> tuple[str, str]:
    """Return the grain and the query of a statement that begins with comments."""
    lines = text.strip().splitlines()
    count = next(n for n, line in enumerate(lines) if not line.startswith("--"))
    grain = " ".join(line.removeprefix("--").strip() for line in lines[:count])
    return grain.removeprefix("Grain:").strip(), "\n".join(lines[count:])
