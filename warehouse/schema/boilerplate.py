"""Lines that recur across a source's articles: what was learned, and what holds now."""

import pyarrow as pa

from warehouse.schema.columns import INSTANT, Column, Table

_COUNTS = (
    Column("articles", pa.int64(), "of its newest stories, those that have the line"),
    Column("days", pa.int64(), "on how many days these were published"),
    Column("share", pa.float64(), "of its newest stories, 0 to 1; older ones count less"),
)

BOILERPLATE_HISTORY = Table(
    name="boilerplate_history",
    grain="one row per change of what holds for a line of a source",
    columns=(
        Column("source", pa.string(), "configured source or publication, else the domain"),
        Column("line", pa.string(), "a paragraph of its articles, as it stands in the text"),
        Column("change", pa.int32(), "1, 2, … per source and line"),
        Column("state", pa.string(), "`learned forgotten kept dropped`"),
        *_COUNTS,
        Column("changed_at", INSTANT, "when this row was loaded"),
        Column("run_id", pa.string(), "the run that found it so"),
    ),
)

BOILERPLATE = Table(
    name="boilerplate",
    grain="one row per line of a source that ever was boilerplate, or is said to be (not to be) it",
    columns=(
        Column("source", pa.string(), "configured source or publication, else the domain"),
        Column("line", pa.string(), "a paragraph of its articles, as it stands in the text"),
        Column(
            "state",
            pa.string(),
            "`learned`: it is removed; `forgotten`: no longer; `kept`, `dropped`: never or always, "
            "as boilerplate.toml says",
        ),
        Column(
            "is_removed",
            pa.bool_(),
            "of new pages, unless `learn.remove` is false",
        ),
        *_COUNTS,
        Column("changed_at", INSTANT, "when it came to be so"),
        Column("run_id", pa.string(), "the run that found it so"),
        Column(
            "version",
            pa.string(),
            "of all lines of the source that are removed; extractor_version ends in it",
        ),
    ),
)
