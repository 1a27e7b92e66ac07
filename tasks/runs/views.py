"""A run's files and the warehouse's tables as views, for the statements that resolve it."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.address_rules import define_functions
from tasks.runs import Run
from warehouse.former_names import former_names
from warehouse.publish import Snapshot
from warehouse.reading import create_view
from warehouse.schema import (
    ARTICLE_KEYS,
    ARTICLE_VERSIONS,
    DISCOVERIES,
    DOCUMENTS,
    FETCHES,
    PROCESSED,
    RUNS,
    SUPERSEDED,
    VISITS,
    Table,
)
from warehouse.statements import statement

# Grain: one row per address and place that listed it; what `select` writes.
LISTED = pa.schema([field for field in DISCOVERIES.arrow if field.name != "run_id"])
# Grain: one row per source of a nightly run: what is known before its pages are fetched.
VISITED = pa.schema(
    [
        *(VISITS.arrow.field(name) for name in ("source", "homepage", "entry", "feeds")),
        *(VISITS.arrow.field(name) for name in ("sitemaps", "discovery", "problem")),
        VISITS.arrow.field("possible_loss"),
    ]
)


def define_inputs(connection: duckdb.DuckDBPyConnection, run: Run, snapshot: Snapshot) -> None:
    """Views `processed`, `listed`, `visited`, `attempts`, and the tables of the snapshot."""
    define_processed(connection, run)
    _define(connection, run, "listed", LISTED, _existing(run, "discoveries.parquet"))
    _define(connection, run, "visited", VISITED, _existing(run, run.visits_file.name))
    _define_attempts(connection, run)
    for table in (ARTICLE_VERSIONS, DOCUMENTS, ARTICLE_KEYS, RUNS):
        create_view(connection, table.name, snapshot.files[table.name], table.arrow)
    define_superseded(connection, snapshot.files[SUPERSEDED.name])
    define_functions(connection)


def define_superseded(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> None:
    """Views `superseded_history`, all rows, and `superseded`, the outdated versions."""
    create_view(connection, "superseded_history", files, SUPERSEDED.arrow)
    connection.execute(f"create or replace view superseded as {statement('superseded')}")


def define_processed(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """The view `processed`: the run's documents."""
    _define(connection, run, "processed", PROCESSED, run.parts)


def names_in_run(run: Run, visits: Sequence[str]) -> dict[str, str]:
    """Returns the present name of each source that had another one, as of this run.

    Args:
        visits: the files of the table `visits`; the run's own, once written, are added.
    """
    return former_names([*visits, *_existing(run, run.visits_file.name)], run.run_id)


def _existing(run: Run, name: str) -> list[str]:
    path = run.folder / name
    return [str(path)] if path.is_file() else []


def _define(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    name: str,
    schema: pa.Schema,
    files: list[str],
) -> None:
    """A view whose columns are there even if no file is."""
    empty = run.folder / f"no-{name}.parquet"
    pq.write_table(schema.empty_table(), empty)
    create_view(connection, name, [str(empty), *files], schema)


def _define_attempts(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    columns = {**_json_types(FETCHES), "warc_end": "BIGINT"}
    described = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    connection.execute(
        "create temp table attempts as from read_json("
        f"$log, format = 'newline_delimited', columns = {{{described}}})",
        {"log": str(_joined_logs(run))},
    )


def _joined_logs(run: Run) -> Path:
    """One file with all whole lines of the run's logs.

    DuckDB takes buffers for each file that it is given: 700 logs did not fit into 600 MB.
    """
    joined = run.folder / "attempts.jsonl"
    with joined.open("wb") as file:
        for log in sorted((run.folder / "attempts").glob("*.jsonl")):
            with log.open("rb") as lines:
                file.writelines(line for line in lines if line.endswith(b"\n"))
    return joined


def _json_types(table: Table) -> dict[str, str]:
    return {c.name: c.sql_type for c in table if c.name not in {"run_id", "night"}}
