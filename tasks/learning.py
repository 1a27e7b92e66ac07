"""What `warehouse/sql/boilerplate_changes.sql` learns from, once a run's own rows are written."""

import duckdb
import pyarrow as pa

from config.settings import Settings
from tasks.learned_lines import overrides_of
from tasks.process.learned import LEDE, LONGEST, SHORTEST
from tasks.runs import Run
from warehouse.schema import ARTICLE_VERSIONS, BOILERPLATE_HISTORY, SUPERSEDED

OVERRIDES = pa.schema([(name, pa.string()) for name in ("source", "line", "state")])


def define_learning(
    connection: duckdb.DuckDBPyConnection, run: Run, files: dict[str, list[str]]
) -> None:
    """What `boilerplate_changes` reads: the tables with the run's own rows, and `overrides`.

    Args:
        files: those of the tables' snapshot, and the run's own.
    """
    for table in (ARTICLE_VERSIONS, SUPERSEDED, BOILERPLATE_HISTORY):
        rows = connection.read_parquet(files[table.name], union_by_name=True)
        rows.create_view(table.name, replace=True)
    said = [
        {"source": source, "line": line, "state": state}
        for source, states in overrides_of(run).items()
        for line, state in states.items()
    ]
    connection.from_arrow(pa.Table.from_pylist(said, OVERRIDES)).to_table("overrides")


def bounds(settings: Settings) -> dict[str, float]:
    """The values that `boilerplate_changes` takes from the settings."""
    bounds = settings.learn.model_dump(exclude={"remove"})
    return {**bounds, "shortest": SHORTEST, "longest": LONGEST, "lede": LEDE}
