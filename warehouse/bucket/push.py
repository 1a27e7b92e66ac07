"""Push: the tables in the bucket are brought to the published state of the warehouse.

    number ─▶ upload what is new ─▶ a commit per table ─▶ state ─▶ remove what is not needed

Each step can be repeated after a kill. A file is uploaded under its local name and read back before
a table names it. A commit adds and removes files of one table at once, and stores which local state
it has, so that it is not made twice. `runs` comes last, as it does locally, and `article_versions`
comes first: rows of other tables refer to it, so that a reader between two commits may see an
article whose row in `documents` is still missing, but no row whose article is missing. Where
articles are removed, their texts go first.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
from pyiceberg.table import Table as IcebergTable

from config.errors import BroadsheetError
from config.settings import Settings
from warehouse.bucket.changes import TableChange, change_of, key_of, own_properties
from warehouse.bucket.cleaning import Cleaning
from warehouse.bucket.commits import commit_change
from warehouse.bucket.index import ObjectIndex, read_object_index
from warehouse.bucket.record import (
    BucketRecord,
    PushedTable,
    read_bucket_record,
    write_bucket_record,
)
from warehouse.bucket.remote import (
    ADDRESS_PROPERTY,
    NUMBER_PROPERTY,
    STATE_PROPERTY,
    TOKEN_PROPERTY,
    BucketLake,
    LakeState,
    last_part,
)
from warehouse.bucket.uploads import TransferWatch, upload_files
from warehouse.lake import MOST_SNAPSHOTS, Lake
from warehouse.schema import RUNS, TABLES, Table

log = logging.getLogger("broadsheet.bucket")


class LakeBehindError(BroadsheetError):
    """The bucket has a newer state than the warehouse."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """The result of a push.

    Attributes:
        tables: the number of tables that were changed.
        files, bytes: what was uploaded for them.
        restored: the number of older objects that were lost, and were uploaded again.
    """

    tables: int = 0
    files: int = 0
    bytes: int = 0
    restored: int = 0


def require_not_behind(state: LakeState, record: BucketRecord, settings: Settings) -> None:
    """Refuse to go on with a warehouse that is older than the lake in the bucket.

    Raises:
        LakeBehindError: it is, or a pull into it was interrupted, so that its tables are mixed.
    """
    require_pulled(record, settings)
    is_passed = state.complete == record.number and state.number == record.passed
    if state.number > record.number and not is_passed and not _is_own(state, record):
        raise LakeBehindError(
            f"The lake {settings.lake} has a newer state (number {state.number}) than the "
            f"warehouse {settings.warehouse} (number {record.number}): run `broadsheet lake pull`, "
            "which brings the warehouse to that state."
        )


def _is_own(state: LakeState, record: BucketRecord) -> bool:
    """Return whether this warehouse began the last push."""
    return (state.number, state.token) == (record.pushing, record.token)


def require_pulled(record: BucketRecord, settings: Settings) -> None:
    """Refuse to go on with a warehouse whose tables are mixed.

    Raises:
        LakeBehindError: a pull into it was interrupted.
    """
    if record.is_pulling:
        raise LakeBehindError(
            f"A pull into the warehouse {settings.warehouse} was interrupted: repeat `broadsheet "
            "lake pull`, which completes it."
        )


def push(
    lake: Lake, remote: BucketLake, watch: TransferWatch, *, replace_newer: bool = False
) -> Pushed:
    """Bring the tables in the bucket to the present state; the caller holds lock and lease.

    Args:
        replace_newer: do so even if the bucket has a newer state, which is lost.

    Raises:
        LakeBehindError: the bucket has a newer state.
        BroadsheetError: the bucket or the catalog did not do what was asked.
    """
    state, record = remote.state(), read_bucket_record(lake.root.parent, remote.settings)
    if not replace_newer:
        require_not_behind(state, record, remote.settings)
    now = datetime.now(UTC)
    is_in_step = state.number == state.complete == record.number and record.number
    if is_in_step and not outdated_tables(lake, record) and not record.is_due(now):
        return Pushed()
    return _Push(lake, remote, watch, read_object_index(remote.bucket), now).run(state, record)


def outdated_tables(lake: Lake, record: BucketRecord) -> list[Table]:
    """Return the tables whose state the bucket does not have, as far as the record knows."""
    return [
        table
        for table in TABLES
        if (pushed := record.tables.get(table.name)) is None or pushed.key != key_of(lake, table)
    ]


@dataclass(frozen=True, slots=True)
class _Push:
    lake: Lake
    remote: BucketLake
    watch: TransferWatch
    index: ObjectIndex
    now: datetime

    def run(self, state: LakeState, record: BucketRecord) -> Pushed:
        """Take all steps, and record at the end what the bucket has."""
        warehouse = self.lake.root.parent
        is_last = state.number == max(state.complete, record.number)
        is_resumed = not is_last and _is_own(state, record)
        number = state.number if is_resumed else max(state.number, record.number) + 1
        token = record.token if is_resumed else uuid4().hex
        # The record comes first: after a kill the push in the bucket must be known as our own.
        record = replace(record, pushing=number, token=token)
        write_bucket_record(warehouse, record)
        self._claim(record)
        is_known = state.complete == record.number and (is_last or is_resumed)
        tables = dict(record.tables) if is_known else {}
        outdated = outdated_tables(self.lake, replace(record, tables=tables))
        changes = [
            change_of(
                self.lake,
                table,
                self.remote,
                record.tables.get(table.name),
                set(map(last_part, self.index.of_folder(f"{table.name}/data"))),
            )
            for table in outdated
        ]
        files, size = self._upload(changes)
        for change in changes:
            self.watch.require()
            iceberg = commit_change(change, self.lake, self.remote)
            tables[change.table.name] = self._pushed(change, iceberg, tables)
        self._complete(number, tables)
        record = replace(record, number=number, tables=tables)
        write_bucket_record(warehouse, record)
        self._clean(record)
        log.info("pushed number=%d tables=%d files=%d bytes=%d", number, len(changes), files, size)
        return Pushed(sum(not one.is_done for one in changes), files, size)

    def _claim(self, record: BucketRecord) -> None:
        """Let the number grow, so that machines of an older state know that they are behind."""
        self.watch.require()
        self.remote.made(RUNS, own_properties(self.lake.load(RUNS)))
        claim = {NUMBER_PROPERTY: str(record.pushing), TOKEN_PROPERTY: record.token}
        self.remote.set_on_runs({**claim, ADDRESS_PROPERTY: self.remote.settings.lake})

    def _complete(self, number: int, tables: dict[str, PushedTable]) -> None:
        """Name the snapshots of all tables that belong together."""
        heads = {name: one.remote for name, one in tables.items()}
        stated = orjson.dumps({"number": number, "heads": heads}).decode()
        self.watch.require()
        self.remote.set_on_runs({STATE_PROPERTY: stated})

    def _upload(self, changes: Sequence[TableChange]) -> tuple[int, int]:
        paths = {
            f"{change.table.name}/data/{name}": change.folder / name
            for change in changes
            for name in sorted(change.add)
        }
        return upload_files(paths, self.index, self.watch)

    def _pushed(
        self, change: TableChange, iceberg: IcebergTable, before: dict[str, PushedTable]
    ) -> PushedTable:
        """Return what is recorded of a table, with the time when it is to be cleaned."""
        pushed = before.get(change.table.name)
        due = pushed.due if pushed else ""
        if change.purge or len(iceberg.snapshots()) > MOST_SNAPSHOTS:
            due = self.now.isoformat()
        elif not due and (change.remove or change.is_done):
            due = self._after_grace()
        remote_id = iceberg.metadata.current_snapshot_id
        return PushedTable(change.key, change.local_id, remote_id, dict(change.files), due)

    def _clean(self, record: BucketRecord) -> None:
        """Remove what no snapshot needs, and record when to look again."""
        cleaning = Cleaning(self.remote, self.index, self.now - self._grace)
        tables = dict(record.tables)
        for table in TABLES:
            if tables[table.name].is_due(self.now):
                self.watch.require()
                due = self._after_grace() if cleaning.clean(table) else ""
                tables[table.name] = replace(tables[table.name], due=due)
        if tables != record.tables:
            write_bucket_record(self.lake.root.parent, replace(record, tables=tables))

    @property
    def _grace(self) -> timedelta:
        return timedelta(days=self.remote.settings.publish.grace_days)

    def _after_grace(self) -> str:
        return (self.now + self._grace).isoformat()
