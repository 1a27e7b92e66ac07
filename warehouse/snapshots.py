"""The state of all tables at one moment: their files, and the commits that led to it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from config.errors import DamagedWarehouseError
from warehouse.files import name_of_file, parquet_fault
from warehouse.lake import Lake
from warehouse.opening import RUN_PROPERTY, SAME_ROWS_PROPERTY
from warehouse.reading import recall_complete_files
from warehouse.schema import TABLES, Table
from warehouse.spans import DaySpan, files_of_days, spans_of


@dataclass(frozen=True, slots=True)
class Commit:
    """A snapshot of a table.

    Attributes:
        run_id: the run that it added; None if it changed the table in another way.
        has_same_rows: whether it only rewrote files, so that the table has the rows it had before.
        files: the number of files that it added.
    """

    snapshot_id: int
    run_id: str | None
    has_same_rows: bool
    files: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The Parquet files of every table at one moment; the first file of each has no rows.

    Attributes:
        commits: the commits of each table that are still recorded, from the newest backward.
        spans: the days of each file, by table, see `warehouse.spans`.
    """

    files: dict[str, list[str]]
    commits: dict[str, list[Commit]] = field(default_factory=dict)
    spans: dict[str, dict[str, DaySpan]] = field(default_factory=dict)

    def files_of_days(self, table: Table, days: Collection[date]) -> list[str]:
        """Return the files that may hold rows of some days or rows without a day.

        As in `files`, the first one has no rows.
        """
        schema_file, *files = self.files[table.name]
        return [schema_file, *files_of_days(files, self.spans.get(table.name, {}), days)]

    def head(self, table: Table) -> int | None:
        """Return the id of a table's current snapshot; None if nothing was ever committed."""
        commits = self.commits[table.name]
        return commits[0].snapshot_id if commits else None

    def added_since(self, table: Table, snapshot_id: int | None) -> list[str] | None:
        """Return the files that runs have added to a table since a snapshot.

        Return None if that is not known, or if the table was also changed in another way.
        """
        added: list[str] = []
        names = [(file, name_of_file(file)) for file in self.files[table.name]]
        for commit in self.commits[table.name]:
            if commit.snapshot_id == snapshot_id:
                return added
            if commit.has_same_rows:
                continue
            prefix = f"{commit.run_id}-"
            own = [file for file, name in names if name.startswith(prefix)]
            if commit.run_id is None or len(own) != commit.files:
                return None
            added += own
        return added if snapshot_id is None else None


def take_snapshot(lake: Lake) -> Snapshot:
    """Return the files of each table's current snapshot.

    Raises:
        DamagedWarehouseError: a file, or a manifest that names it, is missing or damaged.
    """
    recall_complete_files(lake.root.parent)
    files, spans = {}, {}
    for table in TABLES:
        found = lake.data_files(table)
        files[table.name] = [lake.schema_file(table), *(file.file_path for file in found)]
        spans[table.name] = spans_of(table, lake.load(table).schema(), found)
    commits = {table.name: list(_commits(lake, table)) for table in TABLES}
    snapshot = Snapshot(files, commits, spans)
    require_files(snapshot, lake.root.parent)
    return snapshot


def require_files(snapshot: Snapshot, warehouse: Path) -> None:
    """Check all files of a snapshot: a damaged one would break every query on its table.

    Raises:
        DamagedWarehouseError: a file is missing or damaged.
    """
    for name, files in snapshot.files.items():
        for file in files:
            if fault := parquet_fault(file):
                raise DamagedWarehouseError(
                    f"The file {file} of the table {name} {fault}: run `broadsheet repair "
                    f"--warehouse {warehouse}`, or restore it from a backup."
                )


def _commits(lake: Lake, table: Table) -> Iterator[Commit]:
    metadata = lake.load(table).metadata
    snapshot = metadata.current_snapshot()
    while snapshot is not None:
        summary = snapshot.summary
        said = summary.additional_properties if summary else {}
        yield Commit(
            snapshot.snapshot_id,
            said.get(RUN_PROPERTY),
            SAME_ROWS_PROPERTY in said,
            int(said.get("added-data-files", "0")),
        )
        parent = snapshot.parent_snapshot_id
        snapshot = metadata.snapshot_by_id(parent) if parent is not None else None
