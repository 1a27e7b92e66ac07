"""Decide the documents of an earlier run again, against the tables as they were before that run.

The statements are those by which runs are resolved, and give the same articles, versions, outcomes
and reasons if all earlier runs are as they were. So the runs are restored in the order in which
they were committed. What the tables still know of the run overrules the decisions.

    earlier_runs ─▶ stored_before ─▶ captures ─▶ resolve ─▶ kept_decisions ─▶ contents ─▶ read_again
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from tasks.load.decisions import define_captures
from tasks.load.row_writer import REPROCESS
from tasks.load.stored_texts import StoredTexts
from tasks.pipeline import Stages, read_stored_pages
from tasks.repair.reading import Sources
from tasks.repair.tables import Tables
from tasks.runs.address_rules import define_article_keys
from tasks.runs.run import Run
from tasks.runs.site_orders import read_in_order_of_site
from tasks.runs.taken_down import TakenPages
from tasks.runs.views import define_processed
from warehouse.lake import Lake
from warehouse.schema import TAKEDOWNS
from warehouse.statements import parameters, sql_quoted, statement

# They have the names of tables, and hide the rows of later runs from the statements of resolving.
_HIDING = ("article_versions", "documents", "superseded", "superseded_history")
_AFTERWARDS = ("outcomes", "revisit_contents", "contents")


@contextmanager
def decided_again(
    run: Run, sources: Sources, tables: Tables, lake: Lake, stages: Stages
) -> Iterator[None]:
    """Make the table `read_again`, and all that healing reads, while the context is open.

    Args:
        run: the run in which the documents of `sources` were read again.
    """
    try:
        while not _decide(run, sources, tables.connection, lake):
            _drop(tables.connection)
            read_stored_pages(run, stages)
        tables.connection.execute(statement("read_again"), {"run_id": sources.run_id})
        yield
    finally:
        _drop(tables.connection)


def _decide(run: Run, sources: Sources, connection: duckdb.DuckDBPyConnection, lake: Lake) -> bool:
    """Decide the documents; return False if stored pages must be read first."""
    run_id = sources.run_id
    values = {"run_id": run_id}
    connection.execute(statement("earlier_runs"), values)
    define_processed(connection, run)
    connection.execute(statement("stored_before").replace("$run_id", sql_quoted(run_id)))
    TakenPages(lake.files(TAKEDOWNS)).leave_out(connection, hidden_in=run_id)
    connection.execute(f"create temp view superseded as {statement('superseded')}")
    read_in_order_of_site(connection, sources.source, last_run=run_id)
    define_article_keys(connection, lake)
    reprocess = sources.flow == REPROCESS
    define_captures(connection, reprocess=reprocess)
    stored = StoredTexts(connection, run)
    if not stored.compare():
        return False
    connection.execute(statement("resolve"))
    stored.mark_unknown_changes()
    for name in ("kept_decisions", "numbered_again", "decisions_as_kept", *_AFTERWARDS):
        text = statement(name)
        connection.execute(text, parameters(text, values))
    for name in _HIDING:
        connection.execute(f"drop view temp.{name}")
    return True


def _drop(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop all that deciding has made, so that the next run can be decided."""
    for kind in ("view", "table"):
        made = connection.execute(
            f"select database_name, schema_name, {kind}_name from duckdb_{kind}s() "
            f"where not internal and (temporary or {kind}_name in ('wanted', 'read_again'))"
        ).fetchall()
        for database, schema, name in made:
            connection.execute(f"drop {kind} {database}.{schema}.{name}")
