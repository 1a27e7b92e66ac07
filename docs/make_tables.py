"""Writes docs/tables.md, and the names of columns in docs/formats.md: `make docs`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tasks.process.terms import QUALITY_FLAGS
from tasks.read.field_names import FIELD_NAMES
from tasks.reasons import FetchReason, Reason, Selection
from warehouse.schema import TABLES, VIEWS, Table

HERE = Path(__file__).parent
FIELDS_BEGIN, FIELDS_END = "<!-- fields: made by `make docs` -->", "<!-- end of fields -->"
HEAD = """# Tables

Made by `make docs` from `warehouse/schema/` and the lists of terms; do not edit.

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
        _terms("Reasons", _meanings(Reason)),
        _terms("Quality flags", QUALITY_FLAGS),
        _terms("Fetching", _meanings(FetchReason)),
        _terms("Verdicts", _meanings(Selection)),
    ]
    return "\n".join(parts)


def with_field_names(text: str) -> str:
    """Return docs/formats.md with the present names of columns between its marks."""
    before, _, rest = text.partition(FIELDS_BEGIN)
    after = rest.partition(FIELDS_END)[2]
    lines = ["| field | names of columns |", "|---|---|"]
    for field, names in FIELD_NAMES.items():
        lines.append(f"| `{field}` | {', '.join(f'`{name}`' for name in names)} |")
    table = "\n".join(lines)
    return f"{before}{FIELDS_BEGIN}\n{table}\n{FIELDS_END}{after}"


def _meanings(names: type[Reason] | type[FetchReason] | type[Selection]) -> dict[str, str]:
    return {name.value: name.meaning for name in names}


def _table(table: Table) -> str:
    rows = [f"| {c.name} | {c.sql_type} | {c.meaning} |" for c in (*table, *table.joined)]
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
    formats = HERE / "formats.md"
    formats.write_text(with_field_names(formats.read_text("utf-8")), "utf-8")
