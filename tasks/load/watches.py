"""The watches of a night: which of its new versions meet the saved queries and conditions.

The queries of watches are in `tasks.load.watch_queries`, which most runs need not import.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from config.errors import UsageError
from config.settings import Settings
from config.watches import Watch, load_watches, watches_file
from tasks.runs.run import Run
from warehouse.files import write_table_files
from warehouse.lake import Lake
from warehouse.query import require_reading
from warehouse.reading import create_view
from warehouse.schema import ARTICLE_VERSIONS, WATCH_HITS
from warehouse.statements import statement
from warehouse.working import working_connection

log = logging.getLogger("broadsheet.watches")

_NIGHTLY = "nightly"
_FOUND_BY_WORDS = (
    "(article_id, version) in (select article_id, version from found_by_words where watch = $watch)"
)
_AS_SHOWN = "create view articles as select * replace (extra::json as extra) from new_rows"


def require_watches(settings: Settings) -> tuple[Watch, ...]:
    """Return the watches, after a check that each query and condition can be asked.

    Raises:
        UsageError: the list, a query or a condition is refused; the message names the watch.
    """
    path = watches_file(settings.sources)
    watches = load_watches(path)
    if not watches:
        return ()
    from tasks.load.watch_queries import require_query

    columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in ARTICLE_VERSIONS)
    with duckdb.connect() as connection:
        connection.execute(f"create table articles ({columns})")
        for watch in watches:
            query = f"select count(*) from articles where (\n{watch.where or 'true'}\n)"
            require_query(watch, path)
            try:
                require_reading(query)
                connection.execute(query)
            except (duckdb.Error, UsageError) as error:
                raise UsageError(
                    f"The watch {watch.name!r} in {path} is refused "
                    f"({str(error).splitlines()[0]}): give a condition on the columns of "
                    "`articles`."
                ) from error
    return watches


def write_watch_hits(
    run: Run,
    lake: Lake,
    settings: Settings,
    stored: Mapping[str, Sequence[str]],
    new: Sequence[str],
) -> list[str]:
    """Write the hits of a night, and return the files.

    They are committed with the night itself, so that a killed night loses none and has none twice.
    A condition that fails on some value is logged, and costs the hits of its watch only.

    Args:
        stored: the files of each table.
        new: the files of the run's new versions.
    """
    if run.description.flow != _NIGHTLY or not new:
        return []
    watches = load_watches(watches_file(settings.sources))
    if not watches:
        return []
    from tasks.load.watch_queries import find_by_words

    schema_file = stored[ARTICLE_VERSIONS.name][0]
    with working_connection(settings, run.folder / "watches-spill") as connection:
        create_view(connection, "new_rows", [schema_file, *new], ARTICLE_VERSIONS.arrow)
        create_view(connection, WATCH_HITS.name, stored[WATCH_HITS.name], WATCH_HITS.arrow)
        connection.execute(_AS_SHOWN)
        find_by_words(connection, watches)
        found = [table for watch in watches if (table := _hits(connection, watch, run))]
        batches = [batch for table in found for batch in table.to_batches()]
    written = write_table_files(batches, WATCH_HITS, settings.load, partial(_file, lake, run))
    return [file.path for file in written]


def _hits(connection: duckdb.DuckDBPyConnection, watch: Watch, run: Run) -> pa.Table | None:
    where = f"(\n{watch.where or 'true'}\n)"
    if watch.query is not None:
        where += f" and {_FOUND_BY_WORDS}"
    query = statement("new_watch_hits").replace("{where}", where)
    values = {"watch": watch.name, "night": run.night, "run_id": run.run_id}
    try:
        return connection.execute(query, values).to_arrow_table().cast(WATCH_HITS.arrow)
    except duckdb.Error as error:
        log.warning("watch=%s failed: %s", watch.name, str(error).splitlines()[0])
        return None


def _file(lake: Lake, run: Run, number: int) -> Path:
    return lake.folder(WATCH_HITS) / f"{run.run_id}-{number:05}.parquet"
