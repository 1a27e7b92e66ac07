"""Cost of the corpus report: `python -m tests.benchmarks report`, or `report=100` for 100 nights.

The warehouse has 1,000 sources, of which one in twenty fails each night, and 2,700 articles a
night: copies on several sites, four languages, sections, revisions, dates to the day.
"""

import sys
from pathlib import Path

import duckdb

from config.settings import load_settings
from tests.benchmarks import grown
from tests.benchmarks.grown import ROWS, GrownWarehouse
from tests.benchmarks.sized import fitted
from tests.benchmarks.sizes import cost
from warehouse.files import write_table_files
from warehouse.lake import open_lake
from warehouse.schema import ARTICLE_VERSIONS, CLUSTER_MEMBERS, REVISIONS, VISITS, Table

SOURCES = 1_000
MAKE = "from flows.cli import main; main()"
# Every ninth article of a night and the two after it are copies of one text.
COPIES = """
select
    article_id,
    first_value(article_id) over (
        partition by night, k // 9 order by article_id rows between unbounded preceding
        and unbounded following
    ) as cluster_id,
    run_id,
    1 as change
from made
where outcome = 'loaded' and k % 9 < 3
"""
CHANGES = """
select
    article_id, 2 as version, 1 as previous_version, 'publisher' as change_reason,
    k % 3 = 0 as title_changed, true as text_changed, k % 5 = 0 as note_added, 0.9 as similarity,
    12 as words_added, 4 as words_removed, k % 5 <> 0 as is_silent, run_id, 1 as comparison
from made
where outcome = 'revised'
"""


def report(folder: Path, nights: int = 400) -> None:
    """Print the seconds, the peak of the memory and the size of the report."""
    ROWS[VISITS] = ROWS[VISITS].replace(
        "'ok' as discovery", "if(hash(s, night) % 20 = 0, 'failed', 'ok') as discovery"
    )
    ROWS[ARTICLE_VERSIONS] = (
        ROWS[ARTICLE_VERSIONS]
        .replace("'en' as language", "['en', 'de', 'fr', 'ja'][k % 4 + 1] as language")
        .replace(
            "'second' as published_precision",
            "if(k % 7 = 0, 'day', 'second') as published_precision",
        )
        .replace(
            "claimed_key,",
            "claimed_key, 'Section ' || k % 40 as section, "
            "['full', 'paywalled', 'unknown'][k % 3 + 1] as access_state,",
        )
    )
    for count in sorted({10, nights // 4, nights}):
        made = GrownWarehouse(folder / str(count), SOURCES, "months")
        made.grow(count)
        _add(made, CLUSTER_MEMBERS, COPIES)
        _add(made, REVISIONS, CHANGES)
        _publish(made)
        print(f"{count:,} nights, {SOURCES:,} sources: {measured(made.folder)}", flush=True)


def measured(folder: Path) -> str:
    """Return what one report costs, in a process of its own."""
    taken = cost(sys.executable, "-P", "-c", MAKE, "report", "-w", folder)
    if taken.status:
        raise RuntimeError(taken.said)
    size = (folder / "report" / "index.html").stat().st_size
    return (
        f"{taken.cpu:.1f} CPU s, {taken.seconds:.0f} s, peak {taken.peak / 1e6:,.0f} MB, "
        f"page {size / 1e6:.2f} MB"
    )


def _add(made: GrownWarehouse, table: Table, query: str) -> None:
    lake = open_lake(made.folder)
    settings = load_settings().load
    files = []
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for first in range(1, made.nights + 1, 30):
            last = min(first + 29, made.nights)
            values = {"first": first, "last": last, "sources": made.sources}
            connection.execute(grown.MADE, values)
            rows = fitted(connection.execute(query).to_arrow_table(), table.arrow)
            path = lake.folder(table) / f"copies-{first:05}.parquet"
            written = write_table_files(rows.to_batches(), table, settings, lambda _, at=path: at)
            files += [file.path for file in written]
    lake.commit(table, files, f"added-{table.name}")


def _publish(made: GrownWarehouse) -> None:
    from tasks.load.commit import publish_tables

    publish_tables(made.folder, load_settings(warehouse=made.folder))
