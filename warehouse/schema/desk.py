"""Tables of what people do with the articles: codings of samples, and hits of watches."""

import pyarrow as pa

from warehouse.schema.columns import INSTANT, Column, Table

CODINGS = Table(
    name="codings",
    grain="one row per article, version, coder and variable: the value that was imported last",
    order_by=("article_id", "version", "coder", "variable", "imported_at"),
    columns=(
        Column("article_id", pa.string(), "the article that was coded"),
        Column("version", pa.int32(), "the version whose text the coder read"),
        Column("coder", pa.string(), "who coded it, as `--coder` names them"),
        Column("variable", pa.string(), "the column of the sheet, as `--code` names it"),
        Column("value", pa.string(), "the content of the cell; NULL if it was emptied again"),
        Column("sheet", pa.string(), "name of the imported file"),
        Column("imported_at", INSTANT, "when it was imported"),
        Column("run_id", pa.string(), "the run that imported it"),
    ),
)

WATCH_HITS = Table(
    name="watch_hits",
    grain="one row per watch and article, at the version that first matched",
    order_by=("watch", "article_id", "run_id"),
    columns=(
        Column("watch", pa.string(), "name of the watch in `watches.toml`"),
        Column("article_id", pa.string(), "the article that matched"),
        Column("version", pa.int32(), "the version that first matched"),
        Column("night", pa.date32(), "the night that brought this version"),
        Column("run_id", pa.string(), "the run that loaded it"),
    ),
)
