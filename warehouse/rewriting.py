"""Removal and change of rows in every file of a table, also in those of tagged snapshots.

    look ─▶ write the files anew ─▶ commit them in place of the old ones ─▶ empty the old ones

Iceberg never changes a file: the rows that remain are written to a new file, the current snapshot
gets it instead of the old one, and so does a new snapshot for each tag and branch, which is moved
to it. All other snapshots that name old files are expired. At last each old file gets the content
of the new one by a rename. Readers that have the old file open keep it; readers of the publication
before, whose views name the old file, find the rows that remain; and the removed rows are nowhere
any more. The old names go away with the other files that nothing needs (`warehouse.expiry`).

Each step can be repeated after a kill. A new file has a name that follows from the old one, and
`warehouse.replaced` records which file it replaces, as it does for compaction.
"""

import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import xxhash
from pyiceberg.io.pyarrow import parquet_file_to_data_file
from pyiceberg.table import Transaction
from pyiceberg.table.refs import MAIN_BRANCH, SnapshotRef, SnapshotRefType

from config.settings import LoadSettings
from warehouse.files import parquet_fault, write_table_files, written_aside
from warehouse.lake import Lake
from warehouse.manifests import IO, local_path, read_data_files
from warehouse.replaced import COMPACTED, period_of, record_replaced
from warehouse.schema import Table
from warehouse.statements import sql_quoted

# The names of branches on which the snapshots of tags are rewritten. A kill may leave one.
_BRANCH = "broadsheet-rewriting-"


@dataclass(frozen=True, slots=True)
class RowChange:
    """A change of some rows of a table.

    Attributes:
        matches: an SQL condition on the rows, which are called `stored`. Rows that are changed
            already do not fulfil it.
        values: SQL expressions of the new values by column; if empty, the rows are removed.
    """

    matches: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableRewriting:
    """The rewriting of one table: its connection has the tables that the change reads.

    Attributes:
        mark: part of the names of the new files, different for each command.
    """

    lake: Lake
    table: Table
    change: RowChange
    connection: duckdb.DuckDBPyConnection
    settings: LoadSettings
    mark: str

    def found(self) -> dict[str, int]:
        """Return the number of rows to change in each file of the table's folder that has some.

        Files that no snapshot names, such as compacted ones in their grace time, are included.
        """
        folder = self.lake.folder(self.table)
        files = [str(path) for path in sorted(folder.glob("*.parquet")) if not parquet_fault(path)]
        return rows_to_change(self.connection, files, self.table, self.change) if files else {}

    def references(self, files: Collection[str]) -> list[str]:
        """Return the tags and branches, except the main one, whose snapshots name such files."""
        iceberg, names = self.lake.load(self.table), {Path(file).name for file in files}
        return [
            name
            for name, reference in iceberg.refs().items()
            if name != MAIN_BRANCH
            and not name.startswith(_BRANCH)
            and (snapshot := iceberg.snapshot_by_id(reference.snapshot_id))
            and any(local_path(one.file_path).name in names for one in read_data_files(snapshot))
        ]

    def rewrite(self, files: Collection[str]) -> None:
        """Write files anew, and let the table and its tags name the new files only."""
        named = _named_files(self.lake, self.table)
        new = {file: self._written(file) for file in sorted(files) if Path(file).name in named}
        if new:
            _commit(self.lake, self.table, new)

    def empty_old(self, files: Collection[str]) -> None:
        """Give files that the table does not name the content without the rows that go.

        The caller has published the table, so that no new reader opens them.
        """
        for file in sorted(files):
            replacement = self._new_name(file)
            if parquet_fault(replacement) is None:
                _rename_over(replacement, Path(file))
            else:
                self.rewrite_aside(Path(file))

    def rewrite_aside(self, path: Path) -> None:
        """Replace a file that no snapshot names."""
        with written_aside(path) as aside:
            if not self._write(str(path), aside):
                shutil.copy(self.lake.schema_file(self.table), aside)

    def _written(self, file: str) -> str | None:
        """Write the rows that remain to a new file and return its path; None if there are none."""
        path = self._new_name(file)
        if parquet_fault(path) is None:
            return str(path)
        record_replaced(path, [file])
        if self._write(file, path):
            return str(path)
        path.with_suffix(".json").unlink()
        return None

    def _write(self, file: str, target: Path) -> bool:
        """Write the changed rows of a file to another; return whether there are any."""
        rows = self.connection.execute(self._select(file)).to_arrow_reader(
            self.settings.row_group_rows
        )
        whole = self.settings.model_copy(update={"file_rows": 1 << 60})
        return bool(write_table_files(rows, self.table, whole, lambda _: target))

    def _select(self, file: str) -> str:
        matches = f"coalesce({self.change.matches}, false)"
        columns = [
            f"if({matches}, {self.change.values[name]}, {name}) as {name}"
            if name in self.change.values
            else name
            for name in (f'"{column.name}"' for column in self.table)
        ]
        condition = "" if self.change.values else f" where not {matches}"
        files = f"[{sql_quoted(self.lake.schema_file(self.table))}, {sql_quoted(file)}]"
        return (
            f"select {', '.join(columns)} "
            f"from read_parquet({files}, union_by_name = true) as stored{condition}"
        )

    def _new_name(self, file: str) -> Path:
        old = Path(file)
        key = xxhash.xxh3_64_hexdigest(f"{old.name}\n{self.mark}".encode())
        return old.with_name(f"{period_of(old.name)}-{COMPACTED}-{key}-00000.parquet")


def rows_to_change(
    connection: duckdb.DuckDBPyConnection,
    files: Collection[str],
    table: Table,
    change: RowChange,
) -> dict[str, int]:
    """Return the number of rows to change in each file that has some."""
    empty = ", ".join(
        f'null::{"VARCHAR" if column.is_json else column.sql_type} as "{column.name}"'
        for column in table
    )
    rows = connection.execute(
        f"with stored as (select {empty}, null as filename where false union all by name "
        "from read_parquet($files, union_by_name = true, filename = true)) "
        f"select filename, count(*) from stored where {change.matches} group by filename",
        {"files": list(files)},
    )
    return dict(rows.fetchall())


def _named_files(lake: Lake, table: Table) -> set[str]:
    """Return the names of the files of the current snapshot and of all tags and branches."""
    metadata = lake.load(table).metadata
    numbers = {reference.snapshot_id for reference in metadata.refs.values()}
    heads = [metadata.current_snapshot(), *map(metadata.snapshot_by_id, numbers)]
    return {
        local_path(file.file_path).name for head in heads if head for file in read_data_files(head)
    }


def _commit(lake: Lake, table: Table, new: Mapping[str, str | None]) -> None:
    """Replace files in the current snapshot and those of all references; expire all others."""
    by_name = {Path(file).name: path for file, path in new.items()}
    with lake.load(table).transaction() as transaction:
        _overwrite(transaction, MAIN_BRANCH, by_name)
    for name, reference in lake.load(table).refs().items():
        if name != MAIN_BRANCH and not name.startswith(_BRANCH):
            _rewrite_reference(lake, table, (name, reference), by_name)
    for name in list(lake.load(table).refs()):
        if name.startswith(_BRANCH):
            with lake.load(table).manage_snapshots() as manage:
                manage.remove_branch(name)
    lake.expire(table, list(_snapshots_with(lake, table, by_name)))


def _rewrite_reference(
    lake: Lake,
    table: Table,
    reference: tuple[str, SnapshotRef],
    new: Mapping[str, str | None],
) -> None:
    """Move a tag or branch to a snapshot with the new files."""
    name, pointer = reference
    iceberg = lake.load(table)
    snapshot = iceberg.snapshot_by_id(pointer.snapshot_id)
    if snapshot is None or not any(
        local_path(file.file_path).name in new for file in read_data_files(snapshot)
    ):
        return
    if pointer.snapshot_ref_type is SnapshotRefType.BRANCH:
        with iceberg.transaction() as transaction:
            _overwrite(transaction, name, new)
        return
    branch = _BRANCH + name
    with iceberg.manage_snapshots() as manage:
        if branch in iceberg.refs():
            manage.remove_branch(branch)
        manage.create_branch(pointer.snapshot_id, branch)
    with lake.load(table).transaction() as transaction:
        _overwrite(transaction, branch, new)
    iceberg = lake.load(table)
    with iceberg.manage_snapshots() as manage:
        manage.create_tag(iceberg.refs()[branch].snapshot_id, name, pointer.max_ref_age_ms)
        manage.remove_branch(branch)


def _overwrite(transaction: Transaction, branch: str, new: Mapping[str, str | None]) -> None:
    """Replace files in the head of a branch, in one snapshot of no run."""
    metadata = transaction.table_metadata
    head = metadata.snapshot_by_name(branch)
    held = read_data_files(head) if head else ()
    removed = [file for file in held if local_path(file.file_path).name in new]
    if not removed:
        return
    with transaction.update_snapshot(branch=branch).overwrite() as overwrite:
        for file in removed:
            overwrite.delete_data_file(file)
            if path := new[local_path(file.file_path).name]:
                overwrite.append_data_file(parquet_file_to_data_file(IO, metadata, path))


def _snapshots_with(lake: Lake, table: Table, names: Collection[str]) -> Iterator[int]:
    """Yield the ids of snapshots that name any of these files."""
    for snapshot in lake.load(table).snapshots():
        if any(local_path(file.file_path).name in names for file in read_data_files(snapshot)):
            yield snapshot.snapshot_id


def _rename_over(new: Path, old: Path) -> None:
    """Give a file the content of another one; they share it where the disk has hard links."""
    with written_aside(old) as aside, suppress(FileExistsError):
        try:
            os.link(new, aside)
        except OSError:
            shutil.copy(new, aside)
