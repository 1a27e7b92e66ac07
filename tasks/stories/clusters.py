"""Assign articles to clusters, around the texts that changed, and record the changes."""

from collections.abc import Sequence
from string import Template
from typing import Final

import duckdb
import pyarrow as pa

from tasks.stories.components import TextPart, groups
from tasks.stories.evidence import EMBEDDING_SHARE
from tasks.stories.known import define_known
from tasks.stories.pairs import StoredFingerprints
from warehouse.reading import create_view
from warehouse.schema import CLUSTER_MEMBERS, FINGERPRINTS
from warehouse.statements import statement

# A text of which a smaller share is a shorter text does not join the cluster of that one.
LEAST_JOINING_SHARE: Final = 0.2
# Nor does one of which fewer shingles are the shorter text: that may be a phrase.
LEAST_JOINING: Final = 20
# A part of so many shingles shows in any case that a text has another story in it.
LEAST_STORY: Final = 40

_Connection = duckdb.DuckDBPyConnection


def assign_clusters(
    connection: _Connection, run_id: str, stored: StoredFingerprints, *, anew: bool = False
) -> None:
    """Make the table `cluster_changes`: the articles whose cluster changes, as in cluster_members.

    Only clusters around texts of `new_text_pairs`, and around fresh texts that several articles
    have, are computed anew. Others cannot change, because a cluster depends on its own pairs, and
    a round-up on the clusters of its parts.

    Reads the views and tables of `tasks.stories.resolve`.

    Args:
        stored: the files of the stored fingerprints.
        anew: compute all clusters anew; articles that no pair joins any more get their own id.
    """
    connection.execute(statement("changed_texts"))
    if not anew and not connection.execute("from wanted_texts limit 1").fetchone():
        connection.from_arrow(CLUSTER_MEMBERS.arrow.empty_table()).to_table("cluster_changes")
        return
    _define(connection)
    _widen_scope(connection, run_id, 0, stored)
    if anew:
        connection.execute(statement("clustered_texts"))
        _widen_scope(connection, run_id, 0, stored)
    _compute(connection, run_id, stored)


def assign_clusters_around(connection: _Connection, texts: Sequence[str], run_id: str) -> None:
    """Make the table `cluster_changes` as `assign_clusters` does, around given texts.

    It is for texts of which neighbours were removed. Reads the views `fingerprints`, `text_pairs`
    and `cluster_members` of the tables.

    Args:
        texts: hashes of the texts.
    """
    wanted = pa.table({"content_hash": pa.array(texts, pa.string())})
    connection.from_arrow(wanted).to_table("wanted_texts")
    connection.execute(
        "create temp view stored_fingerprints as from fingerprints; "
        "create temp view fresh_fingerprints as from fingerprints limit 0; "
        "create temp table new_text_pairs as from text_pairs limit 0"
    )
    define_known(connection, kept=False)
    _define(connection)
    _widen_scope(connection, run_id, 0, None)
    _compute(connection, run_id, None)


def _compute(connection: _Connection, run_id: str, stored: StoredFingerprints | None) -> None:
    """Compute the clusters of the scope and of what is embedded there."""
    for level, name in enumerate(("embedding_texts", "embedded_texts"), start=1):
        connection.execute(statement(name))
        _widen_scope(connection, run_id, level, stored)
    connection.execute(statement("story_nodes"))
    numbers = pa.table({"number": pa.array(_groups(connection), pa.int32())})
    numbers = numbers.append_column("node", pa.array(range(len(numbers)), pa.int32()))
    connection.from_arrow(numbers).to_table("node_groups")
    connection.execute(statement("cluster_changes"), {"run_id": run_id})


def _define(connection: _Connection) -> None:
    values = {
        "least_half": EMBEDDING_SHARE,
        "least_part": LEAST_JOINING_SHARE,
        "least_joining": LEAST_JOINING,
        "least_story": LEAST_STORY,
    }
    connection.execute(
        "create temp table scope_clusters "
        "(article_id varchar, cluster_id varchar, change integer); "
        "create temp view near_pairs as from new_text_pairs"
    )
    merging = Template(statement("merging_pairs")).substitute(values)
    connection.execute(f"create or replace temp view merging_pairs as {merging}")
    connection.execute(
        "create temp table story_scope "
        "(article_id varchar, content_hash varchar, level integer, is_published boolean)"
    )


def _widen_scope(
    connection: _Connection, run_id: str, level: int, stored: StoredFingerprints | None
) -> None:
    """Append the articles of the wanted texts, of their clusters, and all texts of these."""
    if not connection.execute("from wanted_texts limit 1").fetchone():
        return
    _find_near(connection, "text_hash", "select content_hash from wanted_texts", stored)
    connection.execute(statement("scope_members"))
    _find_near(connection, "id_hash", "select article_id from scope_members", stored)
    connection.execute(statement("widen_scope"), {"level": level, "run_id": run_id})
    connection.execute(
        "insert into scope_clusters from scope_members anti join scope_clusters using (article_id) "
        "where cluster_id is not null; "
        "create or replace temp table near_runs as select distinct run_id from stored_pair_runs "
        "where text_hash in (select md5_number_lower(content_hash) from story_scope)"
    )
    pairs = "from new_text_pairs"
    if connection.execute("from near_runs limit 1").fetchone():  # without any, DuckDB reads all
        pairs += " union all by name from text_pairs semi join near_runs using (run_id)"
    connection.execute(f"create or replace temp view near_pairs as {pairs}")


def _find_near(
    connection: _Connection, column: str, wanted: str, stored: StoredFingerprints | None
) -> None:
    """Make the view `near_fingerprints`: fresh ones, and those of some texts' or articles' days.

    Args:
        column: the column of `stored_text_days` that is compared.
        wanted: selects the texts or articles.
        stored: the files of the stored fingerprints; None: the view `stored_fingerprints` is read.
    """
    hashes = f"select md5_number_lower(wanted) from ({wanted}) as found(wanted)"
    connection.execute(
        "create or replace temp table near_days as "
        f"select distinct day from stored_text_days where {column} in ({hashes})"
    )
    days = [day for (day,) in connection.execute("from near_days").fetchall()]
    view = "stored_fingerprints"
    if stored:
        view, files = "near_stored", stored.files_of([day for day in days if day is not None])
        create_view(connection, view, files, FINGERPRINTS.arrow)
    # By `=`, so that DuckDB reads the row groups of these days alone.
    rows = f"from fresh_fingerprints union all from {view} semi join near_days using (day)"
    if None in days:
        rows += f" union all from {view} where day is null"
    connection.execute(f"create or replace temp view near_fingerprints as {rows}")


def _groups(connection: _Connection) -> list[int]:
    [(size,)] = connection.execute("select count(*) from story_nodes").fetchall()
    [(first, last)] = connection.execute(
        "select coalesce(min(node), 0), coalesce(max(node), -1) from story_nodes "
        "where kind = 'text'"
    ).fetchall()
    edges = connection.execute(statement("story_edges")).fetchall()
    rows = connection.execute(statement("story_parts")).fetchall()
    parts = [TextPart(*row) for row in rows]
    return groups(size, edges, parts, range(first, last + 1))
