"""The steps of a takedown, each of which can be repeated after a kill.

    journal ─▶ list ─▶ WARC records ─▶ tables and tags ─▶ clusters and row of `takedowns`
            ─▶ checksums of snapshots ─▶ publish ─▶ old files ─▶ other files ─▶ end

From the journal on, the takedown is completed by itself or by the next command that writes. The
journal, which is removed at the end, is the only file that still has the addresses.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from config.settings import Settings
from tasks.load.commit import run_row
from tasks.raw.tombstones import offsets_by_file, replace_records, taken_records
from tasks.snapshots.state import renew_snapshots
from tasks.stories.clusters import assign_clusters_around
from tasks.takedown.connection import define_journal, define_taken, takedown_connection
from tasks.takedown.elsewhere import clean_elsewhere, publish_anew
from tasks.takedown.listing import stored_takedowns, write_takedown_list, write_takedown_rows
from tasks.takedown.model import Takedown, read_takedown_journal, write_takedown_journal
from tasks.takedown.survey import table_rewritings
from warehouse.files import fsync, remove_asides, write_table_files
from warehouse.kept import remove_kept
from warehouse.lake import Lake, open_lake
from warehouse.layout import FETCH_LOCK, LAKE, LOCK, RAW, RUNS_FOLDER, TAKEDOWN_JOURNAL
from warehouse.load import commit_run
from warehouse.lock import writer_lock
from warehouse.schema import CLUSTER_MEMBERS, TAKEDOWNS

log = logging.getLogger("broadsheet.takedown")

TAKEDOWN_FLOW = "takedown"
Notify = Callable[[str], None]


def carry_out(takedown: Takedown, lake: Lake, settings: Settings, notify: Notify) -> None:
    """Remove the articles; the caller holds both locks, and no run is unfinished.

    Args:
        notify: receives a sentence at the beginning of each long step.
    """
    warehouse = lake.root.parent
    write_takedown_journal(warehouse, takedown)
    for name in (RAW, LAKE, RUNS_FOLDER):
        remove_asides(warehouse / name)  # copies of killed writers may hold the page, too
    write_takedown_list(lake, takedown.entries())
    _replace_records(warehouse, takedown, settings, notify)
    notify("Rewriting the tables.")
    _rewrite_tables(lake, takedown, settings)
    _record(lake, takedown, settings)
    renew_snapshots(lake, takedown.run_id, settings, takedown.conditions.keys())
    notify("Publishing.")
    remove_kept(warehouse)  # hashes of the keys, and counts
    publish_anew(lake, settings)
    _clean_old_files(lake, takedown, settings)
    (warehouse / TAKEDOWN_JOURNAL).unlink()
    fsync(warehouse)
    log.info("taken down articles=%d files=%d", len(takedown.articles), takedown.rewritten)


def complete_takedown(warehouse: Path, settings: Settings, notify: Notify) -> None:
    """Complete a takedown that was interrupted, under the locks of fetching and writing.

    Raises:
        WarehouseLockedError: another process fetches or writes.
        DamagedWarehouseError: a table is damaged and must be repaired first.
    """
    if read_takedown_journal(warehouse) is None:
        return
    fetching = writer_lock(warehouse, TAKEDOWN_FLOW, name=FETCH_LOCK)
    with fetching, writer_lock(warehouse, TAKEDOWN_FLOW, name=LOCK):
        if takedown := read_takedown_journal(warehouse):
            notify("A takedown was interrupted; it is completed now.")
            carry_out(takedown, open_lake(warehouse), settings, notify)


def _replace_records(
    warehouse: Path, takedown: Takedown, settings: Settings, notify: Notify
) -> None:
    keys = frozenset(key for one in takedown.articles for key in one.keys)
    for name, offsets in offsets_by_file(takedown.records).items():
        path = warehouse / name
        if not path.is_file():  # removed by `prune`
            continue
        if found := taken_records(path, offsets, keys, settings.read):
            notify(f"Rewriting {name}.")
            replace_records(path, found, takedown.taken_at)


def _rewrite_tables(lake: Lake, takedown: Takedown, settings: Settings) -> None:
    with takedown_connection(lake, settings) as connection:
        define_taken(connection, takedown.articles)
        define_journal(connection, takedown)
        for one in table_rewritings(lake, takedown, connection, settings):
            one.rewrite(one.found())


def _record(lake: Lake, takedown: Takedown, settings: Settings) -> None:
    """Commit the takedown as a run, with the changes of clusters that it causes."""
    files = {TAKEDOWNS.name: _takedown_rows(lake, takedown, settings)}
    if takedown.neighbours:
        files[CLUSTER_MEMBERS.name] = _new_clusters(lake, takedown, settings)
    row = run_row(takedown.run_id, TAKEDOWN_FLOW, takedown.taken_at)
    row["parameters"] = f'{{"articles":{len(takedown.articles)}}}'
    commit_run(lake, files, row, settings.load)


def _takedown_rows(lake: Lake, takedown: Takedown, settings: Settings) -> list[str]:
    known = {one["article_id"] for one in stored_takedowns(lake)}
    new = [one for one in takedown.entries() if one["article_id"] not in known]
    return write_takedown_rows(lake, takedown.run_id, new, settings.load)


def _new_clusters(lake: Lake, takedown: Takedown, settings: Settings) -> list[str]:
    """Write the clusters of articles that shared one with an article that is gone."""
    with takedown_connection(lake, settings) as connection:
        assign_clusters_around(connection, takedown.neighbours, takedown.run_id)
        rows = connection.execute("from cluster_changes").to_arrow_reader(8_192)
        folder = lake.folder(CLUSTER_MEMBERS)
        written = write_table_files(
            rows,
            CLUSTER_MEMBERS,
            settings.load,
            lambda number: folder / f"{takedown.run_id}-{number:05}.parquet",
        )
    return [file.path for file in written]


def _clean_old_files(lake: Lake, takedown: Takedown, settings: Settings) -> None:
    """Remove the articles from files that nothing names any more, and from all others."""
    warehouse = lake.root.parent
    with takedown_connection(lake, settings) as connection:
        define_taken(connection, takedown.articles)
        define_journal(connection, takedown)
        for one in table_rewritings(lake, takedown, connection, settings):
            one.empty_old(one.found())
        clean_elsewhere(warehouse, connection, takedown.articles, settings.load)
