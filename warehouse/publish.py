"""Publication of `news.duckdb`: it is built aside, checked, and renamed over the old file.

Readers that have opened the old file keep it. Nobody has to wait, and nobody sees half a night. The
file needs no DuckDB extension, because its views name Parquet files.
"""

import logging
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from string import Template

import duckdb
import orjson

from config.days import FIRST_NIGHT, last_night
from config.errors import BroadsheetError, UnbalancedRunError
from config.settings import Settings
from warehouse.files import fsync
from warehouse.former_names import columns_shown, former_names, source_shown
from warehouse.kept import KEPT_MARTS, bring_up_kept, entries_of_sources, remove_kept
from warehouse.layout import KEPT, PUBLISHED, SEARCH
from warehouse.reading import have_all_columns, keep_complete_files
from warehouse.schema import (
    FORMER_NAMES,
    MARTS,
    PUBLICATION,
    STORED_AT_PUBLICATION,
    TABLES,
    VIEWS,
    Table,
)
from warehouse.search.build import IndexTask, published_index
from warehouse.search.folders import new_publication_id, remove_old_indexes
from warehouse.snapshots import Snapshot, require_files
from warehouse.statements import sql_quoted, statement
from warehouse.working import small_connection

log = logging.getLogger("broadsheet.publish")

_LITERAL = re.compile(r"'((?:[^']|'')*)(?:'|\Z)")
# Queries that fail where a file that a published view names cannot be read.
PROBES = tuple(f"select * from {table.name} limit 0" for table in TABLES)


def publish(
    warehouse: Path,
    snapshot: Snapshot,
    settings: Settings,
    *,
    is_current: bool = True,
    index_anew: bool = False,
) -> Path:
    """Replace `news.duckdb` by one that shows the snapshot, with its search index.

    Whatever error is raised, the file that was published before stays.

    Args:
        is_current: whether the snapshot is the present one. For an older one, there is no index,
            and articles may be missing that were taken down since.
        index_anew: index all articles, and not only those that are new.

    Returns:
        The published file.

    Raises:
        UnbalancedRunError: the ledger does not account for every document.
        DamagedWarehouseError: a file of the snapshot is missing or damaged.
        BroadsheetError: DuckDB could not build the file.
    """
    require_files(snapshot, warehouse)
    target = warehouse / PUBLISHED
    folder = Path(tempfile.mkdtemp(prefix=".publish-", dir=warehouse))
    try:
        # Views refer to their database by the name of its file, so the name must be the final one.
        aside = folder / PUBLISHED
        bring_up_kept(warehouse, snapshot, settings.load)
        shutil.copyfile(KEPT_MARTS.path(warehouse), aside)
        with duckdb.connect(str(aside)) as connection:
            _build(connection, warehouse, snapshot, settings)
            if is_current:
                _check_balance(connection)
        keep_complete_files(warehouse, chain.from_iterable(snapshot.files.values()))
        now, index = datetime.now(UTC), None
        task = IndexTask(warehouse, new_publication_id(now), snapshot, aside, settings, index_anew)
        if is_current:
            index = published_index(task)
        _record(task, now, index)
        fsync(aside)
        # Only a process that has opened the old file for writing leaves a .wal. It must not be
        # applied to the new file.
        target.with_name(f"{PUBLISHED}.wal").unlink(missing_ok=True)
        aside.replace(target)
        fsync(warehouse)
        remove_old_indexes(warehouse, index, timedelta(days=settings.publish.grace_days), now)
    except duckdb.Error as error:
        remove_kept(warehouse)
        raise BroadsheetError(
            f"{target} could not be published: {str(error).splitlines()[0]}; mend that and repeat "
            f"the command, which resumes the run and builds the files in {KEPT}/ anew."
        ) from error
    finally:
        shutil.rmtree(folder)
    log.info("published file=%s bytes=%d", target, target.stat().st_size)
    return target


def is_published(warehouse: Path, snapshot: Snapshot) -> bool:
    """Return whether all files that the views of the published file name are in a snapshot.

    Tables whose rows are stored in the published file need no files.
    """
    try:
        named = files_named_by(views_of(warehouse / PUBLISHED))
    except duckdb.Error:
        return False
    return bool(named) and named <= {file for files in snapshot.files.values() for file in files}


def views_of(published: Path) -> str:
    """Return the SQL of all views of a published file.

    Raises:
        duckdb.Error: it cannot be opened.
    """
    with duckdb.connect(str(published), read_only=True) as connection:
        views = connection.execute("select sql from duckdb_views() where not internal")
        return "\n".join(sql for (sql,) in views.fetchall())


def files_named_by(views: str) -> set[str]:
    """Return the Parquet files that the SQL of views names."""
    literals = (name.replace("''", "'") for name in _LITERAL.findall(views))
    return {name for name in literals if name.endswith(".parquet")}


def remove_unfinished_publications(warehouse: Path) -> None:
    """Remove the folders that killed publications left; the caller holds the writer lock."""
    for folder in warehouse.glob(".publish-*"):
        shutil.rmtree(folder)


def _build(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, snapshot: Snapshot, settings: Settings
) -> None:
    """Add the views to a copy of the marts."""
    names = former_names(entries_of_sources(warehouse, snapshot))
    connection.execute("set timezone = 'UTC'")
    connection.execute("drop table covered; drop table about")
    connection.execute(_views(snapshot, names, settings))
    for pair in names.items():
        connection.execute(f"insert into {FORMER_NAMES.name} values (?, ?)", pair)
    comments = ";".join(line for table in (*TABLES, *VIEWS) for line in _comments(table))
    connection.execute(f"begin; {comments}; commit")
    connection.execute("checkpoint")


def _record(task: IndexTask, now: datetime, index: str | None) -> None:
    """Add the row of `publication`, which says what is published together."""
    heads = {table.name: task.snapshot.head(table) for table in TABLES}
    folder = f"{SEARCH}/{index}" if index else None
    with small_connection(task.published) as connection:
        connection.execute(
            f"insert into {PUBLICATION.name} values (?, ?, ?, ?, null)",
            [task.name, now, orjson.dumps(heads).decode(), folder],
        )
        connection.execute("checkpoint")


def _views(snapshot: Snapshot, names: dict[str, str], settings: Settings) -> str:
    """Return the statements of publish.sql with columns, files and settings filled in."""
    columns = {f"{table.name}_columns": columns_shown(table, {}) for table in TABLES}
    shown = {f"{table.name}_shown": columns_shown(table, names) for table in TABLES}
    files = {
        f"{name}_files": "[" + ", ".join(map(sql_quoted, paths)) + "]"
        for name, paths in snapshot.files.items()
    }
    differ = {
        f"{table.name}_differ": str(not have_all_columns(snapshot.files[table.name], table.arrow))
        for table in TABLES
    }
    shown_source = source_shown(names)
    views = statement("publish") + statement("stories") + "".join(_marts())
    return Template(views).substitute(
        columns | shown | files | differ,
        source_shown=shown_source,
        source_alone=shown_source.removesuffix(' as "source"'),
        latest_days=settings.publish.latest_days,
        first_night=FIRST_NIGHT,
        last_night=last_night(),
        published_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _marts() -> Iterator[str]:
    """Yield the statements that make the marts, views of kept counts for one question each."""
    for table in MARTS:
        yield f"create view {table.name} as {statement(table.name)};"


def _comments(table: Table) -> Iterator[str]:
    """Yield the statements that describe a table and its columns to readers."""
    kind = "table" if table in STORED_AT_PUBLICATION else "view"
    yield f"comment on {kind} {table.name} is {sql_quoted(table.grain)}"
    for column in (*table, *table.joined):
        yield f"comment on column {table.name}.{column.name} is {sql_quoted(column.meaning)}"


def _check_balance(connection: duckdb.DuckDBPyConnection) -> None:
    """Check that every document has exactly one outcome and every article one current version."""
    unbalanced = connection.execute(statement("imbalances")).fetchall()
    damaged = connection.execute("from marts.damaged order by article_id").fetchall()
    if unbalanced:
        run_id, read, ledger, outcomes, versions = unbalanced[0]
        raise UnbalancedRunError(
            f"Not published: run {run_id} read {read} documents, its ledger has {ledger}, of which "
            f"{outcomes} should be versions and {versions} are: please report this as a defect."
        )
    if damaged:
        article_id, found = damaged[0]
        raise UnbalancedRunError(
            f"Not published: {len(damaged)} articles do not have exactly one current version, the "
            f"first, {article_id}, has {found}: please report this as a defect."
        )
