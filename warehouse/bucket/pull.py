"""Pull: the tables of a warehouse are brought to the last complete state in the bucket.

    look ─▶ download and check what is new ─▶ a commit per table ─▶ (publish) ─▶ record

The caller publishes the tables, then records the pull and removes the files that were replaced.
From the first commit on, `bucket.json` says that a pull was begun. Until the same command has
completed it, no command that writes uses the tables, which do not belong together.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

from config.errors import BroadsheetError, UsageError
from config.wording import counted
from warehouse.bucket.changes import key_of
from warehouse.bucket.index import ObjectIndex, read_object_index
from warehouse.bucket.objects import BucketError
from warehouse.bucket.record import (
    BucketRecord,
    PushedTable,
    read_bucket_record,
    write_bucket_record,
)
from warehouse.bucket.remote import BucketLake, LakeState, last_part
from warehouse.bucket.uploads import TransferWatch, at_once
from warehouse.files import sha256_of
from warehouse.lake import RULES_PROPERTY, Lake
from warehouse.schema import ARTICLE_VERSIONS, RUNS, SNAPSHOTS, TABLES, TAKEDOWNS, Table
from warehouse.tagged import remove_tags, tag_names

log = logging.getLogger("broadsheet.bucket")

# Tables that a pull must not make shorter unasked, and what a person can do.
_NOT_LOST = {
    (TAKEDOWNS, "article_id", "takedown"): "note the articles, pull with --discard, which brings "
    "them back where the bucket has them, and take them down again",
    (RUNS, "run_id", "run"): "export what you need, then pull with --discard, which removes what "
    "the bucket lacks",
    (SNAPSHOTS, "name", "named snapshot"): "export it, then pull with --discard, which removes "
    "what the bucket lacks",
}


class WouldLoseError(BroadsheetError):
    """The warehouse has something that the bucket lacks; a pull would remove it."""


@dataclass(frozen=True, slots=True)
class PulledTable:
    """A table in the state that the bucket has.

    Attributes:
        head: the snapshot in the bucket; None for a table without rows.
        files: names and sizes of its files.
        held: those of the warehouse.
    """

    table: Table
    folder: Path
    head: int | None
    files: Mapping[str, int]
    held: Mapping[str, int]

    @property
    def add(self) -> list[str]:
        """Return the names of files that the warehouse lacks."""
        return sorted(name for name, _ in self.files.items() - self.held.items())

    @property
    def remove(self) -> list[str]:
        """Return the names of files that the state does not have."""
        return sorted(name for name, _ in self.held.items() - self.files.items())


@dataclass(frozen=True, slots=True)
class Pulled:
    """The result of a pull.

    Attributes:
        number: the number of the state.
        is_older: whether the push after that state was interrupted.
        tables: the tables that were changed, all of which are published.
    """

    number: int
    is_older: bool
    tables: tuple[PulledTable, ...]
    files: int
    bytes: int


def pull(lake: Lake, remote: BucketLake, watch: TransferWatch, *, discard: bool = False) -> Pulled:
    """Download what the tables lack and commit it; the caller holds the locks and publishes.

    Args:
        discard: remove what the bucket lacks, too: runs, takedowns, and named snapshots, also those
            with articles that were taken down.

    Raises:
        UsageError: there is no complete state in the bucket.
        WouldLoseError: the warehouse has something that the bucket lacks.
        BroadsheetError: the bucket or the catalog did not do what was asked.
    """
    state = remote.state()
    if not state.complete:
        raise UsageError(
            f"The lake {remote.settings.lake} has no complete state: run `broadsheet lake push` "
            "where the warehouse is that it belongs to."
        )
    tables = [_pulled_table(lake, remote, table, state) for table in TABLES]
    changed = tuple(one for one in tables if one.add or one.remove)
    tags = tag_names(lake) if any(one.table is TAKEDOWNS for one in changed) else []
    if not discard:
        _require_nothing_lost(lake, remote, state)
        _require_no_tags(lake, tags)
    files, size = _download(changed, read_object_index(remote.bucket), watch)
    if changed:
        warehouse = lake.root.parent
        record = read_bucket_record(warehouse, remote.settings)
        write_bucket_record(warehouse, replace(record, is_pulling=True))
    for one in changed:
        added = [str(one.folder / name) for name in one.add]
        lake.amend(one.table, add=added, remove=_paths_of(lake, one.table, one.remove))
    for tag in tags:
        remove_tags(lake, tag)
    found = remote.find(ARTICLE_VERSIONS)
    lake.set_address_rules(int(found.properties.get(RULES_PROPERTY, "0")) if found else 0)
    log.info("pulled number=%d tables=%d files=%d", state.complete, len(changed), files)
    return Pulled(state.complete, state.number > state.complete, tuple(tables), files, size)


def record_pull(lake: Lake, remote: BucketLake, pulled: Pulled) -> None:
    """Record that the warehouse has the state that was pulled, and has published it."""
    record = BucketRecord(
        read_bucket_record(lake.root.parent, remote.settings).lake,
        number=pulled.number,
        # The next push from here is newer than one that was interrupted elsewhere; but if that one
        # is completed first, this warehouse is behind.
        readers=pulled.number,
        passed=remote.state().number if pulled.is_older else 0,
        tables={
            one.table.name: PushedTable(
                key_of(lake, one.table),
                lake.load(one.table).metadata.current_snapshot_id,
                one.head,
                dict(one.files),
            )
            for one in pulled.tables
        },
    )
    write_bucket_record(lake.root.parent, record)


def _pulled_table(lake: Lake, remote: BucketLake, table: Table, state: LakeState) -> PulledTable:
    head = state.heads.get(table.name)
    files: dict[str, int] = {}
    if head is not None:
        iceberg = remote.find(table)
        snapshot = iceberg.snapshot_by_id(head) if iceberg else None
        if iceberg is None or snapshot is None:
            raise BucketError(
                f"The table {table.name} in {remote.settings.lake} no longer has the snapshot of "
                "the last complete push, because a later push was interrupted: complete that one "
                "by `broadsheet lake push` where it ran."
            )
        found = remote.data_files(iceberg, snapshot)
        files = {last_part(one.file_path): one.file_size_in_bytes for one in found}
    held = {last_part(one.file_path): one.file_size_in_bytes for one in lake.data_files(table)}
    return PulledTable(table, lake.folder(table), head, files, held)


def _paths_of(lake: Lake, table: Table, names: Sequence[str]) -> list[str]:
    """Return the paths by which a table names files."""
    return [path for path in lake.files(table) if last_part(path) in set(names)]


def _require_nothing_lost(lake: Lake, remote: BucketLake, state: LakeState) -> None:
    """Refuse to replace a warehouse with rows that no run of the bucket makes again."""
    for (table, column, what), advice in _NOT_LOST.items():
        own = {key for file in lake.files(table) for key in _keys_of(file, column)}
        head, iceberg = state.heads.get(table.name), remote.find(table) if own else None
        known: set[str] = set()
        if iceberg and head is not None:
            with remote.asked():
                rows = iceberg.scan(selected_fields=(column,), snapshot_id=head).to_arrow()
            known = set(rows[column].to_pylist())
        if lost := sorted(own - known):
            raise WouldLoseError(
                f"The warehouse {lake.root.parent} has {counted(len(lost), what)} that "
                f"{remote.settings.lake} lacks, such as {lost[0]}: {advice}."
            )


def _require_no_tags(lake: Lake, tags: Sequence[str]) -> None:
    """Refuse to remove named snapshots, which may have articles that were taken down."""
    if tags:
        raise WouldLoseError(
            f"Articles were taken down that the named snapshots of {lake.root.parent} may have "
            f"({', '.join(tags)}): pull with --discard, which removes these snapshots."
        )


def _keys_of(file: str, column: str) -> Iterator[str]:
    yield from pq.read_table(file, columns=[column])[column].to_pylist()


def _download(
    tables: Sequence[PulledTable], index: ObjectIndex, watch: TransferWatch
) -> tuple[int, int]:
    """Download the files that the warehouse lacks, several at once; return number and size."""
    wanted = [(one, name) for one in tables for name in one.add]
    if not wanted:
        return 0, 0
    watch.planned(len(wanted))
    for size in at_once(lambda one: _download_file(one[0], one[1], index), wanted):
        watch.transferred(size)
    return len(wanted), sum(one.files[name] for one, name in wanted)


def _download_file(one: PulledTable, name: str, index: ObjectIndex) -> int:
    """Download a file, unless an interrupted pull has done so, and compare size and SHA-256."""
    path, object_name, size = one.folder / name, f"{one.table.name}/data/{name}", one.files[name]
    entry = index.entries.get(object_name)
    expected = entry.sha256 if entry else None
    if path.is_file() and expected and sha256_of(path) == expected:
        return size
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        index.bucket.download(object_name, path)
    except FileNotFoundError as error:
        raise BucketError(
            f"{index.bucket.address(object_name)} is missing: repeat the command, for another "
            "machine may be pushing; if it is still missing, run `broadsheet lake push` on a "
            "machine that has this state, which uploads it again."
        ) from error
    if path.stat().st_size != size or (expected and sha256_of(path) != expected):
        path.unlink()
        raise BucketError(
            f"{index.bucket.address(object_name)} does not have the bytes that were pushed, so "
            "that nothing was changed: upload it again by `broadsheet lake push --verify` on a "
            "machine that has this state."
        )
    return size
