"""The table `visits` without keys: its rows written anew, and no snapshot left that names the old.

A snapshot of Iceberg keeps its files. Those that have keys are removed at once, and with them the
snapshots of this one table, which nothing but a reader of its past needs.
"""

from collections.abc import Iterable
from pathlib import Path

from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.refs import SnapshotRefType

from config.settings import LoadSettings
from tasks.keys.entries import rewrite_entries
from tasks.runs import unfinished_runs
from warehouse.lake import Lake
from warehouse.schema import VISITS

# Files are named after the run whose rows they hold. Lower numbers may stand in `repairs`, as those
# of files that were lost.
_FIRST_NUMBER = 50_000


def rewrite_visits(lake: Lake, keyed: Iterable[Path], settings: LoadSettings) -> None:
    """Replace these files of the table by files without keys, in one commit.

    Files that the table does not name, of a rewriting that was killed, are left as they are.
    """
    named = {Path(file).name: file for file in lake.files(VISITS)}
    old = [path for path in keyed if path.name in named]
    new = [_successor(path) for path in old]
    for path, target in zip(old, new, strict=True):
        rewrite_entries(path, target, settings)
    if old:
        remove = {named[path.name] for path in old}
        lake.amend(VISITS, add=[str(path) for path in new], remove=remove)
    _forget_past(lake.load(VISITS))


def remove_unnamed(lake: Lake) -> None:
    """Remove the files that the table does not name any more, or never did.

    Files of unfinished runs stay, which are yet to be committed.
    """
    named = {Path(file).name for file in lake.files(VISITS)}
    waiting = {run.run_id for run in unfinished_runs(lake.root.parent)}
    for path in lake.folder(VISITS).glob("*.parquet"):
        if path.name not in named and path.stem.rpartition("-")[0] not in waiting:
            path.unlink()


def _successor(path: Path) -> Path:
    """Return a name for the new file that no file of the run has, or had."""
    run_id = path.stem.rpartition("-")[0]
    taken = (file.stem for file in path.parent.glob(f"{run_id}-*.parquet"))
    last = max(int(stem.rpartition("-")[2]) for stem in taken)
    return path.with_name(f"{run_id}-{max(last + 1, _FIRST_NUMBER):05}.parquet")


def _forget_past(iceberg: IcebergTable) -> None:
    current = iceberg.current_snapshot()
    old = [one.snapshot_id for one in iceberg.snapshots() if one != current]
    named = {name: ref for name, ref in iceberg.refs().items() if ref.snapshot_id in old}
    for name, reference in named.items():
        is_tag = reference.snapshot_ref_type is SnapshotRefType.TAG
        with iceberg.manage_snapshots() as manage:
            (manage.remove_tag if is_tag else manage.remove_branch)(name)
    if old:
        iceberg.refresh()
        iceberg.maintenance.expire_snapshots().by_ids(old).commit()
