"""Define views of stored texts, pairs and clusters that need not read the tables of years.

The kept files (`warehouse.kept`) have hashes of all texts. Where they are not attached, the same
views are made from the tables.
"""

import duckdb

from warehouse.statements import statement


def define_known(connection: duckdb.DuckDBPyConnection, *, kept: bool) -> None:
    """Make the views `stored_text_days`, `stored_pair_runs` and `current_clusters`.

    Reads `stored_fingerprints`, `text_pairs` and `cluster_members`.

    Args:
        kept: the kept files are attached and cover these tables.
    """
    if kept:
        days, runs = "from keys.texts", "from keys.paired_texts"
        clusters = "marts.marts.clustered_articles"
    else:
        days, runs = statement("text_days"), statement("pair_runs")
        connection.execute(
            f"create or replace temp table stored_clusters as {statement('current_clusters')}"
        )
        clusters = "stored_clusters"
    connection.execute(
        f"create or replace temp view stored_text_days as {days}; "
        f"create or replace temp view stored_pair_runs as {runs}; "
        "create or replace temp view current_clusters as "
        "select article_id, cluster_id, change, id_hash, cluster_hash, rowid as place "
        f"from {clusters}"
    )
