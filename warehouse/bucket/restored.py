"""Objects of the tables that another program removed or changed are uploaded again from here.

A push knows by its record what the bucket has, and does not look. This looks: at names and sizes,
which a listing tells, or at all bytes.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.errors import DamagedWarehouseError
from warehouse.bucket.index import ObjectIndex, read_object_index
from warehouse.bucket.objects import Bucket
from warehouse.bucket.record import BucketRecord
from warehouse.bucket.uploads import TransferWatch, at_once, upload_files
from warehouse.files import sha256_of
from warehouse.lake import Lake
from warehouse.schema import TABLES

log = logging.getLogger("broadsheet.bucket")


def lost_objects(bucket: Bucket, lake: Lake, record: BucketRecord) -> dict[str, Path]:
    """Return the objects of the pushed tables that are missing or have another size.

    Returns:
        The files of the warehouse by the names of the objects.
    """
    lost = {}
    for table in TABLES:
        folder = f"{table.name}/data"
        stored = bucket.files(folder)
        for name, size in sorted(record.tables[table.name].files.items()):
            if stored.get(f"{folder}/{name}") != size:
                lost[f"{folder}/{name}"] = lake.folder(table) / name
    return lost


def restore_objects(
    lake: Lake, bucket: Bucket, record: BucketRecord, watch: TransferWatch, *, verify: bool
) -> int:
    """Upload lost objects again, and return their number; the caller holds lock and lease.

    Args:
        record: of the state that the warehouse and the bucket have.
        verify: read all other objects, too, and upload those again whose bytes differ.

    Raises:
        DamagedWarehouseError: a file that is needed for it is lost or was changed here.
        BroadsheetError: the bucket does not do what was asked.
    """
    index = read_object_index(bucket)
    lost = lost_objects(bucket, lake, record)
    if verify:
        lost |= _changed_objects(lake, index, record, lost)
    for name, path in lost.items():
        _require_as_pushed(index, name, path)
    watch.require()
    for name in lost:
        index.entries.pop(name, None)  # it does not count as uploaded any more
    files, size = upload_files(lost, index, watch)
    if files:
        log.info("uploaded again files=%d bytes=%d", files, size)
    return files


def _changed_objects(
    lake: Lake, index: ObjectIndex, record: BucketRecord, lost: Mapping[str, Path]
) -> dict[str, Path]:
    """Return the objects that have other bytes than the files of the warehouse."""
    paths = {
        f"{table.name}/data/{name}": lake.folder(table) / name
        for table in TABLES
        for name in sorted(record.tables[table.name].files)
    }
    asked: Sequence[str] = [name for name in paths if name not in lost]

    def is_changed(name: str) -> bool:
        _require_as_pushed(index, name, paths[name])
        return index.bucket.sha256(name) != sha256_of(paths[name])

    return {
        name: paths[name]
        for name, changed in zip(asked, at_once(is_changed, asked), strict=True)
        if changed
    }


def _require_as_pushed(index: ObjectIndex, name: str, path: Path) -> None:
    """Refuse to upload a file that is not what was pushed: the object may be the whole one."""
    entry = index.entries.get(name)
    if not path.is_file() or (entry and entry.sha256 not in (None, sha256_of(path))):
        raise DamagedWarehouseError(
            f"{path} is missing or has other bytes than when it was pushed, so that "
            f"{index.bucket.address(name)} was left as it is: run `broadsheet repair`."
        )
