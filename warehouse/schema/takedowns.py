"""The table of takedowns, which this module isolates from the tables of the corpus."""

import pyarrow as pa

from warehouse.schema.columns import INSTANT, TEXTS, Column, Table

TAKEDOWNS = Table(
    name="takedowns",
    grain="one row per article that was removed by `broadsheet takedown`; no text and no address",
    order_by=("article_id",),
    columns=(
        Column("article_id", pa.string(), "the article, which no other table has any more"),
        Column("taken_at", INSTANT, "when it was removed"),
        Column("reason", pa.string(), "as given with the command"),
        Column("requested_by", pa.string(), "as given with the command; NULL if nobody was named"),
        Column("versions", pa.int32(), "versions that were removed"),
        Column("files", pa.int32(), "files that this takedown rewrote, for all its articles"),
        Column(
            "key_ids",
            TEXTS,
            "hashes of its addresses, by which it is recognised if it comes again; made as "
            "article_id is",
        ),
        Column("run_id", pa.string(), "the takedown"),
    ),
)
