"""Write the rows of a resolved run as Parquet files into the lake's folders, table by table."""

from dataclasses import replace

import duckdb

from config.settings import Settings
from tasks.boilerplate.learn import LearningFiles, learn
from tasks.load.revisions import compare_new_versions
from tasks.load.row_writer import RowWriter
from tasks.load.watches import write_watch_hits
from tasks.runs.run import Run
from tasks.stories.resolve import (
    STORY_STATEMENTS,
    define_stored_fingerprints,
    find_stories,
    search_of,
)
from warehouse.kept import entries_of_sources
from warehouse.lake import Lake
from warehouse.schema import (
    ADDRESS_KEYS,
    ARTICLE_KEYS,
    ARTICLE_VERSIONS,
    BOILERPLATE_HISTORY,
    DATE_CANDIDATES,
    DISCOVERIES,
    DOCUMENTS,
    FETCHES,
    FINGERPRINTS,
    IMAGES,
    INPUTS,
    LINKS,
    REVISION_CHANGES,
    REVISIONS,
    SUPERSEDED,
    VISITS,
    WATCH_HITS,
)
from warehouse.snapshots import Snapshot
from warehouse.statements import statement

STATEMENTS = (
    (ARTICLE_VERSIONS, "new_versions"),
    (SUPERSEDED, "newly_superseded"),
    (ARTICLE_KEYS, "new_article_keys"),
    (ADDRESS_KEYS, "new_address_keys"),
    (DATE_CANDIDATES, "new_date_candidates"),
    (LINKS, "new_links"),
    (IMAGES, "new_images"),
    (DOCUMENTS, "ledger"),
    (INPUTS, "run_inputs"),
    (FINGERPRINTS, "new_fingerprints"),
)
# A run that fetches writes these tables, too.
FETCHING_STATEMENTS = (
    (DISCOVERIES, "run_discoveries"),
    (FETCHES, "run_fetches"),
    (VISITS, "run_visits"),
)
# These read the comparisons of the new versions with those before them.
COMPARING_STATEMENTS = (
    (REVISIONS, "new_revisions"),
    (REVISION_CHANGES, "new_revision_changes"),
)
# Sorting a part takes twice its size in memory; each part is an open file until it is sorted.
VERSION_PARTS = {"part_bytes": 32_000_000, "most_parts": 200}
# Statements that join whole rows run once per so many documents, which keeps the hash tables of
# their joins below 100 MB.
_ROWS_AT_ONCE = 200_000
_Connection = duckdb.DuckDBPyConnection


def write_rows(
    connection: _Connection,
    run: Run,
    lake: Lake,
    settings: Settings,
    snapshot: Snapshot,
) -> dict[str, list[str]]:
    """Write the run's rows of every table; return the paths of the files by table.

    Boilerplate and stories come last: they follow from the stored files and those just written.
    """
    stored = snapshot.files
    define_stored_fingerprints(connection, stored)
    ranges = connection.execute(statement("position_ranges"), {"rows": _ROWS_AT_ONCE}).fetchall()
    writer = RowWriter(connection, run, lake, settings, ranges)
    connection.execute(statement("version_parts"), VERSION_PARTS)
    statements = STATEMENTS + (FETCHING_STATEMENTS if run.fetches else ())
    files = {table.name: writer.write(table, name) for table, name in statements}
    compare_new_versions(connection, run.folder, snapshot, files[ARTICLE_VERSIONS.name])
    files |= {table.name: writer.write(table, name) for table, name in COMPARING_STATEMENTS}
    connection.execute("drop table if exists temp.article_versions")  # learning needs other rows
    new = files[ARTICLE_VERSIONS.name]
    files[WATCH_HITS.name] = write_watch_hits(run, lake, settings, stored, new)
    visits = entries_of_sources(run.warehouse, snapshot)
    spans = snapshot.spans
    learning = LearningFiles(stored, files, visits, spans.get(ARTICLE_VERSIONS.name, {}))
    learn(connection, run, learning, settings)
    files[BOILERPLATE_HISTORY.name] = writer.write(BOILERPLATE_HISTORY, "new_boilerplate_history")
    near = spans.get(FINGERPRINTS.name, {})
    search = replace(search_of(run.run_id, settings), kept=True, spans=near)
    find_stories(connection, stored, files, search)
    return files | {table.name: writer.write(table, name) for table, name in STORY_STATEMENTS}
