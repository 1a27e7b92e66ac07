"""Writes docs/tables.md from the schema and the lists of terms: `make docs`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tasks.terms import FETCH_REASONS, QUALITY_FLAGS, REASONS, VERDICTS
from warehouse.schema import TABLES, VIEWS, Table

HERE = Path(__file__).parent
HEAD = """# Tables

Made by `make docs` from `warehouse/schema.py` and the lists of terms; do not edit.

`news.duckdb` shows these tables. Times are in UTC; what a document does not say is NULL.

## articles

Grain: one row per article, its current version. The columns are those of `article_versions`, of
which it leaves out the rows that `superseded` names. `latest_articles` is the same, bounded to what
was published in the 7 days before the last publication (setting `publish.latest_days`).
"""


def page() -> str:
    """The whole text of docs/tables.md."""
    parts = [
        HEAD,
        *map(_table, (*TABLES, *VIEWS)),
        _terms("Reasons", REASONS),
        _terms("Quality flags", QUALITY_FLAGS),
        _terms("Fetching", FETCH_REASONS),
        _terms("Verdicts", VERDICTS),
    ]
    return "\n".join(parts)


def _table(table: Table) -> str:
    rows = [f"| {c.name} | {c.sql_type} | {c.meaning} |" for c in table]
    head = ["| column | type | meaning |", "|---|---|---|"]
    return "\n".join([f"## {table.name}", "", f"Grain: {table.grain}.", "", *head, *rows, ""])


def _terms(title: str, terms: Mapping[str, str]) -> str:
    return "\n".join([f"## {title}", "", *_lines(terms), ""])


def _lines(terms: Mapping[str, str]) -> Iterator[str]:
    yield "| term | meaning |"
    yield "|---|---|"
    for term, meaning in sorted(terms.items()):
        yield f"| `{term}` | {meaning} |"


if __name__ == "__main__":
    (HERE / "tables.md").write_text(page(), "utf-8")
