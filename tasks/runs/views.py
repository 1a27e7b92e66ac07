"""Views of a run's files and of the warehouse's tables, for the statements that resolve a run."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from tasks.runs.address_rules import define_functions
from tasks.runs.run import Run
from tasks.runs.site_orders import read_in_order_of_site
from tasks.runs.taken_down import TakenPages
from tasks.runs.understood import define_understood
from warehouse.files import written_aside
from warehouse.former_names import former_names
from warehouse.reading import create_view
from warehouse.schema import (
    ARTICLE_KEYS,
    ARTICLE_VERSIONS,
    DATE_CANDIDATES,
    DISCOVERIES,
    DOCUMENTS,
    FETCHES,
    IMAGES,
    LINKS,
    PROCESSED,
    RUNS,
    SUPERSEDED,
    TAKEDOWNS,
    VISITS,
    Table,
)
from warehouse.snapshots import Snapshot
from warehouse.statements import statement

_MANY_PARTS = 100
_SMALL_PART = 200_000  # bytes; a part of 512 pages has some megabytes
_JOINED_ROWS = 2_048  # rows of a row group, which is read as a whole
# Grain: one row per address and place that listed it, as `tasks.discover.select` writes them.
LISTED = pa.schema([field for field in DISCOVERIES.arrow if field.name != "run_id"])
# Grain: one row per source of a nightly run, with what is known before its pages are fetched.
VISITED = pa.schema(
    [
        *(VISITS.arrow.field(name) for name in ("source", "homepage", "entry", "feeds")),
        *(VISITS.arrow.field(name) for name in ("sitemaps", "discovery", "problem")),
        VISITS.arrow.field("possible_loss"),
    ]
)


def define_inputs(connection: duckdb.DuckDBPyConnection, run: Run, snapshot: Snapshot) -> None:
    """Make the views that resolving reads.

    They are the run's own files (`processed`, `listed`, `visited`, `attempts`, `understood`), and
    tables of the snapshot under their names. Also makes the rules of addresses callable from SQL.
    """
    define_processed(connection, run)
    _define(connection, run, "listed", LISTED, _existing(run, "discoveries.parquet"))
    _define(connection, run, "visited", VISITED, _existing(run, run.visits_file.name))
    _define_attempts(connection, run)
    define_understood(connection, run)
    for table in (ARTICLE_VERSIONS, DATE_CANDIDATES, LINKS, IMAGES, DOCUMENTS, ARTICLE_KEYS, RUNS):
        create_view(connection, table.name, snapshot.files[table.name], table.arrow)
    define_superseded(connection, snapshot.files[SUPERSEDED.name])
    define_functions(connection)
    TakenPages(snapshot.files[TAKEDOWNS.name]).leave_out(connection)
    read_in_order_of_site(connection, run.description.parameters.get("source"))


def define_superseded(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> None:
    """Make the views `superseded_history` with all rows and `superseded` with outdated versions."""
    create_view(connection, "superseded_history", files, SUPERSEDED.arrow)
    connection.execute(f"create or replace view superseded as {statement('superseded')}")


def define_processed(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Make the views `documents_read`, the run's documents, and `processed`.

    `processed` lacks the columns that only single statements need.
    """
    _define(connection, run, "documents_as_read", PROCESSED, _joined_parts(connection, run))
    connection.execute("create or replace temp view documents_read as from documents_as_read")
    connection.execute(
        "create or replace temp view processed as select * exclude "
        "(readings, fingerprints, fingerprint_rate, shingles, agencies) from documents_read"
    )


def _joined_parts(connection: duckdb.DuckDBPyConnection, run: Run) -> list[str]:
    """Return the run's files of processed documents, joined into one if they are many small ones.

    A dozen statements read them, and each opens every file: 10,000 batches of one document would
    take a hundred times as long as the same documents in 100 batches.
    """
    parts = run.parts
    if len(parts) < _MANY_PARTS or _mean_bytes(parts) > _SMALL_PART:
        return parts
    key = xxhash.xxh3_64_hexdigest("\n".join(parts).encode())
    joined = run.folder / f"joined-{key}.parquet"
    if not joined.is_file():
        with written_aside(joined) as aside:
            try:
                _join(connection.read_parquet(parts), aside)
            except duckdb.Error:  # an older Broadsheet, which began the run, knew fewer columns
                _join(connection.read_parquet(parts, union_by_name=True), aside)
    return [str(joined)]


def _join(rows: duckdb.DuckDBPyRelation, path: Path) -> None:
    rows.write_parquet(str(path), compression="zstd", row_group_size=_JOINED_ROWS)


def _mean_bytes(files: Sequence[str]) -> float:
    return sum(Path(file).stat().st_size for file in files) / len(files)


def names_in_run(run: Run, visits: Sequence[str]) -> dict[str, str]:
    """Return the present name of each source that was renamed, by its former name.

    Args:
        visits: the files of the table `visits`. The run's own visits, once written, are added.
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
    """Make a view of files; an empty file gives it all columns even if there are no others."""
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
    """Copy all complete lines of the run's logs of attempts into one file.

    DuckDB allocates buffers for each file that it reads: 700 logs did not fit into 600 MB.
    """
    joined = run.folder / "attempts.jsonl"
    with joined.open("wb") as file:
        for log in sorted((run.folder / "attempts").glob("*.jsonl")):
            with log.open("rb") as lines:
                file.writelines(line for line in lines if line.endswith(b"\n"))
    return joined


def _json_types(table: Table) -> dict[str, str]:
    return {c.name: c.sql_type for c in table if c.name not in {"run_id", "night"}}
