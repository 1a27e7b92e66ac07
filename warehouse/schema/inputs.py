"""The table of inputs: how each file that a run read was understood."""

import pyarrow as pa

from warehouse.schema.columns import Column, Table

INPUTS = Table(
    name="inputs",
    grain="one row per run and file, archive member or sheet that holds several documents or is a "
    "table; of files that are one document each, one row per folder and kind",
    order_by=("run_id", "path"),
    columns=(
        Column("run_id", pa.string(), "the run"),
        Column(
            "path",
            pa.string(),
            "the file, as the locators of its documents begin; or the first folder below what was "
            "named, such as `2024/` (`./`: none, or all of more than 500), or the archive, such as "
            "`day.zip!`",
        ),
        Column(
            "declared",
            pa.int64(),
            "documents that a databank's download says it has, or those found if it says nothing; "
            "NULL for all other files",
        ),
        Column("found", pa.int64(), "documents that were found, whatever their outcome"),
        Column("kind", pa.string(), "such as `CSV`; NULL for what was not opened"),
        Column("encoding", pa.string(), "of rows and texts; NULL for other kinds"),
        Column("dialect", pa.string(), "of CSV: the delimiter, the quote, the header"),
        Column(
            "mapping",
            pa.string(),
            "of rows: the column of each field, or a list where rows differ, and under `extra` the "
            "columns that are kept there",
            is_json=True,
        ),
        Column("detail", pa.string(), "of rows: the format of their dates of publication"),
    ),
)
