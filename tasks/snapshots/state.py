"""The state of the tables that a snapshot names, and the folder that is written from it."""

import secrets
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from config.errors import UsageError
from config.settings import Settings
from tasks.snapshots.snapshot_folder import write_folder
from tasks.snapshots.stored import (
    StoredSnapshot,
    stored_citation,
    stored_snapshots,
    write_stored_snapshots,
)
from warehouse.export_tables import Choice, make_chosen
from warehouse.lake import Lake
from warehouse.query import opened
from warehouse.schema import SNAPSHOTS
from warehouse.tagged import state_id, tagged_ids, tagged_state


@contextmanager
def opened_state(
    warehouse: Path, settings: Settings, published: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file, or another state of the tables, to read all of it."""
    limits: dict[str, str | int] = {"memory_limit": settings.load.memory, "threads": 2}
    spill = warehouse / f".snapshot-spill-{secrets.token_hex(4)}"
    limits["temp_directory"] = str(spill)
    try:
        with opened(warehouse, settings=limits, published=published) as connection:
            yield connection
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def export_state(stored: StoredSnapshot, lake: Lake, folder: Path, settings: Settings) -> str:
    """Write a snapshot's files from its tagged state into an empty folder; return the checksum."""
    with chosen_state(stored, lake, settings) as connection:
        return write_folder(connection, folder, stored.where, stored_citation(lake, stored.name))


def has_state(stored: StoredSnapshot, lake: Lake) -> bool:
    """Return whether the tables have the tags of a snapshot; a pull brings its row alone."""
    return stored.tables.keys() <= tagged_ids(lake, stored.name).keys()


@contextmanager
def chosen_state(
    stored: StoredSnapshot, lake: Lake, settings: Settings
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the tagged state of a snapshot, with its articles in the table `chosen`.

    Raises:
        UsageError: the warehouse has the row of the snapshot, and lacks its tags.
    """
    if not has_state(stored, lake):
        raise UsageError(
            f"The warehouse {lake.root.parent} knows the snapshot {stored.name}, but does not have "
            "its state, which `lake pull` does not bring: repeat the command in the warehouse "
            "where it was made, or use the folder that was written there."
        )
    with (
        tagged_state(lake, stored.name, settings) as published,
        opened_state(lake.root.parent, settings, published) as connection,
    ):
        make_chosen(connection, Choice(stored.where))
        yield connection


def renew_snapshots(lake: Lake, run_id: str, settings: Settings, changed: Collection[str]) -> None:
    """State the checksums of snapshots whose tags a takedown has moved.

    The caller holds the writer lock. What a killed takedown has done is not done again. A snapshot
    whose state is in another warehouse keeps its checksum, which nobody can compute here.

    Args:
        changed: the names of snapshots whose condition has changed.
    """
    before = lake.files(SNAPSHOTS)
    if any(Path(file).name.startswith(f"{run_id}-") for file in before):
        return
    rows, renewed = [], False
    for stored in stored_snapshots(lake).values():
        tables = tagged_ids(lake, stored.name)
        is_changed = tables != stored.tables or stored.name in changed
        if is_changed and has_state(stored, lake):
            stored = _renewed(stored, tables, lake, settings)
            renewed = True
        rows.append(stored)
    if renewed:
        added = write_stored_snapshots(lake, rows, run_id, settings.load)
        lake.amend(SNAPSHOTS, add=added, remove=before)


def _renewed(
    stored: StoredSnapshot, tables: dict[str, int], lake: Lake, settings: Settings
) -> StoredSnapshot:
    with tempfile.TemporaryDirectory() as folder:
        checksum = export_state(stored, lake, Path(folder), settings)
    with chosen_state(stored, lake, settings) as connection:
        counted = connection.execute("select count(*) from chosen").fetchone()
    return replace(
        stored,
        tables=tables,
        publication_id=state_id(tables),
        articles=counted[0] if counted else 0,
        checksum=checksum,
        old_checksum=stored.old_checksum if checksum == stored.checksum else stored.checksum,
    )
