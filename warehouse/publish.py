"""`news.duckdb`: built aside, checked, and renamed over the old one.

Readers that have the old file open keep it; nobody waits, and nobody sees half a night. The file
needs no DuckDB extension: its views name Parquet files.
"""

import logging
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Template

import duckdb

from config.days import FIRST_NIGHT, last_night
from config.errors import BroadsheetError, DamagedWarehouseError, UnbalancedRunError
from config.settings import PublishSettings
from warehouse.files import fsync, parquet_fault
from warehouse.former_names import columns_shown, former_names, quoted
from warehouse.lake import Lake
from warehouse.layout import PUBLISHED
from warehouse.schema import FORMER_NAMES, SUPERSEDED, TABLES, VIEWS, VISITS, Table
from warehouse.statements import statement

log = logging.getLogger("broadsheet.publish")

# Older formats replay a stale .wal beside the file without a word; this one refuses it.
STORAGE_VERSION = "v1.4.0"
# Queries that fail where a file that a published view names cannot be read.
PROBES = tuple(f"select * from {table.name} limit 0" for table in TABLES)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of every table that one publication names; the first of each has no rows."""

    files: dict[str, list[str]]


def take_snapshot(lake: Lake) -> Snapshot:
    """The files of each table's current snapshot, for reading them together.

    Raises:
        DamagedWarehouseError: one of them, or a manifest that names them, is missing or damaged.
    """
    snapshot = Snapshot({t.name: [lake.schema_file(t), *lake.files(t)] for t in TABLES})
    _check_files(snapshot, lake.root.parent)
    return snapshot


def publish(warehouse: Path, snapshot: Snapshot, settings: PublishSettings) -> Path:
    """Replaces `news.duckdb` by one that shows the snapshot.

    Returns:
        The published file.

    Raises:
        UnbalancedRunError: the ledger does not account for every document; what was published
            before stays.
        DamagedWarehouseError: a file is missing or damaged; likewise.
    """
    _check_files(snapshot, warehouse)
    target = warehouse / PUBLISHED
    folder = Path(tempfile.mkdtemp(prefix=".publish-", dir=warehouse))
    try:
        # An attached database is named after its file: the views need the final basename.
        aside = folder / PUBLISHED
        _build(aside, snapshot, settings)
        _check_balance(aside)
        fsync(aside)
        target.with_name(f"{PUBLISHED}.wal").unlink(missing_ok=True)
        aside.replace(target)
        fsync(warehouse)
    except duckdb.Error as error:
        raise BroadsheetError(
            f"{target} could not be published: {str(error).splitlines()[0]}; mend that and repeat "
            "the command, which resumes the run."
        ) from error
    finally:
        shutil.rmtree(folder)
    log.info("published file=%s bytes=%d", target, target.stat().st_size)
    return target


def remove_unfinished_publications(warehouse: Path) -> None:
    """Removes what a killed publish left; for the holder of the writer's lock."""
    for folder in warehouse.glob(".publish-*"):
        shutil.rmtree(folder)


def _build(path: Path, snapshot: Snapshot, settings: PublishSettings) -> None:
    names = former_names(snapshot.files[VISITS.name])
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            f"attach {quoted(str(path))} as news (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute("use news")
        connection.execute(_views(snapshot, names, settings))
        for pair in names.items():
            connection.execute(f"insert into {FORMER_NAMES.name} values (?, ?)", pair)
        for table in (*TABLES, *VIEWS):
            _comment(connection, table)
        connection.execute("checkpoint news")
        connection.execute("use memory")
        connection.execute("detach news")


def _views(snapshot: Snapshot, names: dict[str, str], settings: PublishSettings) -> str:
    columns = {f"{table.name}_columns": columns_shown(table, {}) for table in TABLES}
    shown = {f"{table.name}_shown": columns_shown(table, names) for table in TABLES}
    files = {
        f"{name}_files": "[" + ", ".join(map(quoted, paths)) + "]"
        for name, paths in snapshot.files.items()
    }
    return Template(statement("publish")).substitute(
        columns | shown | files,
        superseded_rows=statement("superseded"),
        latest_days=settings.latest_days,
        first_night=FIRST_NIGHT,
        last_night=last_night(),
        published_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _comment(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    kind = "table" if table in (SUPERSEDED, FORMER_NAMES) else "view"
    connection.execute(f"comment on {kind} {table.name} is {quoted(table.grain)}")
    for column in table:
        connection.execute(
            f"comment on column {table.name}.{column.name} is {quoted(column.meaning)}"
        )


def _check_files(snapshot: Snapshot, warehouse: Path) -> None:
    """One damaged file would break its table's view, and every statement that reads the table."""
    for name, files in snapshot.files.items():
        for file in files:
            if fault := parquet_fault(Path(file)):
                raise DamagedWarehouseError(
                    f"The file {file} of the table {name} {fault}: run `broadsheet repair "
                    f"--warehouse {warehouse}`, or restore it from a backup."
                )


def _check_balance(path: Path) -> None:
    with duckdb.connect(str(path), read_only=True) as connection:
        unbalanced = connection.execute(statement("imbalances")).fetchall()
        damaged = connection.execute(statement("without_one_current")).fetchall()
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
