"""The table that says what belongs to a publication, isolated because no run writes it."""

import pyarrow as pa

from warehouse.schema.columns import INSTANT, Column, Table

PUBLICATION = Table(
    name="publication",
    grain="one row: this file, and what was published with it",
    columns=(
        Column("publication_id", pa.string(), "the time of publication, as a name"),
        Column("published_at", INSTANT, "when the file was published"),
        Column("snapshots", pa.string(), "Iceberg snapshot id of each table", is_json=True),
        Column(
            "search",
            pa.string(),
            "the folder of the search index, within the warehouse; NULL if there is none",
        ),
        Column(
            "report",
            pa.string(),
            "always NULL: the report is made after this file is published, and nobody changes the "
            "file then, for readers may have it open; the end of report/index.html names the "
            "publication that it was made from",
        ),
    ),
)
