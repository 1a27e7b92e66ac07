"""The stage `select`: decides which of the listed and the due addresses are fetched this night."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from config.settings import FetchSettings, Settings
from config.sources import Source
from tasks.discover.source import FoundPage
from tasks.discover.stage import read_discovered
from tasks.fetch.target import Target
from tasks.process.metadata.dates.archive import read_archive_date
from tasks.process.metadata.dates.written import Reading
from tasks.runs.address_rules import (
    address_key,
    define_address_keys,
    define_addresses,
    define_functions,
)
from tasks.runs.run import Run
from tasks.runs.taken_down import TakenPages
from tasks.runs.views import LISTED, VISITED, names_in_run
from warehouse.files import written_aside
from warehouse.former_names import create_named_view
from warehouse.kept import entries_of_sources
from warehouse.lake import open_lake
from warehouse.schema import DISCOVERIES, DOCUMENTS, TAKEDOWNS
from warehouse.schema.columns import INSTANT
from warehouse.snapshots import take_snapshot
from warehouse.statements import parameters, statement
from warehouse.working import working_connection

# Grain: one row per address and place that listed it, in the order of sources and lists.
FOUND = pa.schema(
    [
        *(
            DISCOVERIES.arrow.field(name)
            for name in DISCOVERIES.arrow.names
            if name not in {"run_id", "night", "verdict"}
        ),
        pa.field("ordinal", pa.int64()),
        pa.field("excluded", pa.bool_()),
        pa.field("modified_at", INSTANT),
    ]
)


# Grain: one row per address that may be fetched: how it was found, why, and what is stored of it.
CANDIDATES = pa.schema(
    [
        *(field for field in FOUND if field.name not in {"excluded", "modified_at"}),
        pa.field("verdict", pa.string()),
        pa.field("is_listed", pa.bool_()),
        *(
            pa.field(name, pa.string())
            for name in ("etag", "last_modified", "payload_digest", "record_id", "original_url")
        ),
        pa.field("original_at", INSTANT),
    ]
)
# Rows of the history that are joined at a time, which takes about 200 MB.
_ROWS_AT_ONCE = 400_000
_SOURCES_AT_ONCE = 100


def select(
    run: Run, sources: Sequence[Source], settings: Settings, rows_at_once: int = _ROWS_AT_ONCE
) -> None:
    """Write the run's discoveries with their verdicts, and its targets, unless that is done.

    The list of targets is written last: a run that was killed before selects again.

    Args:
        rows_at_once: rows of the history to join at a time; it limits memory, nothing else.
    """
    if run.targets_file.is_file():
        return
    if run.flow == "nightly":
        _write_visits(run, sources)
    with working_connection(settings, run.folder / "spill") as connection:
        _define_inputs(connection, run, sources, settings.fetch)
        _find_candidates(connection, _values(run, settings.fetch), rows_at_once)
        _write_candidates(run, _candidates_with_verdicts(connection, rows_at_once // 4))


def _define_inputs(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    sources: Sequence[Source],
    fetch: FetchSettings,
) -> None:
    """Define the tables that the statements read.

    They are `found`, `sources`, the still empty `candidates`, and views of the warehouse's tables.
    """
    lake = open_lake(run.warehouse)
    snapshot = take_snapshot(lake)
    names = names_in_run(run, entries_of_sources(run.warehouse, snapshot))
    create_named_view(connection, DOCUMENTS, snapshot.files[DOCUMENTS.name], names)
    define_functions(connection)
    define_address_keys(connection, lake, snapshot, names)
    define_addresses(connection)
    taken = TakenPages(snapshot.files[TAKEDOWNS.name])
    found = pa.RecordBatchReader.from_batches(FOUND, _found_batches(run, sources, taken))
    connection.from_arrow(found).to_table("found")
    connection.from_arrow(_limits(sources, fetch)).to_table("sources")
    connection.from_arrow(CANDIDATES.empty_table()).to_table("candidates")


def _find_candidates(
    connection: duckdb.DuckDBPyConnection, values: dict[str, Any], rows_at_once: int
) -> None:
    """Fill `candidates`, in as many parts as the size of the history requires."""
    _execute(connection, "met_addresses", values)
    # The number of parts only depends on the rows of addresses that matter tonight, so an ordinary
    # night takes one part, whatever the size of the history.
    [(rows,)] = connection.execute(statement("rows_met")).fetchall()
    parts = 1 + rows // rows_at_once
    for part in range(parts):
        _execute(connection, "target_candidates", {**values, "parts": parts, "part": part})


def _execute(connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any]) -> None:
    text = statement(name)
    connection.execute(text, parameters(text, values))


def _candidates_with_verdicts(
    connection: duckdb.DuckDBPyConnection, rows_at_once: int
) -> Iterator[pa.RecordBatch]:
    """Yield the candidates with their verdicts, in the order of sources."""
    ranges = connection.execute(statement("source_ranges"), {"rows": rows_at_once}).fetchall()
    for first, last in ranges:
        limits = {"first": first, "last": last}
        yield from connection.execute(statement("targets"), limits).to_arrow_reader(8192)


def _write_candidates(run: Run, candidates: Iterable[pa.RecordBatch]) -> None:
    """Write the listed pages as a table and the targets as a JSON array."""
    night = pa.scalar(run.night)
    path = run.folder / "discoveries.parquet"
    # Contexts end in reverse order: the targets get their name after the discoveries, and their
    # file is what marks this stage as done.
    with (
        written_aside(run.targets_file) as targets_aside,
        targets_aside.open("wb") as targets,
        written_aside(path) as aside,
        pq.ParquetWriter(aside, LISTED) as writer,
    ):
        separator = b"["
        for batch in candidates:
            rows = pa.Table.from_batches([batch]).append_column(
                "night", pa.repeat(night, batch.num_rows)
            )
            writer.write_table(rows.filter(rows["is_listed"]).select(LISTED.names).cast(LISTED))
            for fields in _targets_of(rows):
                targets.write(separator + orjson.dumps(fields))
                separator = b",\n"
        targets.write(b"[]" if separator == b"[" else b"]")


def _targets_of(rows: pa.Table) -> list[dict[str, Any]]:
    """Return the rows that are targets, with the fields of `Target`."""
    chosen = rows.append_column("why", rows["verdict"]).filter(rows["is_target"])
    fields: list[dict[str, Any]] = chosen.select(list(Target.__slots__)).to_pylist()
    return fields


def _write_visits(run: Run, sources: Sequence[Source]) -> None:
    visits = [_visit(run, source) for source in sources]
    with written_aside(run.visits_file) as aside:
        pq.write_table(pa.Table.from_pylist(visits, VISITED), aside)


def _visit(run: Run, source: Source) -> dict[str, Any]:
    """Return the row of a source in the table `visits`, as far as it is known after discovery."""
    discovered = read_discovered(run, source)
    return {
        "source": source.name,
        "homepage": source.homepage,
        "entry": source.model_dump_json(exclude_defaults=True, exclude={"headers"}),
        "feeds": discovered.feeds,
        "sitemaps": discovered.sitemaps,
        "discovery": discovered.outcome,
        "problem": "; ".join(discovered.problems)[:1000] or None,
        "possible_loss": bool(discovered.possible_loss),
    }


def _found_batches(
    run: Run, sources: Sequence[Source], taken: TakenPages
) -> Iterator[pa.RecordBatch]:
    """Yield the pages that the sources' lists gave, in order, some sources at a time.

    Pages that were taken down are not found: neither address nor title may be stored again.
    """
    ordinal = count()
    for first in range(0, len(sources), _SOURCES_AT_ONCE):
        rows = [
            {**_row(one, source), "url_key": key, "ordinal": next(ordinal)}
            for source in sources[first : first + _SOURCES_AT_ONCE]
            for one in read_discovered(run, source).found
            if (key := address_key(one.listed.url)) and key not in taken
        ]
        yield pa.RecordBatch.from_pylist(rows, FOUND)


def _row(one: FoundPage, source: Source) -> dict[str, Any]:
    listed = one.listed
    modified = listed.modified and read_archive_date(listed.modified, Reading(source.timezone))
    return {
        "source": source.name,
        "url": listed.url,
        "how": one.how,
        "place": one.place,
        "found_at": one.found_at,
        "title": listed.title,
        "published": listed.published,
        "modified": listed.modified,
        "authors": listed.authors,
        "filled_gap": one.is_fill,
        "position": one.position,
        "excluded": not source.wants(listed.url),
        "modified_at": modified.instant if modified else None,
    }


def _limits(sources: Sequence[Source], fetch: FetchSettings) -> pa.Table:
    """Return the most pages that each source may get per night."""
    return pa.table(
        {
            "source": [source.name for source in sources],
            "most": [source.max_per_night or fetch.max_per_night for source in sources],
        }
    )


def _values(run: Run, fetch: FetchSettings) -> dict[str, Any]:
    """Return the parameters of the statements."""
    return {
        "night": run.night,
        "only_listed": run.flow != "nightly",
        "carry_days": fetch.carry_days,
        "retry_nights": fetch.retry_nights,
        "revisit_days": list(fetch.revisit_days),
        "reach": max(fetch.revisit_days, default=0) + fetch.carry_days,
    }
