"""Generated inputs of a given size for `sizes`: a run of rows, a night of sources, a history.

They are written in the form in which the previous stage leaves them, so that only the measured
stage has to run.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from config.settings import load_settings
from config.sources import Source
from tasks.discover.model import ListedPage
from tasks.discover.source import FoundPage, SourceDiscovery
from tasks.discover.stage import discovered_file
from tasks.execution.batch_files import FolderFiles, Part
from tasks.execution.parts import write_done
from tasks.fetch.attempts import LoggedRequest, attempt_of_error
from tasks.fetch.model import FetchError
from tasks.jobs.fetching import describe
from tasks.read.understanding import InputReports
from tasks.reasons import FetchReason
from tasks.runs.description import described
from tasks.runs.run import Run, new_run
from tasks.web.urls import ADDRESS_RULES
from warehouse.folder import make_warehouse
from warehouse.lake import open_lake
from warehouse.schema import DISCOVERIES, DOCUMENTS, FETCHES, PROCESSED, Table

NIGHT = date(2025, 3, 11)
STARTED = datetime(2025, 3, 11, 2, 30, tzinfo=UTC)
ROWS_OF_A_PART = 512
PARTS_OF_A_BATCH = 100
# Publication times are spread over ten years, independently of the order of reading.
ARTICLES = """
select
    n as position,
    'courier' as publication,
    'https://courier.example/' || n as url,
    'courier.example/' || n as url_key,
    'courier.example' as domain,
    'Story ' || n as title,
    array_to_string(list_transform(range($words // 6), lambda w: md5((n * 999 + w)::varchar)), ' ')
        as text,
    ['Ida Marsh'] as authors,
    timestamptz '2015-01-01' + interval (hash(n) % 315000000) second as published_at,
    published_at::date as published_date,
    timestamptz '2025-03-11' as fetched_at,
    'en' as language,
    'article' as page_type,
    $words::int as word_count,
    md5(n::varchar) as article_id,
    md5(text) as content_hash,
    md5(text) as whole_hash,
    md5('bytes' || n) as payload_digest,
    'rows.jsonl#row=' || n as locator,
    1000 as bytes,
    list_transform(range(3), lambda d: {
        'source': 'jsonld', 'place': 'datePublished', 'raw': published_at::varchar,
        'instant': published_at, 'day': published_date, 'precision': 'second', 'verdict': 'chosen'
    }) as date_candidates
from range($first, $first + $rows) as numbers(n)
"""


def write_rows_run(folder: Path, rows: int, words: int = 300) -> Run:
    """Make a run with so many articles that are processed and not yet resolved."""
    description = described("ingest", {"source": None}, (), load_settings())
    run = new_run(make_warehouse(folder), "sizes", description)
    for name in ("batches", "parts", "done"):
        (run.folder / name).mkdir()
    step = ROWS_OF_A_PART * PARTS_OF_A_BATCH
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for number, first in enumerate(range(0, rows, step)):
            values = {"first": first, "rows": min(step, rows - first), "words": words}
            made = connection.execute(ARTICLES, values).to_arrow_table()
            write_batch(run, number, fitted(made, PROCESSED))
    return run


def write_batch(run: Run, number: int, rows: pa.Table) -> None:
    batch = run.folder / "batches" / f"{number:05}.json"
    batch.touch()
    parts = []
    for first in range(0, rows.num_rows, ROWS_OF_A_PART):
        some = rows.slice(first, ROWS_OF_A_PART)
        path = run.folder / "parts" / f"{number:05}-{first:09}-{some.num_rows}.parquet"
        pq.write_table(some, path, compression="zstd")
        parts.append(Part(path.name, first, first + some.num_rows))
    write_done(FolderFiles(batch), parts, InputReports())


def fitted(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows with all columns of a schema; columns that they lack are NULL."""
    columns = [
        rows[field.name].cast(field.type)
        if field.name in rows.column_names
        else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def made_sources(count: int) -> list[Source]:
    """Return so many sources, each with a feed."""
    return [
        Source(
            name=f"Press {number:05}",
            homepage=f"https://press-{number:05}.example/",
            feeds=(f"https://press-{number:05}.example/feed.xml",),
        )
        for number in range(count)
    ]


def write_night_run(folder: Path, count: int, listed: int = 20) -> Run:
    """Make a night of so many sources, whose lists were read and whose pages all failed."""
    settings = load_settings(warehouse=make_warehouse(folder))
    sources = made_sources(count)
    run = new_run(folder, "sizes", describe("nightly", NIGHT, sources, settings))
    for name in ("attempts", "discovered", "batches", "parts", "done"):
        (run.folder / name).mkdir()
    run.raw_folder.mkdir(parents=True)
    for source in sources:
        found = tuple(_found(source, number) for number in range(listed))
        discovered = SourceDiscovery(found, source.feeds, (), 1, 0, ())
        discovered_file(run, source).write_bytes(orjson.dumps(discovered))
        _write_log(run, f"{source.slug}~lists", source, source.feeds)
        _write_log(run, source.slug, source, [one.listed.url for one in found])
    return run


def _found(source: Source, number: int) -> FoundPage:
    listed = ListedPage(f"{source.homepage}2025/03/11/story-{number}", f"Story {number}")
    return FoundPage(listed, "feed", source.feeds[0], STARTED)


def _write_log(run: Run, name: str, source: Source, urls: Sequence[str]) -> None:
    error = FetchError(FetchReason.TIMEOUT, "no answer within 120 s")
    error.started_at = STARTED
    lines = (
        orjson.dumps(attempt_of_error(LoggedRequest(source.name, "article", url, url), 1, error))
        for url in urls
    )
    run.attempts_file(name).write_bytes(b"".join(line + b"\n" for line in lines))


# Each source lists $listed new addresses every night. A third of them was fetched and loaded.
LISTED = """
select
    'run-' || lpad($night_number::varchar, 4, '0') as run_id,
    $night::date as night,
    'Press ' || lpad(s::varchar, 5, '0') as source,
    'https://press-' || lpad(s::varchar, 5, '0') || '.example/' || $night || '/story-' || k as url,
    replace(url, 'https:', '') as url_key,
    'feed' as how,
    'https://press-' || lpad(s::varchar, 5, '0') || '.example/feed.xml' as place,
    $night::timestamptz as found_at,
    'Story ' || k || ' of the day' as title,
    false as filled_gap,
    if(k % 3 = 0, 'new', 'over_limit') as verdict,
    k,
    s
from range($sources) as sources(s), range($listed) as listings(k)
order by source, place, url
"""
ASKED = """
select
    run_id, night, source, 'article' as kind, url, url_key, how, place, 1 as attempt,
    found_at + interval (k) minute as started_at, 200 as status, 'fetched' as outcome,
    false as passing, url as final_url, md5(url) as etag, md5(url_key) as payload_digest,
    uuid()::varchar as record_id, 'raw/' || night || '/press-' || s || '-000.warc.gz' as warc_file,
    k * 10000 as warc_offset
from listed where k % 3 = 0
"""
LOADED = """
select
    run_id, warc_file || '#offset=' || warc_offset as locator, source, url, 'loaded' as outcome,
    md5(url_key) as article_id, 1 as version
from asked
"""


def write_history(folder: Path, sources: int, nights: int, listed: int) -> None:
    """Make a warehouse with nights before `NIGHT`, in which each source listed new addresses."""
    lake = open_lake(make_warehouse(folder))
    tables = ((DISCOVERIES, "listed"), (FETCHES, "asked"), (DOCUMENTS, "loaded"))
    files: dict[str, list[str]] = {table.name: [] for table, _ in tables}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for number in range(nights):
            night = NIGHT - timedelta(days=nights - number)
            values = {"night": night.isoformat(), "night_number": number}
            values |= {"sources": sources, "listed": listed}
            connection.execute(f"create or replace temp table listed as {LISTED}", values)
            connection.execute(f"create or replace temp table asked as {ASKED}")
            connection.execute(f"create or replace temp table loaded as {LOADED}")
            for table, name in tables:
                path = lake.folder(table) / f"night-{number:05}.parquet"
                files[table.name].append(_write_table(connection, name, table, path))
    for table, _ in tables:
        lake.commit(table, files[table.name], "history")
    lake.set_address_rules(ADDRESS_RULES)


def _write_table(connection: duckdb.DuckDBPyConnection, name: str, table: Table, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = connection.execute(f"from {name}").to_arrow_table()
    pq.write_table(fitted(rows, table.arrow), path, compression="zstd", row_group_size=8192)
    return str(path)
