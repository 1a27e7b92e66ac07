"""A machine that writes to a lake: a process that takes the lease, and does what a test tells it.

It is started as `python -m tests.bucket.writer CATALOG LAKE WAREHOUSE SECONDS`. Each line that it
reads is one of these; it answers with one line each.

    commit    asks for the right to commit, and answers "committed <number>" or the error
    end       releases the lease and ends
    work S    commits again and again for S seconds, with a line in the file `log` each time; ends
"""

import fcntl
import os
import sys
import time
from pathlib import Path

from config.errors import BroadsheetError
from config.settings import Settings, load_settings
from warehouse.bucket.lease import Lease, lake_lease
from warehouse.layout import LOCK


def machine(lake: str, warehouse: Path, seconds: float, catalog: str = "") -> Settings:
    """Return the settings of a machine with a warehouse of its own; a test needs short leases."""
    warehouse.mkdir(parents=True, exist_ok=True)
    (warehouse / LOCK).touch()
    settings = load_settings(lake="s3://press/lake", warehouse=warehouse)
    bucket = settings.bucket.model_copy(update={"lease_seconds": seconds, "catalog": catalog})
    return settings.model_copy(update={"bucket": bucket, "lake": lake})


def main() -> None:
    """Take the lease and obey."""
    catalog, lake, warehouse, seconds = sys.argv[1:]
    settings = machine(lake, Path(warehouse), float(seconds), catalog)
    with lake_lease(settings, "ingest", wait=True) as lease:
        _say(f"holds {lease.number}")
        for line in sys.stdin:
            word, *arguments = line.split()
            if word == "end":
                break
            if word == "work":
                _work(lease, float(arguments[0]), Path(warehouse).parent / "log")
                break
            try:
                _say(f"committed {lease.require()}")
            except BroadsheetError as error:
                _say(str(error))
    _say("ended")


def _work(lease: Lease, seconds: float, log: Path) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        number = lease.require()
        with log.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(f"{time.monotonic()} {number} {os.getpid()}\n")
        time.sleep(0.02)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
