"""The tables of a snapshot's folder: queries whose rows and order depend on the state alone."""

from collections.abc import Iterator

from warehouse.export_tables import (
    ARTICLES,
    Choice,
    ExportTable,
    articles_table,
    database_tables,
)
from warehouse.schema import RUNS, VIEWS

# Columns that identify the rows. All other tables are sorted by all their columns, in order.
_KEYS = {
    ARTICLES: "article_id",
    "article_versions": "article_id, version",
    "documents": "run_id, locator, article_id, outcome, url, reason",
    "links": "article_id, version, position, url",
    "images": "article_id, version, position, url",
    "revisions": "article_id, version, previous_version",
    "revision_changes": "article_id, version, position, operation",
}
# Tables of all sources. A snapshot of some articles has only the rows of their sources.
_BY_SOURCE = ("sources", "nights", "coverage", "silent_sources", "former_names")
# Paths and settings of the machine, and Iceberg's numbers, are nobody else's business.
_NOT_IN_RUNS = {"parameters", "inputs", "snapshots"}
_NOT_IN_SOURCES = {"entry"}
_RUNS_OF_CHOSEN = (
    "select run_id from article_versions semi join chosen using (article_id) "
    "union select run_id from documents semi join chosen using (article_id)"
)


def snapshot_tables(where: str) -> Iterator[ExportTable]:
    """Yield the tables of a snapshot of the articles that meet a condition."""
    choice = Choice(where)
    for table in (articles_table(choice), *database_tables(choice)):
        query = table.query
        if table.name == RUNS.name:
            query = _runs()
        elif table.name in _BY_SOURCE:
            query = _of_sources(table.name, where)
        order = _KEYS.get(table.name, "all")
        yield ExportTable(table.name, f"select * from ({query}) order by {order}")


def _runs() -> str:
    columns = ", ".join(column.name for column in RUNS if column.name not in _NOT_IN_RUNS)
    inputs = "list_transform(inputs, path -> regexp_extract(path, '[^/]*/?$')) as inputs"
    return f"select {columns}, {inputs} from runs where run_id in ({_RUNS_OF_CHOSEN})"


def _of_sources(name: str, where: str) -> str:
    table = next(table for table in VIEWS if table.name == name)
    columns = ", ".join(
        column.name
        for column in table
        if not (name == "sources" and column.name in _NOT_IN_SOURCES)
    )
    query = f"select {columns} from {name}"
    if where.strip().lower() == "true":
        return query
    return (
        f"{query} where source in (select source from articles semi join chosen using (article_id))"
    )
