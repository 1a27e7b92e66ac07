"""Cost of learning boilerplate, from 200 sources with 1,000 articles of 15 paragraphs each."""

import time
from pathlib import Path

import duckdb

from config.settings import load_settings
from tasks.boilerplate.learn import OVERRIDE_SCHEMA, find_boilerplate_changes
from warehouse.schema import BOILERPLATE_HISTORY, SUPERSEDED

NIGHTS = 20
SOURCES = 200
# A third of each source's articles end in one line of their own; all other paragraphs are unique.
NIGHT = """
copy (
    with articles as (
        select $night * 10000 + i as n, i % $sources as source from range(10000) as numbers(i)
    ),
    paragraphs as (
        select
            n,
            source,
            k,
            case
                when k = 14 and n % 3 = 0 then 'Subscribe to the newsletter of source ' || source
                else array_to_string(list_transform(
                    range(case when k > 9 then 10 else 35 end),
                    lambda word: left(md5((n * 1000 + k * 50 + word)::varchar), 6)
                ), ' ')
            end as line
        from articles, range(15) as places(k)
    )
    select
        md5(n::varchar) as article_id,
        1 as version,
        'night-' || $night as run_id,
        md5(n::varchar) as content_hash,
        'Source ' || source as source,
        'courier.example' as domain,
        date '2025-01-01' + $night as published_date,
        null::timestamptz as fetched_at,
        string_agg(line, e'\\n\\n' order by k) as text,
        ['Ida Marsh'] as authors,
        null::varchar[] as learned_lines
    from paragraphs
    group by n, source
) to '$file' (compression zstd)
"""

COUNTS = f"""
create view new_article_versions as from article_versions where run_id = 'night-{NIGHTS - 1}';
create view earlier_days as
select source, published_date as day, count(*) as articles from article_versions
where run_id <> 'night-{NIGHTS - 1}' group by all;
create view earlier_versions as
select source, sum(articles) as versions from earlier_days group by source;
"""


def report(folder: Path) -> None:
    """Print the time of learning, and its ratio to the time of reading the texts once."""
    settings = load_settings()
    with duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{settings.load.memory}'; set threads = 2")
        connection.execute(f"set temp_directory = '{folder / 'spill'}'")
        _make_lake(connection, folder)
        started = time.perf_counter()
        connection.execute("select sum(length(text)) from article_versions").fetchall()
        read = time.perf_counter() - started
        find_boilerplate_changes(connection, f"night-{NIGHTS - 1}", settings)
        learned = time.perf_counter() - started - read
        [(lines,)] = connection.execute("select count(*) from boilerplate_changes").fetchall()
    print(
        f"learning from 200,000 articles: {learned:.1f} s, {learned / read:.1f} times reading "
        f"their texts ({read:.1f} s); {lines} lines learned of {SOURCES} sources"
    )


def _make_lake(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for night in range(NIGHTS):
        text = NIGHT.replace("$night", str(night)).replace("$sources", str(SOURCES))
        connection.execute(text.replace("$file", str(folder / f"{night}.parquet")))
    connection.read_parquet(f"{folder}/*.parquet").create_view("article_versions")
    connection.execute(COUNTS)
    for name, schema in (
        ("superseded", SUPERSEDED.arrow),
        ("new_superseded", SUPERSEDED.arrow),
        ("boilerplate_history", BOILERPLATE_HISTORY.arrow),
        ("overrides", OVERRIDE_SCHEMA),
    ):
        connection.from_arrow(schema.empty_table()).to_table(name)
