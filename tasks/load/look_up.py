"""Narrow the tables that a run is resolved against to the rows that it may concern.

Resolving needs the versions of few articles: those whose keys or ids documents of the run have. The
kept keys (`warehouse.kept`) say which articles these are and on which days they were published, so
that DuckDB reads few row groups of a history of years. The rows that resolving finds are the same
as in the whole tables.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import duckdb

from warehouse.former_names import sql_quoted
from warehouse.schema import FETCHES
from warehouse.statements import statement

# The clocks of servers and the time at which a request was logged differ by less than that.
_MARGIN = timedelta(days=1)


def narrow(connection: duckdb.DuckDBPyConnection) -> None:
    """Replace the views that resolving reads by the rows that the run may concern.

    Reads `processed`, `damaged`, `article_keys`, `changed_article_keys`, the views of whole tables
    that `define_inputs` and `define_address_keys` make, and the kept keys, which must be attached.
    """
    for name in ("article_versions", "documents", "stored_fetches"):
        connection.execute(f"alter view {name} rename to all_{name}")
    connection.execute(statement("wanted_articles"))
    since = _revisited_since(connection)
    if since is not None:
        connection.execute(statement("revisited_articles"), {"since": since})
    connection.execute(statement("narrowed_versions"))
    if since is None:
        connection.from_arrow(FETCHES.arrow.empty_table()).create("stored_fetches")
        connection.execute("create view documents as from repeated_documents")
    elif not _narrow_to_window(connection, since):
        connection.execute("create or replace view stored_fetches as from all_stored_fetches")
        connection.execute("create or replace view documents as from all_documents")


def is_narrowed(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether `narrow` was called, so that `wanted_dates` has the days that matter."""
    query = "select 1 from duckdb_tables() where table_name = 'wanted_dates'"
    return connection.execute(query).fetchone() is not None


def _revisited_since(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return a time before the oldest capture that a revisit of the run names.

    None if the run has no revisits. Of a revisit without such a time, it is the beginning of time.
    """
    found: Sequence[datetime | None] | None = connection.execute(
        "select min(coalesce(refers_to_at, timestamptz '1970-01-01')) "
        "from processed where reason = 'revisit'"
    ).fetchone()
    oldest = found[0] if found else None
    return oldest - _MARGIN if oldest else None


def _narrow_to_window(connection: duckdb.DuckDBPyConnection, since: datetime) -> bool:
    """Narrow `stored_fetches` and `documents` to what happened since then.

    Return whether all originals are among these rows: each revisit names a record that was fetched
    since then, and that is in the ledger. Then no older row can be preferred.
    """
    first = sql_quoted(since.isoformat())
    connection.execute(
        "create view stored_fetches as from all_stored_fetches "
        f"where started_at >= timestamptz {first}"
    )
    connection.execute(
        "create view documents as from repeated_documents union all by name "
        f"select * from all_documents where fetched_at >= timestamptz {first} or fetched_at is null"
    )
    missing = connection.execute(statement("revisits_without_original")).fetchone()
    return missing is None
