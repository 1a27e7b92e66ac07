"""The check of `doctor` on the lake in the bucket: in step, or behind by how much."""

from typing import TYPE_CHECKING

from config.settings import Settings
from config.wording import counted

if TYPE_CHECKING:
    from warehouse.bucket.objects import Bucket
    from warehouse.bucket.record import BucketRecord
    from warehouse.lake import Lake
    from warehouse.schema import Table


def check_bucket(settings: Settings) -> str:
    """Compare the tables of the warehouse with those in the bucket, by what both have recorded."""
    if not settings.lake:
        return "no lake in a bucket is set"
    from pyiceberg.exceptions import NoSuchTableError

    from warehouse.bucket.push import outdated_tables, require_not_behind
    from warehouse.bucket.record import read_bucket_record
    from warehouse.bucket.remote import open_bucket_lake
    from warehouse.lake import Lake, open_catalog
    from warehouse.layout import LAKE
    from warehouse.publish import is_published
    from warehouse.snapshots import take_snapshot

    remote = open_bucket_lake(settings)
    state = remote.state()
    record = read_bucket_record(settings.warehouse, settings)
    require_not_behind(state, record, settings)
    if not (settings.warehouse / LAKE).is_dir():
        return f"{settings.lake} can be reached, and nothing is pushed yet"
    try:
        lake = Lake(settings.warehouse / LAKE, open_catalog(settings.warehouse))
        outdated = outdated_tables(lake, record)
        files = sum(_new_files(lake, table, record) for table in outdated)
    except NoSuchTableError as error:
        raise RuntimeError(
            "an older Broadsheet wrote the warehouse: the next run adds the tables that it lacks."
        ) from error
    if outdated or state.number != state.complete:
        raise RuntimeError(
            f"{settings.lake} is behind by {counted(len(outdated), 'table')} and "
            f"{counted(files, 'file')}: run `broadsheet lake push`."
        )
    is_old = record.readers != record.number
    if is_old and is_published(settings.warehouse, take_snapshot(lake)):
        raise RuntimeError(
            f"{settings.lake}/news.duckdb shows an earlier state than the tables: run `broadsheet "
            "lake push`."
        )
    _require_objects(remote.bucket, lake, record)
    return f"{settings.lake} is in step, in the state number {state.number:,}"


def _new_files(lake: "Lake", table: "Table", record: "BucketRecord") -> int:
    pushed = record.tables.get(table.name)
    names = {file.rpartition("/")[2] for file in lake.files(table)}
    return len(names.difference(pushed.files if pushed else ()))


def _require_objects(bucket: "Bucket", lake: "Lake", record: "BucketRecord") -> None:
    """Make sure that the bucket has all files of the present state, with their sizes.

    Raises:
        RuntimeError: it lacks some: another program has removed or replaced them.
    """
    from warehouse.bucket.restored import lost_objects
    from warehouse.layout import PUBLISHED

    lost = list(lost_objects(bucket, lake, record))
    if record.readers and not bucket.exists(PUBLISHED):
        lost.append(PUBLISHED)
    if lost:
        raise RuntimeError(
            f"the bucket lacks {counted(len(lost), 'file')}, or has another size of it, such as "
            f"{bucket.address(lost[0])}: run `broadsheet lake push`, which uploads it again, and "
            "check who removes or changes objects."
        )
