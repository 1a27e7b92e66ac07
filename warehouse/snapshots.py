"""The state of all tables at one moment: their files, and the commits that led to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.errors import DamagedWarehouseError
from warehouse.files import parquet_fault
from warehouse.lake import Lake
from warehouse.opening import RUN_PROPERTY, SAME_ROWS_PROPERTY
from warehouse.schema import TABLES, Table


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
    """

    files: dict[str, list[str]]
    commits: dict[str, list[Commit]] = field(default_factory=dict)

    def head(self, table: Table) -> int | None:
        """Return the id of a table's current snapshot; None if nothing was ever committed."""
        commits = self.commits[table.name]
        return commits[0].snapshot_id if commits else None

    def added_since(self, table: Table, snapshot_id: int | None) -> list[str] | None:
        """Return the files that runs have added to a table since a snapshot.

        Return None if that is not known, or if the table was also changed in another way.
        """
        added: list[str] = []
        for commit in self.commits[table.name]:
            if commit.snapshot_id == snapshot_id:
                return added
            if commit.has_same_rows:
                continue
            prefix = f"{commit.run_id}-"
            own = [file for file in self.files[table.name] if Path(file).name.startswith(prefix)]
            if commit.run_id is None or len(own) != commit.files:
                return None
            added += own
        return added if snapshot_id is None else None


def take_snapshot(lake: Lake) -> Snapshot:
    """Return the files of each table's current snapshot.

    Raises:
        DamagedWarehouseError: a file, or a manifest that names it, is missing or damaged.
    """
    files = {table.name: [lake.schema_file(table), *lake.files(table)] for table in TABLES}
    snapshot = Snapshot(files, {table.name: list(_commits(lake, table)) for table in TABLES})
    require_files(snapshot, lake.root.parent)
    return snapshot


def require_files(snapshot: Snapshot, warehouse: Path) -> None:
    """Check all files of a snapshot: a damaged one would break every query on its table.

    Raises:
        DamagedWarehouseError: a file is missing or damaged.
    """
    for name, files in snapshot.files.items():
        for file in files:
            if fault := parquet_fault(Path(file)):
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
