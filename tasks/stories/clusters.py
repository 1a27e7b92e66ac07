"""Assign articles to clusters, around the texts that changed, and record the changes."""

from collections.abc import Sequence
from string import Template
from typing import Final

import duckdb
import pyarrow as pa

from tasks.stories.components import TextPart, groups
from tasks.stories.evidence import EMBEDDING_SHARE
from warehouse.schema import CLUSTER_MEMBERS
from warehouse.statements import statement

# A text of which a smaller share is a shorter text does not join the cluster of that one.
LEAST_JOINING_SHARE: Final = 0.2
# Nor does one of which fewer shingles are the shorter text: that may be a phrase.
LEAST_JOINING: Final = 20
# A part of so many shingles shows in any case that a text has another story in it.
LEAST_STORY: Final = 40

_Connection = duckdb.DuckDBPyConnection


def assign_clusters(connection: _Connection, run_id: str, *, anew: bool = False) -> None:
    """Make the table `cluster_changes`: the articles whose cluster changes, as in cluster_members.

    Only clusters around texts of `new_text_pairs`, and around fresh texts that several articles
    have, are computed anew. Others cannot change, because a cluster depends on its own pairs, and
    a round-up on the clusters of its parts.

    Reads the views and tables of `tasks.stories.resolve`.

    Args:
        anew: compute all clusters anew; articles that no pair joins any more get their own id.
    """
    connection.execute(statement("changed_texts"))
    if not anew and not connection.execute("from wanted_texts limit 1").fetchone():
        connection.from_arrow(CLUSTER_MEMBERS.arrow.empty_table()).to_table("cluster_changes")
        return
    _define(connection)
    _widen_scope(connection, run_id, 0)
    if anew:
        connection.execute(statement("clustered_texts"))
        _widen_scope(connection, run_id, 0)
    _compute(connection, run_id)


def assign_clusters_around(connection: _Connection, texts: Sequence[str], run_id: str) -> None:
    """Make the table `cluster_changes` as `assign_clusters` does, around given texts.

    It is for texts of which neighbours were removed. Reads the views `fingerprints`, `text_pairs`
    and `cluster_members` of the tables.

    Args:
        texts: hashes of the texts.
    """
    wanted = pa.table({"content_hash": pa.array(texts, pa.string())})
    connection.from_arrow(wanted).to_table("wanted_texts")
    connection.execute("create temp view all_pairs as from text_pairs")
    _define(connection)
    _widen_scope(connection, run_id, 0)
    _compute(connection, run_id)


def _compute(connection: _Connection, run_id: str) -> None:
    """Compute the clusters of the scope and of what is embedded there."""
    for level, name in enumerate(("embedding_texts", "embedded_texts"), start=1):
        connection.execute(statement(name))
        _widen_scope(connection, run_id, level)
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
    merging = Template(statement("merging_pairs")).substitute(values)
    connection.execute(f"create or replace temp view merging_pairs as {merging}")
    connection.execute(f"create temp table current_clusters as {statement('current_clusters')}")
    connection.execute(
        "create temp table story_scope "
        "(article_id varchar, content_hash varchar, level integer, is_published boolean)"
    )


def _widen_scope(connection: _Connection, run_id: str, level: int) -> None:
    connection.execute(statement("widen_scope"), {"level": level, "run_id": run_id})


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
