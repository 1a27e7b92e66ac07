"""The stage `select`: of all that is listed or still due, what is fetched this night."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from config.settings import FetchSettings, Settings
from config.sources import Source
from tasks.address_rules import address_key, define_address_keys, define_addresses, define_functions
from tasks.discover.source import Found
from tasks.discover.stage import read_discovered
from tasks.fetch.target import Target
from tasks.process.archive_dates import read_archive_date
from tasks.run_inputs import LISTED, VISITED, names_in_run
from tasks.runs import Run
from warehouse.files import write_bytes, written_aside
from warehouse.former_names import create_view
from warehouse.lake import open_lake
from warehouse.publish import take_snapshot
from warehouse.schema import DISCOVERIES, DOCUMENTS, VISITS
from warehouse.schema.columns import INSTANT
from warehouse.statements import statement

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


def select(run: Run, sources: Sequence[Source], settings: Settings) -> None:
    """Writes the run's discoveries with their verdicts, and its targets, unless that is done."""
    if run.targets_file.is_file():
        return
    found = pa.Table.from_pylist(list(_found_rows(run, sources)), FOUND)
    if run.flow == "nightly":
        _write(run.visits_file, [_visit(run, source) for source in sources], VISITED)
    rows = _decided(run, sources, found, settings)
    listed = [{**row, "night": run.night} for row in rows if row["is_listed"]]
    _write(run.folder / "discoveries.parquet", listed, LISTED)
    targets = [
        {name: row[name if name != "why" else "verdict"] for name in Target.__slots__}
        for row in rows
        if row["is_target"]
    ]
    write_bytes(run.targets_file, orjson.dumps(targets))


def _write(path: Path, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    with written_aside(path) as aside:
        pq.write_table(pa.Table.from_pylist(rows, schema), aside)


def _visit(run: Run, source: Source) -> dict[str, Any]:
    discovered = read_discovered(run, source)
    return {
        "source": source.name,
        "homepage": source.homepage,
        "entry": source.model_dump_json(exclude_defaults=True),
        "feeds": discovered.feeds,
        "sitemaps": discovered.sitemaps,
        "discovery": discovered.outcome,
        "problem": "; ".join(discovered.problems)[:1000] or None,
        "possible_loss": bool(discovered.possible_loss),
    }


def read_targets(run: Run) -> list[Target]:
    """What the run fetches, by source, the most urgent first."""
    return [_target(fields) for fields in orjson.loads(run.targets_file.read_bytes())]


def _target(fields: dict[str, Any]) -> Target:
    instants = {
        name: datetime.fromisoformat(fields[name])
        for name in ("found_at", "original_at")
        if fields[name]
    }
    return Target(**{**fields, **instants, "authors": tuple(fields["authors"] or ())})


def _found_rows(run: Run, sources: Sequence[Source]) -> Iterator[dict[str, Any]]:
    ordinal = 0
    for source in sources:
        for one in read_discovered(run, source).found:
            key = address_key(one.listed.url)
            if key:
                yield {**_row(one, source), "url_key": key, "ordinal": ordinal}
                ordinal += 1


def _row(one: Found, source: Source) -> dict[str, Any]:
    listed = one.listed
    modified = listed.modified and read_archive_date(listed.modified, source.timezone)
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
        "excluded": not source.wants(listed.url),
        "modified_at": modified.instant if modified else None,
    }


def _decided(
    run: Run, sources: Sequence[Source], found: pa.Table, settings: Settings
) -> list[dict[str, Any]]:
    lake = open_lake(run.warehouse)
    snapshot = take_snapshot(lake)
    names = names_in_run(run, snapshot.files[VISITS.name])
    fetch = settings.fetch
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set memory_limit = $limit", {"limit": settings.load.memory})
        connection.execute("set temp_directory = $folder", {"folder": str(run.folder / "spill")})
        create_view(connection, DOCUMENTS, snapshot.files[DOCUMENTS.name], names)
        define_functions(connection)
        define_address_keys(connection, lake, snapshot, names)
        define_addresses(connection)
        connection.register("found", found)
        connection.register("sources", _limits(sources, fetch))
        answer = connection.execute(statement("targets"), _values(run, fetch))
        rows: list[dict[str, Any]] = answer.to_arrow_table().to_pylist()
    return rows


def _limits(sources: Sequence[Source], fetch: FetchSettings) -> pa.Table:
    return pa.table(
        {
            "source": [source.name for source in sources],
            "most": [source.max_per_night or fetch.max_per_night for source in sources],
        }
    )


def _values(run: Run, fetch: FetchSettings) -> dict[str, Any]:
    return {
        "night": run.night,
        "only_listed": run.flow != "nightly",
        "carry_days": fetch.carry_days,
        "retry_nights": fetch.retry_nights,
        "revisit_days": list(fetch.revisit_days),
        "reach": max(fetch.revisit_days, default=0) + fetch.carry_days,
    }
