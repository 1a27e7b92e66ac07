"""Removal of keys from the table `visits`: rows are rewritten, and old snapshots are removed.

A snapshot of Iceberg keeps its files. Files with keys are deleted at once, and with them the
snapshots of this one table, which are only needed to read its past.
"""

from collections.abc import Iterable
from pathlib import Path

from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.refs import SnapshotRefType

from config.settings import LoadSettings
from tasks.keys.entries import rewrite_entries
from tasks.runs.run import unfinished_runs
from warehouse.lake import Lake
from warehouse.schema import VISITS

# Files are named after the run whose rows they hold. Lower numbers may occur in `repairs` as the
# numbers of lost files.
_FIRST_NUMBER = 50_000


def rewrite_visits(lake: Lake, keyed: Iterable[Path], settings: LoadSettings) -> None:
    """Replace files of the table by files without keys, in one commit.

    Files that the table does not name, left by a killed rewriting, are not touched.
    """
    named = {Path(file).name: file for file in lake.files(VISITS)}
    old = [path for path in keyed if path.name in named]
    new = [_unused_name(path) for path in old]
    for path, target in zip(old, new, strict=True):
        rewrite_entries(path, target, settings)
    if old:
        remove = {named[path.name] for path in old}
        lake.amend(VISITS, add=[str(path) for path in new], remove=remove)
    _remove_old_snapshots(lake.load(VISITS))


def remove_unnamed(lake: Lake) -> None:
    """Remove the files that the table does not name any more, or never did.

    Files of unfinished runs stay, because they are yet to be committed.
    """
    named = {Path(file).name for file in lake.files(VISITS)}
    waiting = {run.run_id for run in unfinished_runs(lake.root.parent)}
    for path in lake.folder(VISITS).glob("*.parquet"):
        if path.name not in named and path.stem.rpartition("-")[0] not in waiting:
            path.unlink()


def _unused_name(path: Path) -> Path:
    """Return a name for the new file that no file of the run has or had."""
    run_id = path.stem.rpartition("-")[0]
    stems = (file.stem for file in path.parent.glob(f"{run_id}-*.parquet"))
    last = max(int(stem.rpartition("-")[2]) for stem in stems)
    return path.with_name(f"{run_id}-{max(last + 1, _FIRST_NUMBER):05}.parquet")


def _remove_old_snapshots(iceberg: IcebergTable) -> None:
    """Remove all snapshots but the current one, with the tags and branches that keep them."""
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
