"""The runs that have objects in a bucket, so that these are removed when a run has ended.

Before a run writes its first object, a file `runs/.exchange/<run_id>` is made, which names the
folder of the run in the bucket. When the run's own folder is gone, the run was published or
dropped, and its objects are removed. The file stays until a later run has found nothing there any
more, because a worker that was given up for dead may still write.
"""

import logging
from pathlib import Path

from config.bucket import BucketSettings
from warehouse.files import write_bytes
from warehouse.layout import RUNS_FOLDER

log = logging.getLogger("broadsheet.workers")

_NAME = ".exchange"


def record_exchange(runs: Path, run_id: str, address: str) -> None:
    """Record that a run may have objects below an address; `runs` is the folder of all runs."""
    (runs / _NAME).mkdir(exist_ok=True)
    write_bytes(runs / _NAME / run_id, address.encode())


def remove_exchanged(warehouse: Path, settings: BucketSettings) -> None:
    """Remove the objects of runs whose folder is gone; the caller holds the writer lock.

    A bucket that does not answer fails no run: a line in the log says so, and the next run tries
    again.
    """
    runs = warehouse / RUNS_FOLDER
    for record in (runs / _NAME).glob("[!.]*"):
        if not (runs / record.name).is_dir():
            _remove(record, settings)


def _remove(record: Path, settings: BucketSettings) -> None:
    from warehouse.bucket.objects import BucketError, open_bucket

    try:
        bucket = open_bucket(record.read_text("utf-8"), settings)
        if bucket.files():
            bucket.remove_folder()
        else:
            record.unlink()
    except BucketError as error:
        log.warning("objects stay in the bucket run=%s %s", record.name, error)
