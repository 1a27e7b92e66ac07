"""Learns boilerplate from the articles that are current once a run's own rows are written."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from config.settings import Settings
from tasks.learned_lines import overrides_of
from tasks.process.learned import LEDE, LONGEST, SHORTEST
from tasks.runs import Run
from warehouse.reading import create_view
from warehouse.schema import ARTICLE_VERSIONS, BOILERPLATE_HISTORY, SUPERSEDED
from warehouse.statements import statement

# With 1,000 articles each they need 300 MB; all sources together would need ever more.
SOURCES_AT_ONCE = 200
OVERRIDES = pa.schema([(name, pa.string()) for name in ("source", "line", "state")])


def learn(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    files: Mapping[str, Sequence[str]],
    settings: Settings,
) -> None:
    """Makes the table `boilerplate_changes`: what the run changes of what was learned before.

    Args:
        files: of each table those of its snapshot and the run's own.
    """
    for table in (ARTICLE_VERSIONS, SUPERSEDED, BOILERPLATE_HISTORY):
        create_view(connection, table.name, files[table.name], table.arrow)
    connection.from_arrow(_overrides(run)).to_table("overrides")
    find_changes(connection, run.run_id, settings)


def find_changes(connection: duckdb.DuckDBPyConnection, run_id: str, settings: Settings) -> None:
    """As `learn`, of tables and overrides that the connection has."""
    chosen = {"run_id": run_id, "sources_at_once": SOURCES_AT_ONCE}
    connection.execute(statement("concerned"), chosen)
    connection.from_arrow(BOILERPLATE_HISTORY.arrow.empty_table()).to_table("boilerplate_changes")
    parts = connection.execute("select distinct part from concerned order by part").fetchall()
    values = {
        **settings.learn.model_dump(exclude={"remove"}),
        **{"shortest": SHORTEST, "longest": LONGEST, "lede": LEDE},
        **{"run_id": run_id, "changed_at": datetime.now(UTC)},
    }
    for (part,) in parts:
        connection.execute(statement("boilerplate_changes"), {**values, "part": part})


def _overrides(run: Run) -> pa.Table:
    said = [
        {"source": source, "line": line, "state": state}
        for source, states in overrides_of(run).items()
        for line, state in states.items()
    ]
    return pa.Table.from_pylist(said, OVERRIDES)
