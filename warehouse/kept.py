"""Files that are kept beside the lake and brought up to date run by run: keys and marts.

    WAREHOUSE/kept/keys.duckdb     hashes of all keys, by which resolving finds the articles that a
                                   run may concern without reading the keys of all rows
                   marts.duckdb    counts by source and day and the like, which every publication
                                   contains, so that its views need not read all files

Both follow from the tables of the lake alone. Each says which snapshot of each table it covers. If
only runs were committed since then, their files are added; after any other change, or if a file is
missing or cannot be opened, it is built anew from all files. The result is the same. Damage inside
a file shows when it is read: `remove_kept` is then called, and the next command builds it anew.
"""

import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil
from pathlib import Path
from string import Template

import duckdb
import pyarrow.parquet as pq

from config.settings import LoadSettings
from warehouse.files import parquet_fault, written_aside
from warehouse.lake import Lake
from warehouse.layout import KEPT
from warehouse.reading import create_view
from warehouse.schema import (
    ARTICLE_VERSIONS,
    CLUSTER_MEMBERS,
    DOCUMENTS,
    FINGERPRINTS,
    SUPERSEDED,
    TEXT_PAIRS,
    VISITS,
    Table,
)
from warehouse.snapshots import Snapshot
from warehouse.statements import sql_quoted, statement
from warehouse.working import small_connection

log = logging.getLogger("broadsheet.kept")

# Raise this number when a statement in sql/kept/ changes: the files are then built anew.
KEPT_FORMAT = 6
# With an older storage version DuckDB silently replays a stale .wal file of another database that
# lies beside the file. With this one it refuses to.
STORAGE_VERSION = "v1.4.0"
# By default DuckDB skips row groups by at most 50 values of a join's smaller side.
MOST_PRUNING_VALUES = 5_000
_LEAST_FOR_TWO_THREADS = 20_000_000  # bytes
# Computing the stories of a million clusters at once did not fit into 500 MB.
_CLUSTERS_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A DuckDB file that is kept.

    Attributes:
        name: its name without suffix, under which statements know it.
        tables: the tables whose new files it reads.
        added: the statements that add new files, in order.
    """

    name: str
    tables: tuple[Table, ...]
    added: tuple[str, ...]

    def path(self, warehouse: Path) -> Path:
        """Return the path of the file in a warehouse."""
        return warehouse / KEPT / f"{self.name}.duckdb"


KEPT_KEYS = KeptFile(
    "keys", (ARTICLE_VERSIONS, DOCUMENTS, FINGERPRINTS, TEXT_PAIRS), ("keys_added",)
)
KEPT_MARTS = KeptFile(
    "marts",
    (ARTICLE_VERSIONS, SUPERSEDED, VISITS, DOCUMENTS, CLUSTER_MEMBERS, FINGERPRINTS),
    ("marts_added", "article_days_added", "story_days_added", "addresses_added"),
)


def bring_up_kept(warehouse: Path, snapshot: Snapshot, settings: LoadSettings) -> None:
    """Bring both kept files up to a snapshot; the caller holds the writer lock."""
    (warehouse / KEPT).mkdir(exist_ok=True)
    for left in (warehouse / KEPT).glob(".*"):  # by a killed process
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    for kept in (KEPT_KEYS, KEPT_MARTS):  # the marts look versions up in the keys
        covered = _covered(kept, warehouse)
        files = None if covered is None else _files_to_add(kept, covered, snapshot)
        if files is None:
            _rebuild(kept, warehouse, snapshot, settings)
        elif any(files.values()) or covered != _heads(kept, snapshot):
            _add(kept, kept.path(warehouse), warehouse, (snapshot, files), settings)


def attach_kept(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    """Attach both kept files read-only under their names; the caller holds the writer lock."""
    connection.execute(f"set dynamic_or_filter_threshold = {MOST_PRUNING_VALUES}")
    for kept in (KEPT_KEYS, KEPT_MARTS):
        connection.execute(
            f"attach {sql_quoted(str(kept.path(warehouse)))} as {kept.name} (read_only)"
        )


def _rebuild(kept: KeptFile, warehouse: Path, snapshot: Snapshot, settings: LoadSettings) -> None:
    """Build a file from all files of the tables, and rename it over the old one."""
    target = kept.path(warehouse)
    folder = target.with_name(f".{kept.name}")
    folder.mkdir()
    aside = folder / target.name
    with small_connection() as connection:
        connection.execute(
            f"attach {sql_quoted(str(aside))} as {kept.name} (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute(statement(f"{kept.name}_tables"))
        connection.execute(
            f"create table {kept.name}.covered (table_name varchar, snapshot_id bigint); "
            f"create table {kept.name}.about as "
            f"select {KEPT_FORMAT} as format, version() as made_by, '{kept.name}' as name"
        )
        connection.execute(f"detach {kept.name}")
    files = {table.name: snapshot.files[table.name][1:] for table in kept.tables}
    _add(kept, aside, warehouse, (snapshot, files), settings)
    target.with_name(f"{target.name}.wal").unlink(missing_ok=True)
    aside.replace(target)
    shutil.rmtree(folder)
    log.info("built kept=%s bytes=%d", kept.name, target.stat().st_size)


def _add(
    kept: KeptFile,
    path: Path,
    warehouse: Path,
    new: tuple[Snapshot, Mapping[str, Sequence[str]]],
    settings: LoadSettings,
) -> None:
    """Add new files in one transaction, so that a kill leaves them all or none."""
    snapshot, files = new
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        connection.execute(f"set threads = {_threads(files)}")
        connection.execute("set memory_limit = $limit", {"limit": settings.memory})
        spill = path.with_name(f".{path.stem}-spill")
        connection.execute("set temp_directory = $folder", {"folder": str(spill)})
        connection.execute(f"set dynamic_or_filter_threshold = {MOST_PRUNING_VALUES}")
        connection.execute(f"attach {sql_quoted(str(path))} as {kept.name}")
        for table in kept.tables:
            schema_file, *_ = snapshot.files[table.name]
            added = [schema_file, *files[table.name]]
            create_view(connection, f"new_{table.name}", added, table.arrow)
        if kept is KEPT_MARTS:
            _define_concerned_days(connection, warehouse, snapshot)
            counts = Template(statement("ledger_counts")).substitute(documents="new_documents")
            connection.execute(f"create temp view new_ledger_counts as {counts}")
        connection.execute("begin")
        for name in kept.added:
            connection.execute(statement(name))
        if kept is KEPT_MARTS:
            _add_stories(connection)
        connection.execute(f"delete from {kept.name}.covered")
        for name, head in _heads(kept, snapshot).items():
            connection.execute(f"insert into {kept.name}.covered values (?, ?)", [name, head])
        connection.execute("commit")
        connection.execute(f"checkpoint {kept.name}")
        if kept is KEPT_MARTS:
            _write_entries(connection, warehouse, snapshot)
        connection.execute(f"detach {kept.name}")


def _threads(files: Mapping[str, Sequence[str]]) -> int:
    """Return 2 for large files; for small ones, the second thread costs more than it does."""
    size = sum(Path(file).stat().st_size for file in chain.from_iterable(files.values()))
    return 1 if size < _LEAST_FOR_TWO_THREADS else 2


def _define_concerned_days(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, snapshot: Snapshot
) -> None:
    """Make `dates_of`, and views of the stored articles and fingerprints of the days concerned."""
    connection.execute(f"attach {sql_quoted(str(KEPT_KEYS.path(warehouse)))} as keys (read_only)")
    connection.execute(statement("concerned_days"))
    found = connection.execute("select published_date from concerned_days").fetchall()
    days = [day for (day,) in found if day is not None]
    for table in (ARTICLE_VERSIONS, FINGERPRINTS):
        # Fingerprints of articles without a date have the day on which these were fetched.
        all_of_them = table is FINGERPRINTS and len(days) < len(found)
        files = snapshot.files[table.name] if all_of_them else snapshot.files_of_days(table, days)
        create_view(connection, table.name, files, table.arrow)


def _add_stories(connection: duckdb.DuckDBPyConnection) -> None:
    """Compute the stories of clusters anew of which an article was added, moved or changed."""
    connection.execute(statement("touched_clusters"))
    [(clusters,)] = connection.execute("select count(*) from touched_clusters").fetchall()
    parts = ceil(clusters / _CLUSTERS_AT_ONCE)
    for part in range(parts):
        connection.execute(statement("touched_copies"), {"part": part, "parts": parts})
        connection.execute(statement("stories_added"))


def _files_to_add(
    kept: KeptFile, covered: Mapping[str, int | None], snapshot: Snapshot
) -> dict[str, list[str]] | None:
    """Return the files that were committed since the file was last brought up, by table.

    Return None if the file must be built anew.
    """
    files = {}
    for table in kept.tables:
        added = snapshot.added_since(table, covered.get(table.name))
        if added is None:
            return None
        files[table.name] = added
    return files


def _covered(kept: KeptFile, warehouse: Path) -> dict[str, int | None] | None:
    """Return the snapshot of each table that a file covers; None if the file cannot be used."""
    path = kept.path(warehouse)
    if not path.is_file():
        return None
    try:
        with small_connection(path) as connection:  # not read-only: a kill may leave a .wal
            about = connection.execute(
                "select format, made_by = version(), name from about"
            ).fetchone()
            rows = connection.execute("select table_name, snapshot_id from covered").fetchall()
    except duckdb.Error:
        return None
    return dict(rows) if about == (KEPT_FORMAT, True, kept.name) else None


def _heads(kept: KeptFile, snapshot: Snapshot) -> dict[str, int | None]:
    return {table.name: snapshot.head(table) for table in kept.tables}


def entries_of_sources(warehouse: Path, snapshot: Snapshot) -> list[str]:
    """Return Parquet files with the newest visit of each source, as `former_names` reads them.

    They are one small file if the marts cover the snapshot, else all files of visits. No lock is
    needed: the name of the file says which snapshot it covers.
    """
    path = _entries_file(warehouse, snapshot.head(VISITS))
    return snapshot.files[VISITS.name] if parquet_fault(path) else [str(path)]


def entries_in_lake(lake: Lake) -> list[str]:
    """Return what `entries_of_sources` does, for the current snapshot of a lake."""
    path = _entries_file(lake.root.parent, lake.load(VISITS).metadata.current_snapshot_id)
    if parquet_fault(path):
        return [lake.schema_file(VISITS), *lake.files(VISITS)]
    return [str(path)]


def _entries_file(warehouse: Path, snapshot_id: int | None) -> Path:
    return warehouse / KEPT / f"entries-{snapshot_id}.parquet"


def _write_entries(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, snapshot: Snapshot
) -> None:
    path = _entries_file(warehouse, snapshot.head(VISITS))
    entries = connection.execute(
        "select source, run_id, entry from marts.marts.source_entries"
    ).to_arrow_table()
    for old in path.parent.glob("entries-*.parquet"):
        if old != path:
            old.unlink()
    with written_aside(path) as aside:
        pq.write_table(entries, aside)


def remove_kept(warehouse: Path) -> None:
    """Remove both files, so that they are built anew.

    That is needed after a change of the tables that no run made, and where a file may be damaged.
    """
    shutil.rmtree(warehouse / KEPT, ignore_errors=True)
