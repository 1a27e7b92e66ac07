"""A lake moves to another address under the same catalog.

    upload all files to the new address ─▶ drop the tables ─▶ (push, which makes them there)

The tables name their files by address, so that they are made anew. Their objects at the former
address stay, because readers may be using them. The table `runs`, which states the address, is
dropped last: after a kill, the same command continues, or finds nothing left to do.
"""

import logging
from contextlib import suppress
from dataclasses import replace

from pyiceberg.exceptions import NoSuchTableError

from config.errors import UsageError
from warehouse.bucket.index import read_object_index
from warehouse.bucket.push import require_not_behind
from warehouse.bucket.record import read_bucket_record
from warehouse.bucket.remote import ADDRESS_PROPERTY, BucketLake, last_part
from warehouse.bucket.uploads import TransferWatch, upload_files
from warehouse.lake import NAMESPACE, Lake
from warehouse.schema import RUNS, TABLES

log = logging.getLogger("broadsheet.bucket")


def give_up_former(
    lake: Lake, remote: BucketLake, former: str, watch: TransferWatch
) -> tuple[int, int]:
    """Drop the tables at a former address; the caller holds lock and lease, and pushes then.

    Args:
        former: the address, which the user confirms by naming it.

    Returns:
        The number and size of the files that were uploaded.

    Raises:
        UsageError: the catalog has the tables of another address.
        LakeBehindError: the tables have a newer state than the warehouse.
        BroadsheetError: the bucket or the catalog does not do what was asked.
    """
    runs, present = remote.find(RUNS), remote.settings.lake
    stated = runs.properties.get(ADDRESS_PROPERTY, present) if runs else present
    if stated == present:
        return 0, 0
    if stated != former.rstrip("/"):
        raise UsageError(
            f"The catalog in bucket.catalog has the tables of the lake {stated}, and not of "
            f"{former}: name that address by --moved-from, if the lake is to move to {present}."
        )
    settings = remote.settings.model_copy(update={"lake": stated})
    record = read_bucket_record(lake.root.parent, settings)
    require_not_behind(replace(remote, settings=settings).state(), record, settings)
    uploaded = _upload(lake, remote, watch)
    for table in (*(one for one in TABLES if one is not RUNS), RUNS):
        watch.require()
        with remote.asked(), suppress(NoSuchTableError):
            remote.catalog.drop_table((NAMESPACE, table.name))
    log.info("moved from=%s to=%s", stated, present)
    return uploaded


def _upload(lake: Lake, remote: BucketLake, watch: TransferWatch) -> tuple[int, int]:
    """Upload all files, while readers still use the tables at the former address."""
    paths = {
        f"{table.name}/data/{name}": lake.folder(table) / name
        for table in TABLES
        for name in sorted(map(last_part, lake.files(table)))
    }
    return upload_files(paths, read_object_index(remote.bucket), watch)
