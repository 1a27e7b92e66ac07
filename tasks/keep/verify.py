"""Checks and comparisons of snapshots: their folders, their tags, and the rows of their states."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from config.errors import BroadsheetError, UsageError
from config.settings import Settings
from tasks.keep.snapshots import folder_aside, require_out
from tasks.snapshots.snapshot_folder import CHECKSUMS, DATA, folder_checksum
from tasks.snapshots.state import chosen_state, export_state, opened_state
from tasks.snapshots.stored import StoredSnapshot, lake_to_read, stored_snapshot
from warehouse.files import sha256_of
from warehouse.folder import absolute
from warehouse.lake import Lake
from warehouse.query import executed
from warehouse.schema import TABLES
from warehouse.statements import sql_quoted, statement
from warehouse.tagged import tagged_ids


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of a check.

    Attributes:
        folder: the folder that was checked; None if there was none.
        differences: a sentence for each difference.
    """

    stored: StoredSnapshot
    folder: Path | None
    differences: tuple[str, ...]


def verify_snapshot(name: str, out: Path | None, settings: Settings) -> Verified:
    """Compare a snapshot's folder and its tagged state with what its row states.

    Args:
        out: its folder; None: the one with its name, if there is one.

    Raises:
        UsageError: there is no such snapshot, or no such folder.
    """
    lake = lake_to_read(absolute(settings.warehouse))
    stored = stored_snapshot(lake, name)
    folder: Path | None = absolute(out or Path(stored.name))
    assert folder
    if not folder.is_dir():
        if out is not None:
            raise UsageError(f"There is no folder {folder}: name the snapshot's folder by --out.")
        folder = None
    found = list(_folder_differences(stored, folder, settings)) if folder else []
    is_whole = folder is not None and not found
    found += _tag_differences(stored, lake)
    try:
        found += _state_differences(stored, lake, folder if is_whole else None, settings)
    except BroadsheetError as error:
        found.append(str(error))
    return Verified(stored, folder, tuple(dict.fromkeys(found)))


def _folder_differences(stored: StoredSnapshot, folder: Path, settings: Settings) -> Iterator[str]:
    if not (folder / CHECKSUMS).is_file():
        yield f"{folder} has no {CHECKSUMS}."
        return
    checksum = folder_checksum(folder)
    if checksum == stored.old_checksum:
        yield (
            f"{folder} is the state before the snapshot was changed by takedown of "
            f"{_takedown_day(settings)}: replace it by `broadsheet snapshot export {stored.name}`."
        )
    elif checksum != stored.checksum:
        yield f"{folder / CHECKSUMS} does not have the checksum {stored.checksum} of the snapshot."
    listed = set()
    for line in (folder / CHECKSUMS).read_text("utf-8", "replace").splitlines():
        expected, _, name = line.partition("  ")
        path = folder / name
        listed.add(path)
        if not path.is_file():
            yield f"{path} is missing."
        elif sha256_of(path) != expected:
            yield f"{path} does not have its checksum."
    for path in sorted((folder / DATA).rglob("*")):
        if path not in listed:
            yield f"{path} does not belong to the snapshot."


def _takedown_day(settings: Settings) -> str:
    """Return the day of the newest takedown, as the published tables state it."""
    try:
        with opened_state(absolute(settings.warehouse), settings) as connection:
            query = "select max(taken_at)::date from takedowns"
            [(day,)] = executed(connection, query).fetchall()
    except UsageError:  # an older Broadsheet has published the file
        day = None
    return str(day or "an unknown day")


def _tag_differences(stored: StoredSnapshot, lake: Lake) -> Iterator[str]:
    tagged = tagged_ids(lake, stored.name)
    if not tagged:
        return  # its state was never here, which the comparison with it says in one sentence
    for table in TABLES:
        expected, found = stored.tables.get(table.name), tagged.get(table.name)
        if expected is not None and found is None:
            yield f"The table {table.name} has lost its tag."
        elif expected != found and not stored.old_checksum:
            yield f"The tag of the table {table.name} names another state than when it was made."


def _state_differences(
    stored: StoredSnapshot, lake: Lake, folder: Path | None, settings: Settings
) -> Iterator[str]:
    """Write the folder again and compare it: by its bytes, else by the rows of each table.

    Another version of Broadsheet or of a library may write other bytes for the same rows.
    """
    with tempfile.TemporaryDirectory() as name:
        again = Path(name)
        if export_state(stored, lake, again, settings) == stored.checksum:
            return
        if folder is None:
            yield (
                "The folder that is written from the tagged state has another checksum. If another "
                "version of Broadsheet made the snapshot, check it with its folder, by --out."
            )
            return
        for path in sorted((again / DATA).iterdir()):
            if count := _differing_rows(path, folder / DATA / path.name):
                yield f"{count:,} rows of {path.stem} differ between the folder and the tables."


def write_again(name: str, out: Path | None, settings: Settings) -> tuple[Path, str]:
    """Write the folder of a snapshot again from its tagged state.

    A folder with an older state of the same snapshot is replaced.

    Returns:
        The folder and its checksum.
    """
    warehouse = absolute(settings.warehouse)
    lake = lake_to_read(warehouse)
    stored = stored_snapshot(lake, name)
    folder = absolute(out or Path(stored.name))
    is_ours = (folder / CHECKSUMS).is_file() and folder_checksum(folder) in {
        stored.checksum,
        stored.old_checksum,
    }
    require_out(folder, warehouse, replaceable=is_ours)
    with folder_aside(folder) as aside:
        return folder, export_state(stored, lake, aside, settings)


def _differing_rows(one: Path, other: Path) -> int:
    if not other.is_file():
        return 0  # a newer Broadsheet has further tables
    first, second = (
        f"select * from read_parquet({sql_quoted(str(path))})" for path in (one, other)
    )
    query = (
        f"select count(*) from (({first} except all {second}) union all "
        f"({second} except all {first}))"
    )
    with duckdb.connect() as connection:
        [(count,)] = connection.execute(query).fetchall()
    return int(count)


@contextmanager
def compared(first: str, second: str, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose view `changes` has a row per article that differs.

    Args:
        first: the name of a snapshot, or the path of its folder; the same for `second`.

    Raises:
        UsageError: there is no such snapshot or folder.
    """
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for name, side in ((first, "first_articles"), (second, "second_articles")):
            path = _articles(name, Path(folder, f"{side}.parquet"), settings)
            connection.execute(f"create view {side} as from read_parquet({sql_quoted(str(path))})")
        connection.execute(f"create table changes as {statement('snapshot_changes')}")
        yield connection


def _articles(name: str, target: Path, settings: Settings) -> Path:
    """Return a Parquet file with the articles of a snapshot."""
    if (Path(name) / CHECKSUMS).is_file():
        return Path(name) / DATA / "articles.parquet"
    lake = lake_to_read(absolute(settings.warehouse))
    with chosen_state(stored_snapshot(lake, name), lake, settings) as connection:
        query = "select * from articles semi join chosen using (article_id)"
        batches = executed(connection, query).to_arrow_reader(2048)
        with pq.ParquetWriter(target, batches.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
    return target
