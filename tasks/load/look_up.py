"""Narrow the tables that a run is resolved against to the rows that it may concern.

Resolving needs the versions of few articles: those whose keys or ids documents of the run have. The
kept keys (`warehouse.kept`) say which articles these are and on which days they were published, so
that DuckDB reads few files, and few row groups of them, of a history of years. The rows that
resolving finds are the same as in the whole tables.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import duckdb

from warehouse.reading import create_view
from warehouse.schema import ARTICLE_VERSIONS, FETCHES
from warehouse.snapshots import Snapshot
from warehouse.statements import sql_quoted, statement

# The clocks of servers and the time at which a request was logged differ by less than that.
_MARGIN = timedelta(days=1)
_BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)


def narrow(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
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
    connection.execute(statement("wanted_dates"))
    files = files_of_wanted_days(connection, snapshot)
    create_view(connection, "all_article_versions", files, ARTICLE_VERSIONS.arrow)
    connection.execute(statement("narrowed_versions"))
    if since is None:
        connection.from_arrow(FETCHES.arrow.empty_table()).create("stored_fetches")
        connection.execute("create view documents as from repeated_documents")
    else:
        _narrow_to_window(connection, since)


def files_of_wanted_days(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> list[str]:
    """Return the files that may hold versions of the wanted articles; `narrow` must have begun."""
    days = connection.execute("select published_date from wanted_dates").fetchall()
    return snapshot.files_of_days(ARTICLE_VERSIONS, [day for (day,) in days])


def is_narrowed(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether `narrow` was called, so that `wanted_dates` has the days that matter."""
    query = "select 1 from duckdb_tables() where table_name = 'wanted_dates'"
    return connection.execute(query).fetchone() is not None


def _revisited_since(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return a time such that no original of a revisit of the run can be older.

    None if the run has no revisits. It is shortly before the oldest capture that one of them names,
    if all captures that they name are known. Else an older capture may take the place of the one
    that is not, and it is the beginning of time.
    """
    found: Sequence[datetime | None] | None = connection.execute(
        "select min(refers_to_at) from processed where reason = 'revisit' having count(*) > 0"
    ).fetchone()
    if found is None:
        return None
    since = (found[0] or _BEGINNING) - _MARGIN
    without = connection.execute(statement("revisits_without_original"), {"since": since})
    return _BEGINNING if without.fetchone() else since


def _narrow_to_window(connection: duckdb.DuckDBPyConnection, since: datetime) -> None:
    """Narrow `stored_fetches` and `documents` to what happened since then."""
    first = sql_quoted(since.isoformat())
    connection.execute(
        "create view stored_fetches as from all_stored_fetches "
        f"where started_at >= timestamptz {first}"
    )
    connection.execute(
        "create view documents as from repeated_documents union all by name "
        f"select * from all_documents where fetched_at >= timestamptz {first} or fetched_at is null"
    )
