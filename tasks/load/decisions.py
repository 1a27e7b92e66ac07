"""The statements that decide the outcome of each document, in their order."""

from pathlib import Path
from string import Template

import duckdb

from tasks.load.identify import identify_articles
from warehouse.kept import attach_kept
from warehouse.schema import ARTICLE_VERSIONS
from warehouse.statements import statement

_Connection = duckdb.DuckDBPyConnection


def define_captures(connection: _Connection, *, reprocess: bool) -> None:
    """Make `captures`, the documents to decide, and `known`, the stored states of their articles.

    Both are made from the tables and views of `define_inputs`, `define_article_keys` and
    `define_kept`.

    Args:
        reprocess: whether the run reads stored bytes again.
    """
    if reprocess:
        define_reprocessed(connection)
        connection.execute(statement("reread"))
    else:
        connection.execute(statement("nothing_reprocessed"))
    identify_articles(connection)
    for name in ("originals", "known", "captures"):
        connection.execute(statement(name))


def define_kept(connection: _Connection, warehouse: Path) -> None:
    """Attach the kept files and define what they state: `superseded` and `damaged`."""
    attach_kept(connection, warehouse)
    connection.execute(statement("kept_states"))


def define_reprocessed(connection: _Connection) -> None:
    """Make `reprocessed`: the columns that change in stored versions whose bytes are read again."""
    compared = [column.name for column in ARTICLE_VERSIONS if column.is_compared]
    changes = (
        f"if(processed.{name} is distinct from kept.{name}, '{name}', null)" for name in compared
    )
    names = {"compared": ", ".join(compared), "changes": ", ".join(changes)}
    text = Template(statement("reprocessed")).safe_substitute(names)
    connection.execute(text)


def decide(connection: _Connection) -> None:
    """Make the tables `decided`, `outcomes` and `contents`."""
    for name in ("resolve", "outcomes", "revisit_contents", "contents"):
        connection.execute(statement(name))
