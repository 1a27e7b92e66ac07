"""Building the index of a publication, from the index before it or from all articles.

Runs add files to the tables. If only runs were committed since the index before was built, the
articles in their files are added to it, and the versions that they replace are removed. After any
other change, or if that index is missing or damaged, all articles are indexed anew. The articles in
the index are the same.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from config.settings import Settings
from warehouse.kept import KEPT_KEYS
from warehouse.reading import create_view
from warehouse.schema import ARTICLE_VERSIONS, SUPERSEDED, Table
from warehouse.search.folders import (
    IndexState,
    begin_folder,
    complete_folder,
    index_fault,
    index_folders,
    read_state,
    remove_unfinished_indexes,
)
from warehouse.search.index import ArticleRow, indexed, make_index
from warehouse.snapshots import Snapshot
from warehouse.statements import sql_quoted, statement
from warehouse.working import small_connection

log = logging.getLogger("broadsheet.search")

_TABLES: tuple[Table, ...] = (ARTICLE_VERSIONS, SUPERSEDED)
_ROWS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class IndexTask:
    """An index to build.

    Attributes:
        name: the id of the publication.
        published: the file that is about to be published. Its tables say which versions are
            current.
        anew: index all articles, whatever there was before.
    """

    warehouse: Path
    name: str
    snapshot: Snapshot
    published: Path
    settings: Settings
    anew: bool = False


@dataclass(frozen=True, slots=True)
class _Start:
    """The index before, and the files that were committed since, by table."""

    folder: Path
    state: IndexState
    files: dict[str, list[str]]


def published_index(task: IndexTask) -> str | None:
    """Build the index of a publication and return its name.

    A night is not lost for its index: if it cannot be built, the tables are published without one.
    `broadsheet doctor` says so, and the next run builds it anew.

    Returns:
        The name of its folder; None if the settings want no index, or it could not be built.
    """
    if not task.settings.search.index:
        return None
    try:
        return build_index(task).name
    except (OSError, ValueError) as error:
        log.warning("published without a search index: %s", str(error).splitlines()[0])
        remove_unfinished_indexes(task.warehouse)
        return None


def build_index(task: IndexTask) -> Path:
    """Build the index of a publication and return its folder; the caller holds the writer lock.

    Raises:
        ValueError: tantivy could not write it.
        OSError: the disk is full, or a file cannot be read.
    """
    remove_unfinished_indexes(task.warehouse)
    start = None if task.anew else _start(task)
    folder = begin_folder(task.warehouse, task.name, start.folder if start else None)
    articles = _expected_articles(task)
    try:
        found = _write(task, folder, start)
    except ValueError as error:
        if start is None:
            raise
        log.warning("index %s cannot be continued: %s", start.folder.name, error)
        return build_index(replace(task, anew=True))
    if start and found != articles:
        log.warning("index is incomplete: articles=%d of=%d; built anew", found, articles)
        return build_index(replace(task, anew=True))
    covers = {table.name: task.snapshot.head(table) for table in _TABLES}
    final = complete_folder(folder, covers, found, start.state if start else None)
    log.info("indexed folder=%s articles=%d", final.name, found)
    return final


def _start(task: IndexTask) -> _Start | None:
    """Return the newest index that can be continued; None if there is none."""
    for folder in reversed(index_folders(task.warehouse)):
        state, fault = read_state(folder), index_fault(folder)
        if state is None or fault:
            log.warning("index %s cannot be continued: it %s", folder.name, fault)
            continue
        files = {}
        for table in _TABLES:
            covered = state.covers.get(table.name)
            added = task.snapshot.added_since(table, covered)
            if added is not None:
                files[table.name] = added
        if len(files) == len(_TABLES):
            return _Start(folder, state, files)
    return None


def _write(task: IndexTask, folder: Path, start: _Start | None) -> int:
    """Write the articles and return how many are in the index then."""
    import tantivy

    index = tantivy.Index.open(str(folder)) if start else make_index(folder)
    if start is None or any(start.files.values()):
        # With one thread the segments, and so their merges, are the same in every run.
        writer = index.writer(task.settings.search.memory_bytes, 1)
        for row, text, authors in _articles(task, start):
            if start:
                writer.delete_documents_by_term("id", row.article_id)
            writer.add_document(indexed(row, text, authors))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
    return index.searcher().num_docs


def _articles(
    task: IndexTask, start: _Start | None
) -> Iterator[tuple[ArticleRow, str | None, list[str] | None]]:
    """Yield the articles to index, with their texts and authors."""
    name = "changed_articles" if start else "current_articles"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'; set enable_progress_bar = false; set threads = 2")
        connection.execute("set memory_limit = $limit", {"limit": task.settings.load.memory})
        spill = task.published.parent / "spill"
        connection.execute("set temp_directory = $folder", {"folder": str(spill)})
        _make_views(connection, task, start)
        for batch in connection.execute(statement(name)).to_arrow_reader(_ROWS_AT_ONCE):
            for row in batch.to_pylist():
                text, authors = row.pop("text"), row.pop("authors")
                yield ArticleRow(**row), text, authors


def _make_views(
    connection: duckdb.DuckDBPyConnection, task: IndexTask, start: _Start | None
) -> None:
    """Make the views that the statements read; after a start, with few files."""
    connection.execute(f"attach {sql_quoted(str(task.published))} as published (read_only)")
    connection.execute("create temp view standings as from published.marts.standings")
    if start is None:
        files = task.snapshot.files[ARTICLE_VERSIONS.name]
    else:
        for table in _TABLES:
            schema_file, *_ = task.snapshot.files[table.name]
            added = [schema_file, *start.files[table.name]]
            create_view(connection, f"new_{table.name}", added, table.arrow)
        files = _files_of_restored(connection, task)
    create_view(connection, ARTICLE_VERSIONS.name, files, ARTICLE_VERSIONS.arrow)


def _files_of_restored(connection: duckdb.DuckDBPyConnection, task: IndexTask) -> list[str]:
    """Return the files that may hold versions that are current again; most nights have none."""
    keys = KEPT_KEYS.path(task.warehouse)
    connection.execute(f"attach {sql_quoted(str(keys))} as {KEPT_KEYS.name} (read_only)")
    connection.execute(statement("current_again"))
    days = connection.execute("select published_date from days_again").fetchall()
    if not days:
        return task.snapshot.files[ARTICLE_VERSIONS.name][:1]
    return task.snapshot.files_of_days(ARTICLE_VERSIONS, [day for (day,) in days if day])


def _expected_articles(task: IndexTask) -> int:
    """Return the number of articles that will be published."""
    with small_connection(task.published) as connection:
        found = connection.execute(
            "select sum(articles)::bigint from marts.article_days"
        ).fetchone()
    return int(found[0] or 0) if found else 0
