"""The table of named snapshots, which can be cited."""

import pyarrow as pa

from warehouse.schema.columns import INSTANT, Column, Table

SNAPSHOTS = Table(
    name="snapshots",
    grain="one row per named snapshot (`broadsheet snapshot create`)",
    order_by=("name",),
    columns=(
        Column("name", pa.string(), "its name, which is used once"),
        Column("created_at", INSTANT, "when it was made"),
        Column("where_sql", pa.string(), "the condition that its articles meet; `true`: all"),
        Column(
            "publication_id",
            pa.string(),
            "the state of the tables: a hash of the Iceberg snapshots of all tables",
        ),
        Column(
            "tables",
            pa.string(),
            "the tagged Iceberg snapshot of each table that had rows",
            "resolve",
            is_json=True,
        ),
        Column("articles", pa.int64(), "number of its articles"),
        Column("checksum", pa.string(), "SHA-256 of the file SHA256SUMS of its folder"),
        Column(
            "old_checksum",
            pa.string(),
            "the checksum before a takedown changed the snapshot; NULL if none did",
        ),
    ),
)
