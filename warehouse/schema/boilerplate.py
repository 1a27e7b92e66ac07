"""Tables of boilerplate: lines that recur across a source's articles, and their history."""

import pyarrow as pa

from warehouse.schema.columns import INSTANT, Column, Table

_COUNTS = (
    Column("articles", pa.int64(), "how many of the source's newest stories have the line"),
    Column("days", pa.int64(), "on how many different days these stories were published"),
    Column(
        "share",
        pa.float64(),
        "share of the source's newest stories that have the line, 0 to 1; older ones count less",
    ),
)

BOILERPLATE_HISTORY = Table(
    name="boilerplate_history",
    grain="one row per change of the state of a line of a source",
    order_by=("source", "line", "changed_at"),
    columns=(
        Column("source", pa.string(), "configured source or publication, else the domain"),
        Column("line", pa.string(), "a paragraph of its articles, as it is written in the text"),
        Column("change", pa.int32(), "number of the change: 1, 2, … per source and line"),
        Column("state", pa.string(), "the new state: `learned forgotten kept dropped`"),
        *_COUNTS,
        Column("changed_at", INSTANT, "when this row was loaded"),
        Column("run_id", pa.string(), "the run that made the change"),
    ),
)

BOILERPLATE = Table(
    name="boilerplate",
    grain="one row per line of a source that was ever learned or is named in boilerplate.toml",
    columns=(
        Column("source", pa.string(), "configured source or publication, else the domain"),
        Column("line", pa.string(), "a paragraph of its articles, as it is written in the text"),
        Column(
            "state",
            pa.string(),
            "`learned`: removed; `forgotten`: removed before, but no longer; `kept`: never "
            "removed; `dropped`: always removed; the last two by boilerplate.toml",
        ),
        Column(
            "is_removed",
            pa.bool_(),
            "whether it is removed from new pages, unless `learn.remove` is false",
        ),
        *_COUNTS,
        Column("changed_at", INSTANT, "when the state changed last"),
        Column("run_id", pa.string(), "the run that changed the state last"),
        Column(
            "version",
            pa.string(),
            "hash of all removed lines of the source; extractor_version ends in it",
        ),
    ),
)
